using Hooktrail.Model.Netfilter;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Ip;

/// <summary>An IP packet is for this host; net/ipv4/ip_input.c and net/ipv6/ip6_input.c.</summary>
internal static class LocalDelivery
{
    private static readonly Condition IsFragment = new(
        Statement.DefragForInput, Place.Conntrack, packet =>
            packet.Fragment is not null && packet.Family == Family.IPv4);

    /// <summary>
    /// <c>ip_local_deliver</c>: puts remaining fragments together. IPv6 does so after the hook (<c>ip6_input</c>).
    /// </summary>
    public static void Deliver(Packet packet)
    {
        if (IsFragment.Holds(packet) && !Defragmentation.Gather(packet))
            return;
        Nf.Hook(packet.Family, Hook.LocalIn, packet, @in: packet.Device, @out: null, DeliverFinish);
    }

    /// <summary><c>ip_local_deliver_finish</c>: ICMP or a socket takes it.</summary>
    private static void DeliverFinish(Packet packet)
    {
        packet.Journal?.Note(
            Place.LocalProcess, "The host itself takes the packet.", "net/ipv4/ip_input.c, ip_local_deliver_finish");
        packet.Deliver(Endpoint.Host);
    }
}
