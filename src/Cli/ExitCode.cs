namespace Hooktrail.Cli;

internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The verb worked, and the answer is no: a divergence, nothing proven, or no explanation.</summary>
    public const int No = 1;

    /// <summary>The user can correct it: bad input, a missing right or tool. Standard error says how.</summary>
    public const int BadInput = 2;

    /// <summary>A fault of Hooktrail.</summary>
    public const int Fault = 3;

    /// <summary>
    /// No leg diverged, but the model does not know how some leg ends, so this is neither agreement nor divergence.
    /// </summary>
    public const int NotPredicted = 4;

    /// <summary>Ctrl-C, or SIGTERM: the code that shells use for an interrupted command.</summary>
    public const int Interrupted = 130;
}
