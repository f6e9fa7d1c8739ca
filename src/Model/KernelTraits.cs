namespace Hooktrail.Model;

/// <summary>A kernel's traits: those of a release, or any set, to show what one trait decides.</summary>
internal sealed record KernelTraits
{
    public KernelTraits(ImmutableHashSet<KernelTrait> held)
    {
        PostRoutingShowsIngressDevice = held.Contains(KernelTrait.PostRoutingShowsIngressDevice);
        BrouteIsAtPreRouting = held.Contains(KernelTrait.BrouteIsAtPreRouting);
        SingleBridgeForwardHook = held.Contains(KernelTrait.SingleBridgeForwardHook);
        ResumesBehindBrNetfilter = held.Contains(KernelTrait.ResumesBehindBrNetfilter);
        NatChainsShareASlot = held.Contains(KernelTrait.NatChainsShareASlot);
        SkipsPreRoutingOnce = held.Contains(KernelTrait.SkipsPreRoutingOnce);
        SkippingKeepsThePort = held.Contains(KernelTrait.SkippingKeepsThePort);
        BridgeConfirmsWhatGoesUp = held.Contains(KernelTrait.BridgeConfirmsWhatGoesUp);
        PromiscuousCopyLosesConnection = held.Contains(KernelTrait.PromiscuousCopyLosesConnection);
    }

    public bool PostRoutingShowsIngressDevice { get; init; }

    public bool BrouteIsAtPreRouting { get; init; }

    public bool SingleBridgeForwardHook { get; init; }

    public bool ResumesBehindBrNetfilter { get; init; }

    public bool NatChainsShareASlot { get; init; }

    public bool SkipsPreRoutingOnce { get; init; }

    public bool SkippingKeepsThePort { get; init; }

    public bool BridgeConfirmsWhatGoesUp { get; init; }

    public bool PromiscuousCopyLosesConnection { get; init; }

    public static KernelTraits For(KernelVersion kernel) =>
        new([.. KernelTrait.All.Where(trait => trait.Holds(kernel))]);
}
