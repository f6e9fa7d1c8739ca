namespace Hooktrail.Labs;

/// <summary>The observers of a lab.</summary>
[Flags]
public enum Observers
{
    /// <summary>LOG rules in the tools' own chains, read from the kernel log, as an operator would.</summary>
    Log = 1,

    /// <summary>A private table of nf_tables, read from nfnetlink_log.</summary>
    Nflog = 2,

    /// <summary>LOG and NFLOG at once, which share neither rules nor channel; they must agree.</summary>
    Both = Log | Nflog,

    /// <summary>
    /// The kernel's own trace, which tells the rules. The records of NFLOG tell which packet it is about, so both
    /// watch, and must agree.
    /// </summary>
    Trace = 4 | Nflog,

    /// <summary>All three at once; they must agree.</summary>
    All = Log | Trace,
}
