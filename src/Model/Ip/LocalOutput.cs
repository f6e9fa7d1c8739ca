using Hooktrail.Model.Netfilter;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Ip;

/// <summary>The host itself sends an IP packet; net/ipv4/ip_output.c and net/ipv6/output_core.c.</summary>
internal static class LocalOutput
{
    /// <summary><c>ip_local_out</c>, after the route has been found.</summary>
    public static void Send(Packet packet)
    {
        if (Route.Output(packet) is not RouteType.Unicast and var type)
        {
            Route.DiscardOutput(packet, type);
            return;
        }

        packet.Journal?.Note(
            Place.LocalProcess,
            $"The host sends a packet to {packet.Destination}, by the route to {packet.RouteDevice}.",
            "net/ipv4/ip_output.c, ip_local_out");
        Nf.Hook(packet.Family, Hook.LocalOut, packet, @in: null, @out: packet.RouteDevice, IpOutput.Output);
    }
}
