using Hooktrail.Trails;

namespace Hooktrail.Observation.Import;

/// <summary>A format of traces that others than Hooktrail write.</summary>
public enum TraceFormat
{
    /// <summary>What <c>nft monitor trace</c> prints.</summary>
    NftTrace,

    /// <summary>What <c>xtables-monitor --trace</c> prints of <c>iptables -j TRACE</c>.</summary>
    XtablesTrace,

    /// <summary>
    /// Lines of the kernel log by LOG rules of the user's own, or by TRACE of the legacy iptables; with the times that dmesg, journald
    /// or syslog write before them, or without.
    /// </summary>
    Dmesg,
}

/// <summary>The names of the formats.</summary>
public static class TraceFormats
{
    private static readonly string[] Names = ["nft-trace", "xtables-trace", "dmesg"];
    private static readonly string[] Channels = ["nft trace", "xtables trace", "kernel log"];

    /// <summary>The format's name on the command line.</summary>
    public static string Name(this TraceFormat format) => Names[(int)format];

    /// <summary>What evidence of this format calls the channel that it came by.</summary>
    public static string Channel(this TraceFormat format) => Channels[(int)format];

    /// <summary>Whether the format tells what a chain decided: dropped or let pass.</summary>
    public static bool TellsVerdicts(this TraceFormat format) => format != TraceFormat.Dmesg;

    /// <summary>Whether the format tells the bridge ports that br_netfilter remembers.</summary>
    public static bool TellsPorts(this TraceFormat format) => format == TraceFormat.Dmesg;

    /// <summary>Finds the format that a user named.</summary>
    /// <exception cref="HooktrailException">There is no such format.</exception>
    public static TraceFormat Parse(string name) =>
        Array.IndexOf(Names, name) is var index and >= 0
            ? (TraceFormat)index
            : throw new HooktrailException($"Unknown format \"{name}\"; the formats are {string.Join(", ", Names)}.");
}
