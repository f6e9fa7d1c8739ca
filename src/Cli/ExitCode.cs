namespace Hooktrail.Cli;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    /// <summary>All is well.</summary>
    public const int Done = 0;

    /// <summary>The verb did its work, and the answer is no: a leg went otherwise than predicted, nothing was proven, nothing explains it.</summary>
    public const int No = 1;

    /// <summary>The user can mend it: bad input, a missing right, a missing tool. One sentence on standard error says how.</summary>
    public const int BadInput = 2;

    /// <summary>A fault of Hooktrail itself.</summary>
    public const int Fault = 3;

    /// <summary>Ctrl-C, or SIGTERM: what shells say of a command that was interrupted.</summary>
    public const int Interrupted = 130;
}
