namespace Hooktrail.Model;

/// <summary>
/// One thing that depends on the kernel's version. Every version number of the model is here. <paramref name="Says"/>
/// tells what holds from <paramref name="Since"/> on and what held before; <paramref name="Source"/> is the commit, the
/// file and function, or the measurement.
/// </summary>
public sealed record KernelTrait(string Name, KernelReleases Since, string Says, string Source)
{
    public static readonly KernelTrait PostRoutingShowsIngressDevice = new(
        "POSTROUTING knows the device in", new(new(5, 5)),
        "POSTROUTING of a forwarded packet knows the device that it came in by; before, IN is always empty there.",
        "commit 28f8bfd1ac94; net/ipv4/ip_output.c, ip_output; net/ipv6/ip6_output.c, ip6_output");

    public static readonly KernelTrait BrouteIsAtPreRouting = new(
        "legacy broute at PRE_ROUTING", new(new(5, 2)),
        "The legacy table broute is a function at the bridge's PRE_ROUTING; before, the bridge asks it ahead of that hook.",
        "commit 971502d77faa; net/bridge/netfilter/ebtable_broute.c");

    public static readonly KernelTrait SingleBridgeForwardHook = new(
        "one function of br_netfilter at FORWARD", new(new(6, 8)),
        "br_netfilter has one function for all protocols at the bridge's FORWARD, at priority 0; before, it has two, and that for IP is at -1.",
        "net/bridge/br_netfilter_hooks.c, br_nf_forward; two functions in 6.1, one in 6.12");

    public static readonly KernelTrait ResumesBehindBrNetfilter = new(
        "PRE_ROUTING resumes behind br_netfilter", new(new(5, 10)),
        "The rest of the bridge's PRE_ROUTING is resumed right behind br_netfilter's function; before, everything at its priority is skipped.",
        "commit c2577862eeb0, in 5.19 and in the stable series from 5.10 on; net/bridge/br_netfilter_hooks.c, br_nf_hook_thresh");

    public static readonly KernelTrait NatChainsShareASlot = new(
        "nat chains share a slot", new(new(4, 18)),
        "All nat chains of a hook run in the one slot of the NAT core; before, each is a separate function, at its own priority.",
        "commits 9971a514ed26 and a37061a678ca; net/netfilter/nf_nat_core.c");

    public static readonly KernelTrait BridgeConfirmsWhatGoesUp = new(
        "a bridge confirms what goes up", new(new(6, 8), new(5, 15, 151), new(6, 1, 81), new(6, 6, 21), new(6, 7, 9)),
        "br_netfilter confirms the new connection of a broadcast that goes up to the host, so no chain of nat INPUT can change it; before, the host's own INPUT confirms it.",
        "commit 62e7151ae3eb (CVE-2024-27415, hence in stable series); net/bridge/br_netfilter_hooks.c, br_nf_local_in; measured on 6.18");

    public static readonly KernelTrait PromiscuousCopyLosesConnection = new(
        "a promiscuous bridge's copy loses its connection",
        new(new(6, 9), new(5, 15, 157), new(6, 1, 88), new(6, 6, 29), new(6, 8, 8)),
        "What a promiscuous bridge hands up loses its connection on the way, broadcasts too; before, it keeps it.",
        "commit 751de2012eaf (CVE-2024-27018, hence in stable series); net/bridge/br_netfilter_hooks.c, br_nf_local_in; measured: so on 6.1.176 and 6.18, not on 5.10.223");

    public static readonly KernelTrait SkipsPreRoutingOnce = new(
        "PREROUTING skipped once",
        new(new(6, 2), new(5, 4, 232), new(5, 10, 168), new(5, 15, 93), new(6, 1, 11)),
        "A packet that came up from a bridge skips PREROUTING of the host once; before, it skips it each time it comes by, as after decapsulation.",
        "commit 2b272bb558f1, in stable series from 5.4 on; net/bridge/br_netfilter_hooks.c, ip_sabotage_in");

    public static readonly KernelTrait SkippingKeepsThePort = new(
        "skipping PREROUTING keeps the port",
        new(new(6, 3), new(5, 4, 242), new(5, 10, 179), new(5, 15, 109), new(6, 1, 26), new(6, 2, 13)),
        "A packet that skips PREROUTING of the host keeps the port that it came in by; the releases before that skip once only free it, so later hooks have no PHYSIN and physdev does not match.",
        "commit 94623f579ce3, which mends 2b272bb558f1, in stable series from 5.4 on; net/bridge/br_netfilter_hooks.c, ip_sabotage_in");

    /// <summary>The oldest first.</summary>
    public static readonly ImmutableArray<KernelTrait> All =
    [
        NatChainsShareASlot, BrouteIsAtPreRouting, PostRoutingShowsIngressDevice, ResumesBehindBrNetfilter,
        SkipsPreRoutingOnce, SkippingKeepsThePort, SingleBridgeForwardHook, BridgeConfirmsWhatGoesUp,
        PromiscuousCopyLosesConnection,
    ];

    public bool Holds(KernelVersion kernel) => Since.Include(kernel);

    public override string ToString() => Name;
}
