using Hooktrail.Trails;

namespace Hooktrail.Model.Bridge;

/// <summary>Whether a frame goes up to the host or out by another port; net/bridge/br_input.c.</summary>
internal static class BridgeDecision
{
    /// <summary>
    /// <c>br_handle_frame_finish</c>: the forwarding database knows whose MAC address the frame is for. (The lab's
    /// endpoints know each other, so that no frame is flooded.)
    /// </summary>
    public static void HandleFrameFinish(Packet packet)
    {
        if (packet.Mac == LabNames.Bridge)
            BridgePassUp.PassFrameUp(packet);
        else
            BridgeForward.Forward(packet, to: packet.Mac!, sentByHost: false);
    }
}
