using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Model;

/// <summary>The traits that a kernel has: those of a release, or any of them, which shows what one of them alone decides.</summary>
internal sealed class KernelTraits(ImmutableHashSet<KernelTrait> held)
{
    /// <inheritdoc cref="KernelTrait.PostRoutingShowsIngressDevice"/>
    public bool PostRoutingShowsIngressDevice { get; } = held.Contains(KernelTrait.PostRoutingShowsIngressDevice);

    /// <inheritdoc cref="KernelTrait.BrouteIsAtPreRouting"/>
    public bool BrouteIsAtPreRouting { get; } = held.Contains(KernelTrait.BrouteIsAtPreRouting);

    /// <inheritdoc cref="KernelTrait.SingleBridgeForwardHook"/>
    public bool SingleBridgeForwardHook { get; } = held.Contains(KernelTrait.SingleBridgeForwardHook);

    /// <inheritdoc cref="KernelTrait.ResumesBehindBrNetfilter"/>
    public bool ResumesBehindBrNetfilter { get; } = held.Contains(KernelTrait.ResumesBehindBrNetfilter);

    /// <inheritdoc cref="KernelTrait.NatChainsShareASlot"/>
    public bool NatChainsShareASlot { get; } = held.Contains(KernelTrait.NatChainsShareASlot);

    /// <inheritdoc cref="KernelTrait.PromiscuousCopyLosesConnection"/>
    public bool PromiscuousCopyLosesConnection { get; } = held.Contains(KernelTrait.PromiscuousCopyLosesConnection);

    /// <summary>The traits of one release.</summary>
    public static KernelTraits For(KernelVersion kernel) => new([.. KernelTrait.All.Where(trait => trait.Holds(kernel))]);
}
