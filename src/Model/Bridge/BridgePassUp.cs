using Hooktrail.Model.Devices;
using Hooktrail.Model.Netfilter;

namespace Hooktrail.Model.Bridge;

/// <summary>A frame is for the host; net/bridge/br_input.c.</summary>
internal static class BridgePassUp
{
    /// <summary>
    /// <c>br_pass_frame_up</c>: from now on the bridge is the packet's device, and no longer the port.
    /// </summary>
    public static void PassFrameUp(Packet packet, bool isPromiscuous)
    {
        packet.IsPromiscuousCopy = isPromiscuous;
        var port = packet.Device!;
        var bridge = packet.Wiring.BridgeOf(port);
        if (!BridgeVlans.Leave(packet, bridge))
            return;
        packet.Device = bridge;
        Nf.Hook(Family.Bridge, Hook.LocalIn, packet, @in: port, @out: null, NetworkDevice.Receive);
    }
}
