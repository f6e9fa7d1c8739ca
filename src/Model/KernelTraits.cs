using Hooktrail.Trails;

namespace Hooktrail.Model;

/// <summary>What a kernel's version decides. Every version number of the model is here and nowhere else.</summary>
internal sealed record KernelTraits
{
    /// <summary>
    /// Whether POSTROUTING knows the device that a forwarded packet came in by: from 5.5 (commit 28f8bfd1ac94;
    /// net/ipv4/ip_output.c, <c>ip_output</c>; the same in net/ipv6/ip6_output.c). Before, IN is always empty there.
    /// </summary>
    public required bool PostRoutingShowsIngressDevice { get; init; }

    /// <summary>
    /// Whether the legacy broute table is a function at the bridge's PRE_ROUTING: from 5.2 (commit 971502d77faa;
    /// net/bridge/netfilter/ebtable_broute.c). Before, the bridge asks it ahead of that hook.
    /// </summary>
    public required bool BrouteIsAtPreRouting { get; init; }

    /// <summary>
    /// Whether br_netfilter has one function for all protocols at the bridge's FORWARD, at priority 0: from 6.8
    /// (net/bridge/br_netfilter_hooks.c, <c>br_nf_forward</c>; two functions in 6.1, one in 6.12). Before, that for IP
    /// is at -1.
    /// </summary>
    public required bool SingleBridgeForwardHook { get; init; }

    /// <summary>
    /// Whether the rest of the bridge's PRE_ROUTING is resumed right behind br_netfilter's function: commit c2577862eeb0, in 5.19
    /// and in the stable series from 5.10 on. Before, everything at its priority is skipped.
    /// </summary>
    public required bool ResumesBehindBrNetfilter { get; init; }

    /// <summary>
    /// Whether all nat chains of a hook run in the one slot of the NAT core: from 4.18 (commits 9971a514ed26 and a37061a678ca). Before,
    /// each is a function of its own, at its own priority.
    /// </summary>
    public required bool NatChainsShareASlot { get; init; }

    /// <summary>
    /// Whether what a promiscuous bridge hands up loses its connection on the way, broadcasts too: from 6.9 (commit 751de2012eaf;
    /// net/bridge/br_netfilter_hooks.c, <c>br_nf_local_in</c>; measured on 6.18).
    /// </summary>
    public required bool PromiscuousCopyLosesConnection { get; init; }

    /// <summary>The traits of one release.</summary>
    public static KernelTraits For(KernelVersion kernel) => new()
    {
        PostRoutingShowsIngressDevice = kernel >= new KernelVersion(5, 5),
        BrouteIsAtPreRouting = kernel >= new KernelVersion(5, 2),
        SingleBridgeForwardHook = kernel >= new KernelVersion(6, 8),
        ResumesBehindBrNetfilter = kernel >= new KernelVersion(5, 10),
        PromiscuousCopyLosesConnection = kernel >= new KernelVersion(6, 9),
        NatChainsShareASlot = kernel >= new KernelVersion(4, 18),
    };
}
