using Hooktrail.Model.Network;

namespace Hooktrail.Model.Bridge;

/// <summary>The host sends by the bridge as by any device; net/bridge/br_device.c.</summary>
internal static class BridgeTransmit
{
    /// <summary>
    /// <c>br_dev_xmit</c>: sends a frame by the port of its MAC address, and a broadcast by every port.
    /// </summary>
    public static void DevXmit(Packet packet)
    {
        if (packet.Mac == Wiring.BroadcastMac)
            foreach (var port in packet.Wiring.PortsOf(packet.Device!).Reverse())
                BridgeForward.Send(packet.Clone(), port);
        else
            BridgeForward.Send(packet, packet.Mac!);
    }
}
