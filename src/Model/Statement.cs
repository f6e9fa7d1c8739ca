namespace Hooktrail.Model;

/// <summary>
/// A rule of the walk: what the model says of the kernel, besides what is registered at the hooks. A mutation takes one
/// away and so shows whether any test or run checks it. <paramref name="Source"/> is the kernel's file and function, or
/// the measurement.
/// </summary>
public sealed record Statement(string Says, string Source)
{
    /// <summary>What a lab needs to show whether it holds; null where any lab can show it.</summary>
    public string? Needs { get; private init; }

    internal static readonly Statement BridgeCallsIp = new(
        "With bridge-nf-call-iptables (or -ip6tables) on, the bridge calls PREROUTING of the IP layer.",
        "net/bridge/br_netfilter_hooks.c, br_nf_pre_routing");

    internal static readonly Statement BridgeCallsForward = new(
        "A bridged packet crosses FORWARD of the IP layer only if it crossed PREROUTING in the bridge.",
        "net/bridge/br_netfilter_hooks.c, br_nf_forward");

    internal static readonly Statement BridgeCallsPostRouting = new(
        "Only a packet that the bridge itself forwards crosses POSTROUTING of the IP layer in the bridge.",
        "net/bridge/br_netfilter_hooks.c, br_nf_post_routing");

    internal static readonly Statement Sabotage = new(
        "A packet that crossed PREROUTING in the bridge skips it when it comes up to be routed.",
        "net/bridge/br_netfilter_hooks.c, ip_sabotage_in");

    internal static readonly Statement BridgedDnat = new(
        "A bridged packet whose destination NAT moved to the same bridge stays on the bridge.",
        "net/bridge/br_netfilter_hooks.c, br_nf_pre_routing_finish");

    internal static readonly Statement BridgeResumes = new(
        "After br_netfilter the bridge resumes with its functions of higher priority.",
        "net/bridge/br_netfilter_hooks.c, br_nf_hook_thresh");

    internal static readonly Statement PhysInStays = new(
        "A packet keeps the port that it came in by until it leaves the host.",
        "include/linux/skbuff.h, struct nf_bridge_info");

    internal static readonly Statement TaggedSkips = new(
        "A packet in a VLAN or PPPoE frame is not shown to the IP layer unless the filter-…-tagged setting is on.",
        "net/bridge/br_netfilter_hooks.c, IS_VLAN_IP and IS_PPPOE_IP");

    internal static readonly Statement ArpForward = new(
        "With bridge-nf-call-arptables on, the bridge shows ARP to FORWARD of arptables, by its ports.",
        "net/bridge/br_netfilter_hooks.c, br_nf_forward_arp");

    internal static readonly Statement LocalMac = new(
        "A frame for the bridge's own MAC address goes up to the host.",
        "net/bridge/br_input.c, br_handle_frame_finish");

    internal static readonly Statement Hairpin = new(
        "A bridge does not send a frame back by the port that it came in by, unless that port's hairpin mode is on.",
        "net/bridge/br_forward.c, should_deliver");

    internal static readonly Statement FloodThenUp = new(
        "A broadcast goes out by the other ports first, and up to the host last.",
        "net/bridge/br_input.c, br_handle_frame_finish");

    internal static readonly Statement PromiscuousCopy = new(
        "A promiscuous bridge hands up a copy of every frame, and IP drops what is not for the host before PREROUTING.",
        "net/bridge/br_input.c, br_handle_frame_finish; net/ipv4/ip_input.c, ip_rcv_core");

    internal static readonly Statement RouteDecides = new(
        "A packet for an address of the host crosses INPUT, any other FORWARD.",
        "net/ipv4/route.c, ip_route_input_slow");

    internal static readonly Statement ForwardingOff = new(
        "With forwarding off, a packet for another host is dropped between PREROUTING and FORWARD.",
        "net/ipv4/route.c, ip_route_input_slow");

    internal static readonly Statement RpFilter = new(
        "With rp_filter on, a packet that comes in by a device other than the route to its source is dropped after PREROUTING.",
        "net/ipv4/fib_frontend.c, __fib_validate_source");

    internal static readonly Statement OwnSource = new(
        "A packet that comes in with an address of the host as its source is dropped after PREROUTING, with rp_filter on or off.",
        "net/ipv4/fib_frontend.c, fib_validate_source; measured on 6.18");

    internal static readonly Statement Martian = new(
        "Without route_localnet, which IPv6 lacks, a loopback address is not accepted from another device, nor sent to one in IPv4.",
        "net/ipv4/route.c, ip_route_input_slow and __ip_route_output_key; net/ipv6/route.c, rt6_need_strict; measured on 6.18");

    internal static readonly Statement TtlEnds = new(
        "A packet to be forwarded whose TTL is used up is dropped after PREROUTING, and its sender gets an ICMP error.",
        "net/ipv4/ip_forward.c, ip_forward");

    internal static readonly Statement SendsRedirect = new(
        // The host limits them: the second to an address comes 40 ms after the first at the earliest, the third 80 ms
        // later, and so on; after nine it waits 20 seconds. IPv6 sends them only where the device has a link-local
        // address (net/ipv6/ndisc.c, ndisc_send_redirect); the lab's devices have none.
        "A packet that leaves by the device that it came in by makes the host send an ICMP redirect.",
        "net/ipv4/ip_forward.c, ip_forward; net/ipv4/route.c, ip_rt_send_redirect; measured on 6.18");

