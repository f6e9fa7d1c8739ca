using Hooktrail.Model.Bridge;
using Hooktrail.Model.Ip;
using Hooktrail.Model.Network;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Netfilter;

/// <summary>
/// br_netfilter: functions at the bridge's hooks that lead a frame through the hooks of IPv4 and IPv6, as if the bridge
/// were a router; and one at PREROUTING of IP that keeps the same packet from crossing it twice;
/// net/bridge/br_netfilter_hooks.c and br_netfilter_ipv6.c.
/// </summary>
internal static class BrNetfilter
{
    /// <summary>The function after which the bridge resumes.</summary>
    public const string PreRoutingName = "br_nf_pre_routing";

    private static readonly Condition CallsIp = new(
        Statement.BridgeCallsIp, null, packet => packet.Family switch
        {
            Family.IPv4 => packet.Host.Profile.BridgeNfCallIptables,
            Family.IPv6 => packet.Host.Profile.BridgeNfCallIp6tables,
            _ => false,
        });

    private static readonly Condition IsHiddenByItsTag = new(
        Statement.TaggedSkips, Place.BrNetfilter, packet => packet.Encapsulation switch
        {
            Encapsulation.Vlan => !packet.Host.Profile.BridgeNfFilterVlanTagged,
            Encapsulation.PPPoE => !packet.Host.Profile.BridgeNfFilterPppoeTagged,
            _ => false,
        });

    private static readonly Condition IsReachedByTheSameBridge = new(
        Statement.BridgedDnat, Place.BrNetfilter, packet => packet.RouteDevice == packet.Device);

    private static readonly Condition CrossedPreRouting = new(
        Statement.BridgeCallsForward, Place.BrNetfilter, packet => packet.NfBridge is not null);

    private static readonly Condition CallsArp = new(
        Statement.ArpForward, Place.BrNetfilter, packet =>
            packet.Family == Family.Arp && packet.Host.Profile.BridgeNfCallArptables);

    private static readonly Condition IsNotForwardedHere = new(
        Statement.BridgeCallsPostRouting, null, packet => packet.NfBridge?.PhysOut is null);

    private static readonly Condition CrossedPreRoutingInTheBridge = new(
        Statement.Sabotage, Place.BrNetfilter, packet =>
            packet.NfBridge is { InPreRouting: false, SabotageDone: false });

    /// <summary><c>br_nf_ops</c>; none where the module is not loaded.</summary>
    public static IEnumerable<HookRegistration> Registrations(HostProfile profile, KernelTraits traits)
    {
        if (!profile.BrNetfilter)
            return [];
        return
        [
            new(Family.Bridge, Hook.PreRouting, BridgePriority.BrNetfilter, PreRoutingName, PreRouting),
            .. AtLocalIn(traits),
            .. AtForward(traits),
            new(Family.Bridge, Hook.PostRouting, BridgePriority.Last, "br_nf_post_routing", PostRouting),
            new(Family.IPv4, Hook.PreRouting, IpPriority.First, "ip_sabotage_in", SabotageIn),
            new(Family.IPv6, Hook.PreRouting, IpPriority.First, "ip_sabotage_in", SabotageIn),
        ];
    }

    private static HookRegistration[] AtLocalIn(KernelTraits traits) =>
        traits.BridgeConfirmsWhatGoesUp || traits.PromiscuousCopyLosesConnection
            ? [new(Family.Bridge, Hook.LocalIn, BridgePriority.Last, "br_nf_local_in", LocalIn)]
            : [];

    private static HookRegistration[] AtForward(KernelTraits traits) => traits.SingleBridgeForwardHook
        ? [new(Family.Bridge, Hook.Forward, BridgePriority.BrNetfilter, "br_nf_forward", Forward)]
        :
        [
            new(Family.Bridge, Hook.Forward, BridgePriority.BrNetfilter - 1, "br_nf_forward_ip", ForwardIp),
            new(Family.Bridge, Hook.Forward, BridgePriority.BrNetfilter, "br_nf_forward_arp", ForwardArp),
        ];

