using Hooktrail.Model.Devices;
using Hooktrail.Model.Netfilter;

namespace Hooktrail.Model.Bridge;

/// <summary>A frame is for the host; net/bridge/br_input.c.</summary>
internal static class BridgePassUp
{
    /// <summary><c>br_pass_frame_up</c>: from here on the packet has come in by the bridge, not by the port.</summary>
    public static void PassFrameUp(Packet packet, bool isPromiscuous)
    {
        packet.IsPromiscuousCopy = isPromiscuous;
        var port = packet.Device!;
        packet.Device = Lab.BridgeOf(port);
        Nf.Hook(Family.Bridge, Hook.LocalIn, packet, @in: port, @out: null, NetworkDevice.Receive);
    }
}
