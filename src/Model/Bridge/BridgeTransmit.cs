namespace Hooktrail.Model.Bridge;

/// <summary>The host sends by the bridge as by any device; net/bridge/br_device.c.</summary>
internal static class BridgeTransmit
{
    /// <summary><c>br_dev_xmit</c>: the forwarding database finds the port.</summary>
    public static void DevXmit(Packet packet) => BridgeForward.Forward(packet, to: packet.Mac!, sentByHost: true);
}
