using Hooktrail.Model.Netfilter;

namespace Hooktrail.Model.Ip;

/// <summary>
/// The host looks up the route of its own packet again, after OUTPUT has changed what it depends on;
/// net/ipv4/netfilter.c, <c>ip_route_me_harder</c>, and net/ipv6/netfilter.c, <c>ip6_route_me_harder</c>.
/// </summary>
internal static class Rerouting
{
    /// <summary>
    /// A chain of type route: it looks the route up again if one of its rules changed addresses, mark, type of service
    /// or hop limit (net/netfilter/nft_chain_route.c; <c>ipt_mangle_out</c> of iptable_mangle.c).
    /// </summary>
    public static HookFunction After(Chain chain) => (Packet packet, in HookState state) =>
    {
        var before = Keys(packet);
        var verdict = chain.Filter(packet, in state);
        return verdict == NfVerdict.Accept && Keys(packet) != before ? Again(packet) : verdict;
    };

    /// <summary>
    /// The packet takes its new route, whichever device its first one had to lead to; dropped if there is none.
    /// </summary>
    public static NfVerdict Again(Packet packet)
    {
        (packet.IsUnbound, packet.MustLeaveBy) = (false, null);
        if (Route.Output(packet) is not RouteType.Unicast and var type)
        {
            Route.DiscardOutput(packet, type);
            return NfVerdict.Drop;
        }

        return NfVerdict.Accept;
    }

    private static (Address, Address, uint, Dscp, int) Keys(Packet packet) => (
        packet.Source, packet.Destination, packet.Mark, packet.Family == Family.IPv4 ? packet.Dscp : default,
        packet.Family == Family.IPv6 ? packet.Ttl : 0);
}
