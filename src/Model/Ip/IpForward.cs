using Hooktrail.Model.Netfilter;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Ip;

/// <summary>A packet is for another host; net/ipv4/ip_forward.c, <c>ip6_forward</c> of net/ipv6/ip6_output.c.</summary>
internal static class IpForward
{
    private static readonly Condition TtlIsUsedUp = new(
        Statement.TtlEnds, Place.RoutingDecision, packet => packet.Ttl <= 1);

    private static readonly Condition LeavesAsItCame = new(
        Statement.SendsRedirect, Place.RoutingDecision, packet =>
            packet.RouteDevice == packet.Device && packet.Family == Family.IPv4
            && packet.Host.SendsRedirects(packet.Device));

    /// <summary>
    /// <c>ip_forward</c>, then <c>ip_forward_finish</c>. A packet that fails a check does not cross FORWARD.
    /// </summary>
    public static void Forward(Packet packet)
    {
        if (TtlIsUsedUp.Holds(packet))
        {
            packet.Vanish("its TTL is used up");
            HostMessages.TimeExceeded(packet);
            return;
        }

        packet.Ttl--;
        if (LeavesAsItCame.Holds(packet))
            HostMessages.Redirect(packet); // which quotes the lowered TTL

        Nf.Hook(packet.Family, Hook.Forward, packet, @in: packet.Device, @out: packet.RouteDevice, IpOutput.Output);
    }
}
