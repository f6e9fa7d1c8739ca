using Hooktrail.Model.Bridge;
using Hooktrail.Model.Ip;
using Hooktrail.Trails;

namespace Hooktrail.Model.Netfilter;

/// <summary>
/// br_netfilter: functions at the bridge's hooks that lead a frame through the IPv4 hooks as if the bridge were a
/// router, and one at the IPv4 hooks that keeps the same packet from going through PREROUTING twice;
/// net/bridge/br_netfilter_hooks.c.
/// </summary>
internal static class BrNetfilter
{
    /// <summary><c>br_nf_ops</c>; none where the module is not loaded.</summary>
    public static IEnumerable<HookRegistration> Registrations(HostProfile profile, KernelTraits traits)
    {
        if (!profile.BrNetfilter)
            return [];
        return
        [
            new(Family.Bridge, Hook.PreRouting, BridgePriority.BrNetfilter, "br_nf_pre_routing", PreRouting),
            new(Family.Bridge, Hook.Forward, ForwardPriority(traits), "br_nf_forward", Forward),
            new(Family.Bridge, Hook.PostRouting, BridgePriority.Last, "br_nf_post_routing", PostRouting),
            new(Family.IPv4, Hook.PreRouting, IpPriority.First, "ip_sabotage_in", SabotageIn),
        ];
    }

    private static int ForwardPriority(KernelTraits traits) =>
        traits.SingleBridgeForwardHook ? BridgePriority.BrNetfilter : BridgePriority.BrNetfilter - 1;

    /// <summary>
    /// <c>br_nf_pre_routing</c>: takes the frame, remembers its port, and calls IPv4 PREROUTING with the bridge as the
    /// device.
    /// </summary>
    private static NfVerdict PreRouting(Packet packet, in HookState state)
    {
        if (!packet.Host.Profile.BridgeNfCallIptables)
            return NfVerdict.Accept;

        packet.NfBridge = new(PhysIn: packet.Device!, packet.Destination);
        packet.Device = LabNames.Bridge;
        Nf.Hook(Family.IPv4, Hook.PreRouting, packet, @in: packet.Device, @out: null, PreRoutingFinish);
        return NfVerdict.Stolen;
    }

    /// <summary>
    /// <c>br_nf_pre_routing_finish</c>: gives the frame back to the bridge, for the rest of its own PRE_ROUTING.
    /// </summary>
    private static void PreRoutingFinish(Packet packet)
    {
        var info = packet.NfBridge!;
        info.InPreRouting = false;
        if (packet.Destination != info.Destination)
            Readdress(packet);

        packet.Device = info.PhysIn;
        Nf.HookAbove(
            BridgePriority.BrNetfilter, Family.Bridge, Hook.PreRouting, packet,
            @in: packet.Device, @out: null, BridgeDecision.HandleFrameFinish);
    }

    /// <summary>
    /// The part of <c>br_nf_pre_routing_finish</c> for a packet whose destination NAT changed: the frame gets the MAC
    /// address that leads there. That is a neighbour's if it is on the same bridge; otherwise it is the bridge's own,
    /// and the packet goes up to be routed.
    /// </summary>
    private static void Readdress(Packet packet)
    {
        var onThisBridge = Route.Input(packet) == RouteType.Unicast && packet.RouteDevice == LabNames.Bridge;
        packet.Mac = onThisBridge ? Lab.MacTowards(packet.Destination) : LabNames.Bridge;
    }

    /// <summary>
    /// <c>br_nf_forward</c>: calls IPv4 FORWARD with the bridge as both devices, and remembers the port that the frame
    /// leaves by. A frame that did not go through <see cref="PreRouting"/> is left alone.
    /// </summary>
    private static NfVerdict Forward(Packet packet, in HookState state)
    {
        if (packet.NfBridge is not { } info)
            return NfVerdict.Accept;

        info.PhysOut = packet.Device;
        Nf.Hook(Family.IPv4, Hook.Forward, packet, @in: LabNames.Bridge, @out: LabNames.Bridge, ForwardFinish);
        return NfVerdict.Stolen;
    }

    /// <summary><c>br_nf_forward_finish</c>: the rest of the bridge's own FORWARD.</summary>
    private static void ForwardFinish(Packet packet) =>
        Nf.HookAbove(
            BridgePriority.BrNetfilter, Family.Bridge, Hook.Forward, packet,
            @in: packet.NfBridge!.PhysIn, @out: packet.Device, BridgeForward.ForwardFinish);

    /// <summary>
    /// <c>br_nf_post_routing</c>: calls IPv4 POSTROUTING, without a device in, for frames that the bridge forwards.
    /// Packets that were routed, or that the host sends, have no port that they leave by noted, and went through
    /// POSTROUTING already.
    /// </summary>
    private static NfVerdict PostRouting(Packet packet, in HookState state)
    {
        if (packet.NfBridge?.PhysOut is null)
            return NfVerdict.Accept;

        Nf.Hook(
            Family.IPv4, Hook.PostRouting, packet, @in: null, @out: LabNames.Bridge, BridgeForward.DevQueuePushXmit);
        return NfVerdict.Stolen;
    }

    /// <summary>
    /// <c>ip_sabotage_in</c>: a packet that went through IPv4 PREROUTING in the bridge, and then came up to be routed
    /// or delivered, skips that hook.
    /// </summary>
    private static NfVerdict SabotageIn(Packet packet, in HookState state)
    {
        if (packet.NfBridge is not { InPreRouting: false })
            return NfVerdict.Accept;

        state.Okfn(packet);
        return NfVerdict.Stolen;
    }
}
