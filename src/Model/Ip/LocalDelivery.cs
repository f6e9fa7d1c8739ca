using Hooktrail.Model.Netfilter;
using Hooktrail.Trails;

namespace Hooktrail.Model.Ip;

/// <summary>An IPv4 packet is for this host; net/ipv4/ip_input.c.</summary>
internal static class LocalDelivery
{
    /// <summary><c>ip_local_deliver</c>.</summary>
    public static void Deliver(Packet packet) =>
        Nf.Hook(Family.IPv4, Hook.LocalIn, packet, @in: packet.Device, @out: null, DeliverFinish);

    /// <summary><c>ip_local_deliver_finish</c>: ICMP or a socket takes it.</summary>
    private static void DeliverFinish(Packet packet) => packet.End(Outcome.Delivered(Endpoint.Host));
}
