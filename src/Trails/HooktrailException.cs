namespace Hooktrail.Trails;

/// <summary>
/// An error that the user can correct: bad input, a missing right, a missing tool, a kernel without a table. The
/// message is one sentence that says what is wrong, where, and what to do next; it appears without a stack trace.
/// </summary>
public class HooktrailException : Exception
{
    public HooktrailException(string message) : base(message)
    {
    }

    /// <summary><paramref name="cause"/> is kept for a debugger.</summary>
    public HooktrailException(string message, Exception cause) : base(message, cause)
    {
    }
}
