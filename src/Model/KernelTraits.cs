using Hooktrail.Trails;

namespace Hooktrail.Model;

/// <summary>What a kernel's version decides. Every version number of the model is here and nowhere else.</summary>
internal sealed record KernelTraits
{
    /// <summary>
    /// Whether IPv4 POSTROUTING knows the device that a forwarded packet came in by: from 5.5 (commit 28f8bfd1ac94;
    /// net/ipv4/ip_output.c, <c>ip_output</c>). Before, IN is always empty there.
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

    /// <summary>The traits of one release.</summary>
    public static KernelTraits For(KernelVersion kernel) => new()
    {
        PostRoutingShowsIngressDevice = kernel >= new KernelVersion(5, 5),
        BrouteIsAtPreRouting = kernel >= new KernelVersion(5, 2),
        SingleBridgeForwardHook = kernel >= new KernelVersion(6, 8),
    };
}
