namespace Hooktrail.Model;

/// <summary>A kernel's traits: those of a release, or any set, to show what one trait decides.</summary>
internal sealed class KernelTraits(ImmutableHashSet<KernelTrait> held)
{
    public bool PostRoutingShowsIngressDevice { get; } = held.Contains(KernelTrait.PostRoutingShowsIngressDevice);

    public bool BrouteIsAtPreRouting { get; } = held.Contains(KernelTrait.BrouteIsAtPreRouting);

    public bool SingleBridgeForwardHook { get; } = held.Contains(KernelTrait.SingleBridgeForwardHook);

    public bool ResumesBehindBrNetfilter { get; } = held.Contains(KernelTrait.ResumesBehindBrNetfilter);

    public bool NatChainsShareASlot { get; } = held.Contains(KernelTrait.NatChainsShareASlot);

    public bool PromiscuousCopyLosesConnection { get; } = held.Contains(KernelTrait.PromiscuousCopyLosesConnection);

    public static KernelTraits For(KernelVersion kernel) => new([.. KernelTrait.All.Where(trait => trait.Holds(kernel))]);
}
