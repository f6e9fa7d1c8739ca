namespace Hooktrail.Kernels.Machine;

/// <summary>A line of a guest's console that means something to the host.</summary>
public abstract record ConsoleEvent
{
    // Only guest/init.sh writes it.
    private const string Prefix = "hooktrail: ";
    private const string PanicText = "Kernel panic - not syncing: ";

    /// <summary>The guest's init runs.</summary>
    /// <param name="Release">As <c>uname -r</c> prints it.</param>
    public sealed record Booted(string Release) : ConsoleEvent;

    /// <summary>Something that the features may need is missing.</summary>
    public sealed record Lacks(string What) : ConsoleEvent;

    /// <summary>The guest's Engine listens.</summary>
    public sealed record Engine(string Version) : ConsoleEvent;

    /// <summary>The guest's init cannot go on.</summary>
    public sealed record Failed(string Why) : ConsoleEvent;

    /// <summary>The guest's disks are written, and it is about to power off.</summary>
    public sealed record Down : ConsoleEvent;

    public sealed record Panic(string Why) : ConsoleEvent;

    /// <summary>Null for a line that is no event.</summary>
    public static ConsoleEvent? Parse(string line)
    {
        // A panic may follow a timestamp, or stand in the middle of a program's line.
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
