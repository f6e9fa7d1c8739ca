using Hooktrail.Model.Netfilter;

namespace Hooktrail.Model.Ip;

/// <summary>An IPv4 packet leaves by the device of its route; net/ipv4/ip_output.c.</summary>
internal static class IpOutput
{
    /// <summary><c>ip_output</c>. A packet of the host's own has no device that it came in by.</summary>
    public static void Output(Packet packet)
    {
        var ingress = packet.Host.Traits.PostRoutingShowsIngressDevice ? packet.Device : null;
        packet.Device = packet.RouteDevice;
        Nf.Hook(Family.IPv4, Hook.PostRouting, packet, @in: ingress, @out: packet.Device, Finish);
    }

    /// <summary>
    /// <c>ip_finish_output</c>: the neighbour table knows the MAC address, and the device takes the frame.
    /// </summary>
    private static void Finish(Packet packet)
    {
        packet.Mac = Lab.MacTowards(packet.Destination);
        Transmit.QueueXmit(packet);
    }
}
