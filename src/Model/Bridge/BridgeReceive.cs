using Hooktrail.Model.Netfilter;

namespace Hooktrail.Model.Bridge;

/// <summary>A frame comes in by a port of the bridge; net/bridge/br_input.c.</summary>
internal static class BridgeReceive
{
    /// <summary>
    /// <c>br_handle_frame</c>. Up to 5.1 it asks the legacy broute table before PRE_ROUTING
    /// (<c>br_should_route_hook</c>); later nothing is registered there.
    /// </summary>
    public static void HandleFrame(Packet packet)
    {
        packet.IsForOthers = packet.Wiring.IsPort(packet.Mac!);
        Nf.Hook(Family.Bridge, Hook.Brouting, packet, @in: packet.Device, @out: null, PreRouting);
    }

    /// <summary>The rest of <c>br_handle_frame</c> (<c>nf_hook_bridge_pre</c>).</summary>
    private static void PreRouting(Packet packet) =>
        Nf.Hook(
            Family.Bridge, Hook.PreRouting, packet, @in: packet.Device, @out: null, BridgeDecision.HandleFrameFinish);
}
