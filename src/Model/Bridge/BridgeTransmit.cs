using Hooktrail.Model.Network;

namespace Hooktrail.Model.Bridge;

/// <summary>The host sends by the bridge as by any device; net/bridge/br_device.c.</summary>
internal static class BridgeTransmit
{
    /// <summary>
    /// <c>br_dev_xmit</c>: sends a frame by the port of its MAC address, and by every port a broadcast, or a frame for
    /// an address that the forwarding database does not have in its VLAN.
    /// </summary>
    public static void DevXmit(Packet packet)
    {
        var bridge = packet.Device!;
        if (!BridgeVlans.Enter(packet, bridge, bridge))
            return;
        if (packet.Mac != Wiring.BroadcastMac && BridgeVlans.Passes(packet, packet.Mac!))
        {
            BridgeForward.Send(packet, packet.Mac!);
            return;
        }

        var vlan = packet.Vlan;
        packet.IsStray = packet.Mac != Wiring.BroadcastMac;
        foreach (var port in packet.Wiring.PortsOf(bridge).Where(port => BridgeVlans.Passes(packet, port)).Reverse())
            BridgeForward.Send(packet.Clone(), port);
        if (packet.IsStray)
            packet.Vanish($"nobody in VLAN {vlan} of {bridge} has the MAC address that it is for");
    }
}
