using Hooktrail.Model.Netfilter;

namespace Hooktrail.Model.Ip;

/// <summary>An IPv4 packet is for somebody else; net/ipv4/ip_forward.c.</summary>
internal static class IpForward
{
    /// <summary><c>ip_forward</c>, then <c>ip_forward_finish</c>.</summary>
    public static void Forward(Packet packet) =>
        Nf.Hook(Family.IPv4, Hook.Forward, packet, @in: packet.Device, @out: packet.RouteDevice, IpOutput.Output);
}