    /// <summary>
    /// <c>br_nf_pre_routing</c>: takes the frame, remembers its port, and calls PREROUTING of the IP layer with the
    /// bridge as the device.
    /// </summary>
    private static NfVerdict PreRouting(Packet packet, in HookState state)
    {
        if (!CallsIp.Holds(packet) || IsHiddenByItsTag.Holds(packet))
        {
            var why = packet.Family.IsIp() ? $": {SettingOf(packet)} is off, for this packet at least" : " for ARP";
            packet.Journal?.Note(
                Place.BrNetfilter, $"The bridge does not call the IP layer{why}.", Statement.BridgeCallsIp.Source);
            return NfVerdict.Accept;
        }

        packet.Journal?.Note(Place.BrNetfilter, Statement.BridgeCallsIp);
        var bridge = packet.Wiring.BridgeOf(packet.Device!);
        packet.NfBridge = new(PhysIn: packet.Device!, packet.Destination.Name);
        packet.Device = bridge;
        Nf.Hook(packet.Family, Hook.PreRouting, packet, @in: bridge, @out: null, PreRoutingFinish);
        return NfVerdict.Stolen;
    }

    private static string SettingOf(Packet packet) => packet.Encapsulation switch
    {
        Encapsulation.Vlan => "bridge-nf-filter-vlan-tagged",
        Encapsulation.PPPoE => "bridge-nf-filter-pppoe-tagged",
        _ => packet.Family == Family.IPv4 ? "bridge-nf-call-iptables" : "bridge-nf-call-ip6tables",
    };

    /// <summary><c>br_nf_pre_routing_finish</c>: back to the bridge, for the rest of its own PRE_ROUTING.</summary>
    private static void PreRoutingFinish(Packet packet)
    {
        var info = packet.NfBridge!;
        info.InPreRouting = false;
        if (packet.Destination.Name != info.Destination && !Readdress(packet))
            return;

        packet.Device = info.PhysIn;
        Nf.RestOfBridgeHook(Hook.PreRouting, packet, @in: packet.Device, @out: null, BridgeDecision.HandleFrameFinish);
    }

    /// <summary>
    /// The part of <c>br_nf_pre_routing_finish</c> for a packet whose destination NAT changed. The frame gets the MAC
    /// address of the neighbour, if that is on the same bridge; otherwise the bridge's own, and the packet goes up to
    /// be routed. False where the packet ends here. The kernel's comment there says that bridged DNAT needs no
    /// forwarding, because a second look-up follows where <c>ip_route_input</c> fails. But with forwarding off it does
    /// not fail: it returns 0 and a route over lo to <c>ip_error</c> (net/ipv4/route.c, <c>ip_route_input_slow</c>,
    /// no_route), so the packet goes up and ends there. Nothing reached the second look-up, and commit 50038bf38e65
    /// (6.13) removed it.
    /// </summary>
    private static bool Readdress(Packet packet)
    {
        var bridge = packet.Device!;
        var route = Route.Input(packet);
        if (route == RouteType.Martian)
        {
            Route.Discard(packet);
            return false;
        }

        // IPv6 drops here what has no route, and nobody is told (br_nf_pre_routing_finish_ipv6). Its route says nothing
        // of forwarding.
        if (packet.Family == Family.IPv6 && route == RouteType.Nowhere)
        {
            packet.Vanish($"no route leads to {packet.Destination.Name}");
            return false;
        }

        var isRouted = route == RouteType.Unicast
            || (packet.Family == Family.IPv6 && route == RouteType.Unreachable);
        var onThisBridge = isRouted && IsReachedByTheSameBridge.Holds(packet);
        packet.Mac = onThisBridge ? packet.Wiring.MacTowards(packet.Destination.Name, bridge) : bridge;
        packet.IsForOthers = packet.IsForOthers && onThisBridge;
        if (packet.Mac is not null)
            return true;
        packet.Vanish($"nobody on {bridge} has the address {packet.Destination.Name}");
        return false;
    }

    /// <summary>
    /// <c>br_nf_local_in</c>, the last function at the bridge's INPUT. A frame that goes up because the bridge is
    /// promiscuous loses its connection, and the mark of NOTRACK. Any other frame that is not for the bridge's own MAC
    /// address, that is a broadcast, has its new connection confirmed. The chains of that INPUT come before and see the
    /// connection.
    /// </summary>
    private static NfVerdict LocalIn(Packet packet, in HookState state)
    {
        const string source = "net/bridge/br_netfilter_hooks.c, br_nf_local_in";
        if (packet.IsPromiscuousCopy && packet.Host.Traits.PromiscuousCopyLosesConnection)
        {
            (packet.Connection, packet.State) = (null, ConntrackState.None);
            packet.Journal?.Note(
                Place.BrNetfilter, "The bridge is promiscuous: what goes up loses its connection.", source);
            return NfVerdict.Accept;
        }

        var isForThisHost = packet.Mac != Wiring.BroadcastMac && !packet.IsForOthers;
        if (packet.Connection is null || isForThisHost || !packet.Host.Traits.BridgeConfirmsWhatGoesUp)
            return NfVerdict.Accept;
        packet.Journal?.Note(
            Place.BrNetfilter, "A frame that is not only for this host has its connection confirmed here.", source);
        return Conntrack.Confirm(packet, in state);
    }

