namespace Hooktrail.Kernels.Machine;

/// <summary>A line of a guest's console that means something to the host.</summary>
public abstract record ConsoleEvent
{
    // Only guest/init.sh writes it.
    private const string Prefix = "hooktrail: ";
    private const string PanicText = "Kernel panic - not syncing: ";

    /// <summary>Its init runs.</summary>
    /// <param name="Release">As <c>uname -r</c> prints it.</param>
    public sealed record Booted(string Release) : ConsoleEvent;

    /// <summary>Something that the features may need is missing.</summary>
    public sealed record Lacks(string What) : ConsoleEvent;

    /// <summary>Its Engine listens.</summary>
    public sealed record Engine(string Version) : ConsoleEvent;

    /// <summary>Its init cannot go on.</summary>
    public sealed record Failed(string Why) : ConsoleEvent;

    /// <summary>Its disks are written, and it is about to power off.</summary>
    public sealed record Down : ConsoleEvent;

    public sealed record Panic(string Why) : ConsoleEvent;

    /// <summary>Null for a line without a meaning.</summary>
    public static ConsoleEvent? Parse(string line)
    {
        // A panic may stand behind a time, or in the middle of a program's line.
        if (line.IndexOf(PanicText, StringComparison.Ordinal) is var at and >= 0)
            return new Panic(line[(at + PanicText.Length)..].Trim());
        if (!line.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var said = line[Prefix.Length..].TrimEnd();
        var (word, rest) = said.IndexOf(' ') is var blank and > 0 ? (said[..blank], said[(blank + 1)..]) : (said, "");
        return word switch
        {
            "booted" => new Booted(rest),
            "lacks" => new Lacks(rest),
            "engine" => new Engine(rest),
            "failed:" => new Failed(rest),
            "down" => new Down(),
            _ => null,
        };
    }
}