    internal static readonly Statement IngressInPostRouting = new(
        "POSTROUTING of a forwarded packet knows the device that it came in by.",
        "net/ipv4/ip_output.c, ip_output");

    internal static readonly Statement BroadcastLoopsBack = new(
        "A broadcast of the host's own comes back to it first, through POSTROUTING, PREROUTING and INPUT.",
        "net/ipv4/ip_output.c, ip_mc_output");

    internal static readonly Statement LoopbackKeepsConnection = new(
        "Over loopback a packet keeps its connection, and conntrack does not look it up again.",
        "drivers/net/loopback.c, loopback_xmit; net/netfilter/nf_conntrack_core.c, nf_conntrack_in");

    internal static readonly Statement NatOnlyFirst = new(
        "A nat chain is crossed only by a packet that is new to its connection.",
        "net/netfilter/nf_nat_core.c, nf_nat_inet_fn")
    {
        Needs =
            "nat chains that come to be while a connection is under way: any other has been asked for both of its addresses by its first packet",
    };

    internal static readonly Statement NatOnlyOnce = new(
        "What a nat chain has settled for a connection is not asked again.",
        "net/netfilter/nf_nat_core.c, nf_nat_inet_fn (nf_nat_initialized)");

    /// <summary>No mutation takes it away: with several nat chains, the lab has only the first.</summary>
    internal static readonly Statement NatFirstAnswer = new(
        "Once a nat chain has an answer, the chains after it are not asked.",
        "net/netfilter/nf_nat_core.c, nf_nat_inet_fn");

    internal static readonly Statement NatNeedsConnection = new(
        "A packet without a connection crosses no nat chain and is not translated.",
        "net/netfilter/nf_nat_core.c, nf_nat_inet_fn");

    internal static readonly Statement NatRewrites = new(
        "Every packet of a connection is rewritten at the hooks of its manipulation, and answers inversely.",
        "net/netfilter/nf_nat_core.c, nf_nat_packet");

    internal static readonly Statement NatReroutes = new(
        "A packet of the host's own whose destination OUTPUT changed gets a new route, but its OUT stays as it was.",
        "net/netfilter/nf_nat_proto.c, nf_nat_ipv4_local_fn; ip_route_me_harder");

    internal static readonly Statement RelatedErrorSkipsNat = new(
        "An ICMP error crosses no nat chain: it is translated along with the connection that it is about.",
        "net/netfilter/nf_nat_proto.c, nf_nat_ipv4_fn");

    internal static readonly Statement RedirectDiesInNat = new(
        "An ICMP redirect about a connection that NAT rewrites is dropped by the NAT core.",
        "net/netfilter/nf_nat_proto.c, nf_nat_icmp_reply_translation");

    internal static readonly Statement ConfirmedLast = new(
        "A connection is known only once a packet of it made it through the host.",
        "net/netfilter/nf_conntrack_core.c, __nf_conntrack_confirm");

    internal static readonly Statement ReplyNeedsKnown = new(
        "An echo reply cannot begin a connection: without one it is INVALID.",
        "net/netfilter/nf_conntrack_proto_icmp.c, nf_conntrack_icmp_packet");

    internal static readonly Statement Notrack = new(
        "Conntrack does not track a packet that NOTRACK marked.",
        "net/netfilter/nf_conntrack_core.c, nf_conntrack_in");

    internal static readonly Statement DefragInPreRouting = new(
        "Where conntrack is in use, fragments are put together between priorities -400 and -300 of PREROUTING.",
        "net/ipv4/netfilter/nf_defrag_ipv4.c, ipv4_conntrack_defrag");

    internal static readonly Statement DefragForInput = new(
        "Without conntrack, fragments for the host are put together before INPUT.",
        "net/ipv4/ip_input.c, ip_local_deliver");

    internal static readonly Statement RefragmentLast = new(
        "What was put together is cut again behind POSTROUTING.",
        "net/ipv4/ip_output.c, ip_finish_output; net/bridge/br_netfilter_hooks.c, br_nf_dev_queue_xmit");

    internal static readonly Statement ResetBypasses = new(
        "A TCP reset for a packet that came in through br_netfilter leaves by its port at once and crosses no hook.",
        "net/ipv4/netfilter/nf_reject_ipv4.c, nf_send_reset");

    internal static readonly Statement BrouteRoutes = new(
        "A DROP in BROUTING takes the frame away from the bridge, and it goes on as received by the port.",
        "net/bridge/netfilter/ebtable_broute.c, ebt_broute")
    {
        Needs = "a table broute: a kernel with CONFIG_NFT_BRIDGE_META, or with CONFIG_BRIDGE_NF_EBTABLES_LEGACY",
    };

    public static readonly ImmutableArray<Statement> All =
    [
        BridgeCallsIp, BridgeCallsForward, BridgeCallsPostRouting, Sabotage, BridgedDnat, BridgeResumes,
        PhysInStays, TaggedSkips, ArpForward, LocalMac, Hairpin, FloodThenUp, PromiscuousCopy, RouteDecides,
        ForwardingOff, RpFilter, OwnSource, Martian, TtlEnds, SendsRedirect, IngressInPostRouting,
        BroadcastLoopsBack, LoopbackKeepsConnection, NatOnlyFirst, NatOnlyOnce, NatNeedsConnection, NatRewrites,
        NatReroutes, RelatedErrorSkipsNat, RedirectDiesInNat, ConfirmedLast, ReplyNeedsKnown, Notrack,
        DefragInPreRouting, DefragForInput, RefragmentLast, ResetBypasses, BrouteRoutes,
    ];

    public override string ToString() => Says;
}