    /// <summary><c>br_nf_forward</c>: one function for all protocols, where until 6.7 there were two.</summary>
    private static NfVerdict Forward(Packet packet, in HookState state) =>
        packet.Family == Family.Arp ? ForwardArp(packet, state) : ForwardIp(packet, state);

    /// <summary>
    /// <c>br_nf_forward_ip</c>: calls FORWARD of the IP layer with the bridge as both devices, and notes the port that
    /// the frame leaves by. A frame that skipped <see cref="PreRouting"/> passes untouched.
    /// </summary>
    private static NfVerdict ForwardIp(Packet packet, in HookState state)
    {
        if (!CrossedPreRouting.Holds(packet))
            return NfVerdict.Accept;

        packet.NfBridge!.PhysOut = packet.Device;
        var bridge = packet.Wiring.BridgeOf(packet.Device!);
        Nf.Hook(packet.Family, Hook.Forward, packet, @in: bridge, @out: bridge, ForwardFinish);
        return NfVerdict.Stolen;
    }

    /// <summary><c>br_nf_forward_finish</c>: the rest of the bridge's own FORWARD.</summary>
    private static void ForwardFinish(Packet packet) =>
        Nf.RestOfBridgeHook(
            Hook.Forward, packet, @in: packet.NfBridge!.PhysIn, @out: packet.Device, BridgeForward.ForwardFinish);

    /// <summary><c>br_nf_forward_arp</c>: calls FORWARD of the ARP family, with the ports as its devices.</summary>
    private static NfVerdict ForwardArp(Packet packet, in HookState state)
    {
        if (!CallsArp.Holds(packet))
            return NfVerdict.Accept;

        // The kernel keeps the port in beside the packet (skb->cb; measured on 6.18).
        var port = state.In;
        Nf.Hook(
            Family.Arp, Hook.Forward, packet, port, state.Out,
            one => Nf.RestOfBridgeHook(Hook.Forward, one, port, one.Device, BridgeForward.ForwardFinish));
        return NfVerdict.Stolen;
    }

    /// <summary>
    /// <c>br_nf_post_routing</c>: calls POSTROUTING of the IP layer, without a device in, for frames that the bridge
    /// forwards. Packets that were routed or that the host sends have no port out noted; they have crossed POSTROUTING
    /// already.
    /// </summary>
    private static NfVerdict PostRouting(Packet packet, in HookState state)
    {
        if (!packet.Family.IsIp() || IsNotForwardedHere.Holds(packet))
            return NfVerdict.Accept;

        packet.Journal?.Note(Place.BrNetfilter, Statement.BridgeCallsPostRouting);
        Nf.Hook(
            packet.Family, Hook.PostRouting, packet, @in: null, @out: packet.Wiring.BridgeOf(packet.Device!),
            BridgeForward.DevQueuePushXmit);
        return NfVerdict.Stolen;
    }

    /// <summary>
    /// <c>ip_sabotage_in</c>: a packet that crossed PREROUTING in the bridge, and then came up to be routed or
    /// delivered, skips that hook: once, or on older kernels each time. The first kernels that skip it once also free
    /// what br_netfilter has noted of the packet.
    /// </summary>
    private static NfVerdict SabotageIn(Packet packet, in HookState state)
    {
        if (!CrossedPreRoutingInTheBridge.Holds(packet))
            return NfVerdict.Accept;

        if (packet.Host.Traits is { SkipsPreRoutingOnce: true, SkippingKeepsThePort: false })
            packet.NfBridge = null;
        else
            packet.NfBridge!.SabotageDone = packet.Host.Traits.SkipsPreRoutingOnce;
        state.Okfn(packet);
        return NfVerdict.Stolen;
    }
}
