using Hooktrail.Model.Bridge;
using Hooktrail.Model.Ip;
using Hooktrail.Model.Netfilter;
using Hooktrail.Model.Network;
using Hooktrail.Trails.Accounts;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Model.Devices;

/// <summary>A device receives or sends a frame; net/core/dev.c.</summary>
internal static class NetworkDevice
{
    /// <summary>
    /// <c>__netif_receive_skb_core</c>: the device's ingress hook, then the bridge if the device is a port, otherwise
    /// the packet's protocol.
    /// </summary>
    public static void Receive(Packet packet) => Nf.DeviceHook(Hook.Ingress, packet, packet.Device!, AfterIngress);

    /// <summary>The end of <c>__netif_receive_skb_core</c> (<c>deliver_skb</c>): to the protocol's receiver.</summary>
    public static void DeliverToProtocol(Packet packet)
    {
        if (packet.Family == Family.Arp)
            Arp.Receive(packet);
        else
            IpReceive.Receive(packet);
    }

    /// <summary>
    /// <c>__dev_queue_xmit</c>: the device's egress hook, then its driver. Loopback and bridges lead back into this
    /// host; any other device leads out of it.
    /// </summary>
    public static void Transmit(Packet packet) => Nf.DeviceHook(Hook.Egress, packet, packet.Device!, AfterEgress);

    private static void AfterIngress(Packet packet)
    {
        packet.Journal?.Note(Place.Device, $"{packet.Device} receives it.", "net/core/dev.c, __netif_receive_skb_core");
        if (packet.Wiring.IsPort(packet.Device!))
            BridgeReceive.HandleFrame(packet);
        else
            DeliverToProtocol(packet);
    }

    private static void AfterEgress(Packet packet)
    {
        var device = packet.Device!;
        packet.Journal?.Note(Place.Device, $"{device} sends it.", "net/core/dev.c, __dev_queue_xmit");
        if (device == LabNames.Loopback)
            Loopback.Xmit(packet);
        else if (packet.Wiring.IsBridge(device))
            BridgeTransmit.DevXmit(packet);
        else if (packet.Wiring.Find(device) is { Kind: DeviceKind.Vlan, Parent: { } below }
            && packet.Wiring.Find(below) is { FiltersVlans: true })
            packet.End(new(
                OutcomeKind.Unknown, null, packet.Passage.Last,
                $"{device} gives it a tag, and the model does not follow such frames through {below}"));
        else if (packet.IsStray)
            return; // nobody there has its MAC address
        else if (packet.Wiring.Unattached(packet.Destination.Name) is { } container)
            packet.End(new(
                OutcomeKind.Unknown, null, packet.Passage.Last,
                $"the model does not know how {container}, which has {packet.Destination.Name}, is attached"));
        else if (packet.Wiring.Behind(device, packet.Destination.Name) is { } behind)
            LeaveHost(packet, behind);
        else
            packet.Vanish($"it leaves by {device}, and {packet.Destination.Name} is not there");
    }

    /// <summary>
    /// The other end drops a packet from a loopback address, and of IPv4 one from its own address
    /// (<c>ip_route_input_slow</c>, in its own network namespace; IPv6 takes its own, measured on 6.18). A sender does
    /// not await its own broadcast.
    /// </summary>
    private static void LeaveHost(Packet packet, Endpoint to)
    {
        if (packet.Mac == Wiring.BroadcastMac && packet.Wiring.Has(to, packet.Source.Name))
            return;
        if (packet.Wiring.Has(to, packet.Source.Name) && packet.Family == Family.IPv4
            || packet.Wiring.IsLoopback(packet.Source.Name))
            packet.Vanish($"{to} takes no packet that claims to come from {packet.Source.Name}");
        else
            packet.Deliver(to);
    }
}
