using Hooktrail.Model.Netfilter;

namespace Hooktrail.Model.Ip;

/// <summary>The host itself sends an IPv4 packet; net/ipv4/ip_output.c.</summary>
internal static class LocalOutput
{
    /// <summary><c>ip_local_out</c>, after the route has been found.</summary>
    public static void Send(Packet packet)
    {
        Route.Output(packet);
        Nf.Hook(Family.IPv4, Hook.LocalOut, packet, @in: null, @out: packet.RouteDevice, IpOutput.Output);
    }
}
