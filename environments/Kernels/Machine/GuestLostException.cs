using Hooktrail.Trails;

namespace Hooktrail.Kernels.Machine;

/// <summary>A guest that did not come up, or ended too early: the news of its kernel, or of this machine.</summary>
public sealed class GuestLostException : HooktrailException
{
    /// <summary>Says what became of the guest, and where its console log is.</summary>
    public GuestLostException(string message) : base(message)
    {
    }
}
