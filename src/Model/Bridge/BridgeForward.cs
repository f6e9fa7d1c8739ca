using Hooktrail.Model.Netfilter;

namespace Hooktrail.Model.Bridge;

/// <summary>A frame goes out by a port of the bridge; net/bridge/br_forward.c.</summary>
internal static class BridgeForward
{
    /// <summary>
    /// <c>__br_forward</c>: a frame from another port crosses FORWARD, one that the host sends crosses LOCAL_OUT.
    /// </summary>
    public static void Forward(Packet packet, string to, bool sentByHost)
    {
        var port = packet.Device;
        packet.Device = to;
        if (sentByHost)
            Nf.Hook(Family.Bridge, Hook.LocalOut, packet, @in: null, @out: to, ForwardFinish);
        else
            Nf.Hook(Family.Bridge, Hook.Forward, packet, @in: port, @out: to, ForwardFinish);
    }

    /// <summary><c>br_forward_finish</c>.</summary>
    public static void ForwardFinish(Packet packet) =>
        Nf.Hook(Family.Bridge, Hook.PostRouting, packet, @in: null, @out: packet.Device, DevQueuePushXmit);

    /// <summary><c>br_dev_queue_push_xmit</c>.</summary>
    public static void DevQueuePushXmit(Packet packet) => Transmit.QueueXmit(packet);
}
