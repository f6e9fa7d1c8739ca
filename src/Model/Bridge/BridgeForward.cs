using Hooktrail.Model.Devices;
using Hooktrail.Model.Netfilter;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Bridge;

/// <summary>A frame goes out by a port of the bridge; net/bridge/br_forward.c.</summary>
internal static class BridgeForward
{
    private static readonly Condition HairpinIsOff = new(
        Statement.Hairpin, Place.BridgeDecision, packet => !packet.Host.IsHairpin(packet.Device!));

    /// <summary>
    /// <c>br_forward</c> and <c>__br_forward</c>, for a frame from a port. A frame that <c>should_deliver</c> refuses
    /// crosses no further hook.
    /// </summary>
    public static void Forward(Packet packet, string to)
    {
        var port = packet.Device;
        if (port == to && HairpinIsOff.Holds(packet))
        {
            packet.Vanish($"it would leave by {port}, the port that it came in by, whose hairpin mode is off");
            return;
        }

        if (packet.Host.AreIsolated(port!, to))
        {
            packet.Vanish($"the ports {port} and {to} are isolated from each other");
            return;
        }

        if (!BridgeVlans.Leave(packet, to))
            return;
        packet.Device = to;
        Nf.Hook(Family.Bridge, Hook.Forward, packet, @in: port, @out: to, ForwardFinish);
    }

    /// <summary><c>__br_forward</c>, for a frame of the host: hairpin mode does not matter.</summary>
    public static void Send(Packet packet, string to)
    {
        if (!BridgeVlans.Leave(packet, to))
            return;
        packet.Device = to;
        Nf.Hook(Family.Bridge, Hook.LocalOut, packet, @in: null, @out: to, ForwardFinish);
    }

    /// <summary><c>br_forward_finish</c>.</summary>
    public static void ForwardFinish(Packet packet) =>
        Nf.Hook(Family.Bridge, Hook.PostRouting, packet, @in: null, @out: packet.Device, DevQueuePushXmit);

    /// <summary>
    /// <c>br_dev_queue_push_xmit</c>, and <c>br_nf_dev_queue_xmit</c> before it, which cuts a packet that was put
    /// together in the bridge. No hook of the bridge sees the fragments; the port's egress hook does (measured on
    /// 6.18).
    /// </summary>
    public static void DevQueuePushXmit(Packet packet)
    {
        if (Defragmentation.WasPutTogether.Holds(packet))
            for (var number = 1; number <= packet.Reassembled; number++)
                NetworkDevice.Transmit(packet.Part(number, packet.Reassembled));
        else
            NetworkDevice.Transmit(packet);
    }
}
