using Hooktrail.Model.Bridge;
using Hooktrail.Trails;

namespace Hooktrail.Model;

/// <summary>A device sends a frame; net/core/dev.c.</summary>
internal static class Transmit
{
    /// <summary>
    /// <c>dev_queue_xmit</c>: loopback and the bridge are devices of this host that lead on; any other leads out of it.
    /// </summary>
    public static void QueueXmit(Packet packet)
    {
        switch (packet.Device)
        {
            case LabNames.Loopback:
                Loopback.Xmit(packet);
                break;
            case LabNames.Bridge:
                BridgeTransmit.DevXmit(packet);
                break;
            default:
                packet.End(Outcome.Delivered(Lab.Behind(packet.Device!)));
                break;
        }
    }
}
