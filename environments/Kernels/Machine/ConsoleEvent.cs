namespace Hooktrail.Kernels.Machine;

/// <summary>What a line of a guest's console means to the host; most mean nothing.</summary>
public abstract record ConsoleEvent
{
    // guest/init.sh writes it, and nobody else.
    private const string Prefix = "hooktrail: ";
    private const string PanicText = "Kernel panic - not syncing: ";

    /// <summary>Its init runs.</summary>
    /// <param name="Release">The kernel's release, by <c>uname -r</c>.</param>
    public sealed record Booted(string Release) : ConsoleEvent;

    /// <summary>Something that the features may need is not there.</summary>
    public sealed record Lacks(string What) : ConsoleEvent;

    /// <summary>Its Engine listens.</summary>
    /// <param name="Version">What it says of itself.</param>
    public sealed record Engine(string Version) : ConsoleEvent;

    /// <summary>Its init cannot go on.</summary>
    public sealed record Failed(string Why) : ConsoleEvent;

    /// <summary>Its disks are written, and it is about to power off.</summary>
    public sealed record Down : ConsoleEvent;

    /// <summary>The kernel has given up.</summary>
    public sealed record Panic(string Why) : ConsoleEvent;

    /// <summary>Reads a line; null where it means nothing.</summary>
    public static ConsoleEvent? Parse(string line)
    {
        // A panic may stand behind a time, or in the middle of what a program was writing.
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
