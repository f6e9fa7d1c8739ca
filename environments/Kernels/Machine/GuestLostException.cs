using Hooktrail.Trails;

namespace Hooktrail.Kernels.Machine;

/// <summary>A guest that did not come up, or ended too early: the news of its kernel, or of this machine.</summary>
/// <param name="what">What became of it, with QEMU's own words, such as <c>panicked: no init</c>.</param>
/// <param name="log">Where its console log is; null where none was kept.</param>
/// <param name="remedy">What else can be done, the end of the sentence.</param>
public sealed class GuestLostException(string what, string? log, string remedy = "")
    : HooktrailException($"The guest {what}{(log is null ? "" : $"; its console is in {log}")}{remedy}.")
{
    /// <summary>What became of it, with QEMU's own words.</summary>
    public string What => what;

    /// <summary>Whether QEMU gave its processor up.</summary>
    public bool ProcessorFailed { get; init; }
}
