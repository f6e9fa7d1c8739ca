namespace Hooktrail.Labs;

/// <summary>The observers of a lab; each has separate rules and a separate channel.</summary>
[Flags]
public enum Observers
{
    /// <summary>LOG rules in the tools' own chains, read from the kernel log, as an operator would.</summary>
    Log = 1,

    /// <summary>A private table of nf_tables, read from nfnetlink_log.</summary>
    Nflog = 2,

    /// <summary>Both at once; they must agree.</summary>
    Both = Log | Nflog,
}
