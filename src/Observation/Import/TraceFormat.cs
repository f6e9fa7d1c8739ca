namespace Hooktrail.Observation.Import;

/// <summary>A format of other programs' traces.</summary>
public enum TraceFormat
{
    /// <summary>The output of <c>nft monitor trace</c>.</summary>
    NftTrace,

    /// <summary>The output of <c>xtables-monitor --trace</c> for <c>iptables -j TRACE</c>.</summary>
    XtablesTrace,

    /// <summary>
    /// The kernel log's lines from a user's LOG rules, or from TRACE of the legacy iptables, with or without the times
    /// of dmesg, journald or syslog.
    /// </summary>
    Dmesg,
}

public static class TraceFormats
{
    private static readonly string[] Names = ["nft-trace", "xtables-trace", "dmesg"];
    private static readonly string[] Channels = ["nft trace", "xtables trace", "kernel log"];

    public static string Name(this TraceFormat format) => Names[(int)format];

    /// <summary>The channel's name in evidence.</summary>
    public static string Channel(this TraceFormat format) => Channels[(int)format];

    public static bool TellsVerdicts(this TraceFormat format) => format != TraceFormat.Dmesg;

    /// <summary>Whether the format shows the bridge ports that br_netfilter remembers.</summary>
    public static bool TellsPorts(this TraceFormat format) => format == TraceFormat.Dmesg;

    /// <exception cref="HooktrailException">There is no such format.</exception>
    public static TraceFormat Parse(string name) =>
        Array.IndexOf(Names, name) is var index and >= 0
            ? (TraceFormat)index
            : throw new HooktrailException($"Unknown format \"{name}\"; the formats are {string.Join(", ", Names)}.");
}
