using Hooktrail.Model.Netfilter;
using Hooktrail.Trails;

namespace Hooktrail.Model.Bridge;

/// <summary>A frame comes in by a port of the bridge; net/bridge/br_input.c.</summary>
internal static class BridgeReceive
{
    /// <summary>
    /// <c>br_handle_frame</c>. Until 5.1 the legacy broute table is asked ahead of PRE_ROUTING (<c>br_should_route_hook</c>); later
    /// nobody is registered there.
    /// </summary>
    public static void HandleFrame(Packet packet)
    {
        // No frame of the lab is for the MAC address of a port itself: seen from the port, it is another's.
        packet.ForOtherHost = true;
        Nf.Hook(Family.Bridge, Hook.Brouting, packet, @in: packet.Device, @out: null, PreRouting);
    }

    /// <summary>The rest of <c>br_handle_frame</c>: a frame for the bridge's own MAC address is for this host.</summary>
    private static void PreRouting(Packet packet)
    {
        packet.ForOtherHost = packet.Mac != LabNames.Bridge;
        Nf.Hook(Family.Bridge, Hook.PreRouting, packet, @in: packet.Device, @out: null, BridgeDecision.HandleFrameFinish);
    }
}
