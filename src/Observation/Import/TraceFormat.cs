namespace Hooktrail.Observation.Import;

/// <summary>A format of other programs' traces.</summary>
public enum TraceFormat
{
    /// <summary>The output of <c>nft monitor trace</c>.</summary>
    NftTrace,

    /// <summary>The output of <c>xtables-monitor --trace</c> for <c>iptables -j TRACE</c>.</summary>
    XtablesTrace,

    /// <summary>
    /// The kernel log's lines from a user's LOG rules, or from TRACE of the legacy iptables, with or without what
    /// dmesg, journald or syslog write before them.
    /// </summary>
    Dmesg,

    /// <summary>The kernel log's lines from the rules of ufw.</summary>
    Ufw,

    /// <summary>The kernel log's lines from firewalld's <c>--set-log-denied</c>.</summary>
    Firewalld,

    /// <summary>The kernel log's lines from the rules of Shorewall.</summary>
    Shorewall,
}

public static class TraceFormats
{
    private static readonly string[] Names = ["nft-trace", "xtables-trace", "dmesg", "ufw", "firewalld", "shorewall"];

    /// <summary>The formats that a trace's lines can show.</summary>
    public static readonly ImmutableArray<TraceFormat> Shown =
        [TraceFormat.NftTrace, TraceFormat.XtablesTrace, TraceFormat.Dmesg];

    /// <summary>The kernel logs of programs whose rules have their own prefixes.</summary>
    public static readonly ImmutableArray<TraceFormat> OfTools =
        [TraceFormat.Ufw, TraceFormat.Firewalld, TraceFormat.Shorewall];

    /// <summary>All names, for a help text.</summary>
    public static string All => string.Join('|', Names);

    public static string Name(this TraceFormat format) => Names[(int)format];

    /// <summary>The channel's name in evidence.</summary>
    public static string Channel(this TraceFormat format) => format switch
    {
        TraceFormat.NftTrace => "nft trace",
        TraceFormat.XtablesTrace => "xtables trace",
        _ => "kernel log",
    };

    public static bool TellsVerdicts(this TraceFormat format) =>
        format is TraceFormat.NftTrace or TraceFormat.XtablesTrace;

    /// <summary>Whether the format shows the bridge ports that br_netfilter remembers.</summary>
    public static bool TellsPorts(this TraceFormat format) => !format.TellsVerdicts();

    /// <summary>Whether its rules log only some of the packets that cross a hook point.</summary>
    public static bool LogsSome(this TraceFormat format) => OfTools.Contains(format);

    /// <exception cref="HooktrailException">There is no such format.</exception>
    public static TraceFormat Parse(string name) =>
        Array.IndexOf(Names, name) is var index and >= 0
            ? (TraceFormat)index
            : throw new HooktrailException($"Unknown format \"{name}\"; the formats are {string.Join(", ", Names)}.");
}
