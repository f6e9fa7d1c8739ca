using Hooktrail.Model.Netfilter;

namespace Hooktrail.Model.Ip;

/// <summary>A packet has come in by a NIC, loopback, or a bridge; net/ipv4/ip_input.c, net/ipv6/ip6_input.c.</summary>
internal static class IpReceive
{
    /// <summary>
    /// <c>ip_rcv</c>, <c>ipv6_rcv</c>. Frames for others that a promiscuous bridge hands up are discarded before any
    /// hook (<c>PACKET_OTHERHOST</c>); the packet itself goes on elsewhere.
    /// </summary>
    public static void Receive(Packet packet)
    {
        if (packet.IsForOthers)
            return;
        Nf.Hook(packet.Family, Hook.PreRouting, packet, @in: packet.Device, @out: null, ReceiveFinish);
    }

    /// <summary><c>ip_rcv_finish</c>, <c>ip6_rcv_finish</c>: the route says whether the packet is for this host.</summary>
    private static void ReceiveFinish(Packet packet)
    {
        switch (Route.Input(packet))
        {
            case RouteType.Local:
                LocalDelivery.Deliver(packet);
                break;
            case RouteType.Unicast:
                IpForward.Forward(packet);
                break;
            default:
                Route.Discard(packet);
                break;
        }
    }
}
