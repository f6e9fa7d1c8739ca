using Hooktrail.Model.Netfilter;

namespace Hooktrail.Model.Ip;

/// <summary>An IPv4 packet has come in by a device: a NIC, loopback, or the bridge; net/ipv4/ip_input.c.</summary>
internal static class IpReceive
{
    /// <summary><c>ip_rcv</c>.</summary>
    public static void Receive(Packet packet) =>
        Nf.Hook(Family.IPv4, Hook.PreRouting, packet, @in: packet.Device, @out: null, ReceiveFinish);

    /// <summary><c>ip_rcv_finish</c>: the route says whether the packet is for this host.</summary>
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
                packet.Vanish("net.ipv4.ip_forward is off");
                break;
        }
    }
}
