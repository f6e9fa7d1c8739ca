namespace Hooktrail.Kernels.Machine;

/// <summary>A guest did not come up, or ended too early; its kernel or this machine may be the cause.</summary>
/// <param name="what">The reason with QEMU's message, such as <c>panicked: no init</c>.</param>
/// <param name="log">Its console log; null where none was kept.</param>
/// <param name="remedy">What else the user can do; ends the sentence.</param>
public sealed class GuestLostException(string what, string? log, string remedy = "")
    : HooktrailException($"The guest {what}{(log is null ? "" : $"; its console is in {log}")}{remedy}.")
{
    public string What => what;

    /// <summary>Whether QEMU stopped its processor, or aborted.</summary>
    public bool ProcessorFailed { get; init; }
}
