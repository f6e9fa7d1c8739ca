using Hooktrail.Model.Netfilter;

namespace Hooktrail.Model.Ip;

/// <summary>A packet has come in by a NIC, loopback, or a bridge; net/ipv4/ip_input.c, net/ipv6/ip6_input.c.</summary>
internal static class IpReceive
{
    /// <summary>
    /// <c>ip_rcv</c>, <c>ipv6_rcv</c>: drop frames for others (<c>PACKET_OTHERHOST</c>), which a promiscuous bridge
    /// hands up, before any hook.
    /// </summary>
    public static void Receive(Packet packet)
    {
        if (packet.IsForOthers)
            return;
        Nf.Hook(packet.Family, Hook.PreRouting, packet, @in: packet.Device, @out: null, ReceiveFinish);
    }

    /// <summary>
    /// <c>ip_rcv_finish</c>, <c>ip6_rcv_finish</c>: the route says whether the packet is for this host.
    /// </summary>
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
