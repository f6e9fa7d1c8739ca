using Hooktrail.Model.Devices;
using Hooktrail.Model.Netfilter;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Ip;

/// <summary>An IP packet leaves by the device of its route; net/ipv4/ip_output.c and net/ipv6/ip6_output.c.</summary>
internal static class IpOutput
{
    private static readonly Condition IsBroadcast = new(
        Statement.BroadcastLoopsBack, Place.RoutingDecision,
        packet => packet.Wiring.IsBroadcast(packet.Destination.Name));

    /// <summary><c>ip_output</c>. The host's own packets have no device in.</summary>
    public static void Output(Packet packet)
    {
        var ingress = packet.Host.Traits.PostRoutingShowsIngressDevice ? packet.Device : null;
        packet.Device = packet.RouteDevice;
        if (IsBroadcast.Holds(packet))
            LoopBack(packet);
        PostRouting(packet, ingress, Finish);
    }

    private static void PostRouting(Packet packet, string? ingress, OkFunction okfn) =>
        Nf.Hook(packet.Family, Hook.PostRouting, packet, @in: ingress, @out: packet.Device, okfn);

    /// <summary>
    /// <c>ip_mc_output</c>: the host hears its own broadcast. The copy crosses POSTROUTING like the packet itself and
    /// then comes in by the device that the packet leaves by, ingress hook included (net/core/dev.c,
    /// <c>dev_loopback_xmit</c>; measured on 6.18).
    /// </summary>
    private static void LoopBack(Packet packet) => PostRouting(packet.Clone(), ingress: null, NetworkDevice.Receive);

    /// <summary>
    /// <c>ip_finish_output</c>: cuts again what came in fragments. The neighbour table knows the MAC address, and the
    /// device takes the frame. Without a neighbour there is none.
    /// </summary>
    private static void Finish(Packet packet)
    {
        if (packet.Wiring.IsBridge(packet.Device!))
        {
            packet.Mac = packet.Wiring.MacTowards(packet.Gateway ?? packet.Destination.Name, packet.Device!);
            if (packet.Mac is null)
            {
                packet.Vanish($"nobody on {packet.Device} has the address {packet.Gateway ?? packet.Destination.Name}");
                return;
            }
        }
        else
        {
            packet.Mac = null;
        }

        if (!ArpExchange.LetsHostAsk(packet, packet.Device!, packet.Gateway ?? packet.Destination.Name))
            return;
        if (packet.Device != LabNames.Loopback && Defragmentation.WasPutTogether.Holds(packet))
            for (var number = 1; number <= packet.Reassembled; number++)
                NetworkDevice.Transmit(packet.Part(number, packet.Reassembled));
        else
            NetworkDevice.Transmit(packet);
    }
}
