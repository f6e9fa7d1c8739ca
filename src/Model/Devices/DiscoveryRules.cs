using Hooktrail.Model.Netfilter;

namespace Hooktrail.Model.Devices;

/// <summary>
/// Rules that name neighbour discovery, the ICMPv6 messages 135 and 136, and refuse it. Whether they meet those that a
/// packet needs is not walked, so what becomes of the packet is not known; net/ipv6/ndisc.c, <c>ndisc_recv_ns</c>.
/// </summary>
internal static class DiscoveryRules
{
    /// <summary>
    /// Whether no such rule may stop the neighbour solicitation for an address on the device. If one may, the packet ends.
    /// </summary>
    public static bool Let(Packet packet, string device, string next)
    {
        if (packet.Family != Family.IPv6 || packet.Host.RefusesDiscovery.IsEmpty)
            return true;
        var port = packet.Wiring.IsPort(device) ? packet.Wiring.BridgeOf(device) : null;
        foreach (var (chain, rule) in packet.Host.RefusesDiscovery)
        {
            if (!MayBeAbout(rule, device) && (port is null || !MayBeAbout(rule, port)))
                continue;
            packet.End(new(
                OutcomeKind.Unknown, null, packet.Passage.Last,
                $"\"{rule}\" of {chain} may drop the neighbour solicitation for {next} that this needs, or its answer"));
            return false;
        }

        return true;
    }

    /// <summary>The rules of a host, with their chains.</summary>
    public static ImmutableArray<(ChainId Chain, Rule Rule)> Of(HostProfile profile) => profile.Topology.IsOfProfile
        ? []
        :
        [
            .. from chain in profile.Rules.Chains
               where chain.Id.Layer != Layer.Ip6tables || chain.Id.Name != "FORWARD" || profile.BrNetfilter
               from rule in chain.Rules
               where rule.Target is not (AcceptTarget or ReturnTarget or ContinueTarget)
                   && rule.Matches.Any(Names)
               select (chain.Id, rule),
        ];

    private static bool Names(Match match) => match switch
    {
        IcmpTypeMatch { Negated: false, Type: 135 or 136 } => true,
        AnyOfMatch { Negated: false } any => any.Alternatives.Any(one => one.Any(Names)),
        _ => false,
    };

    private static bool MayBeAbout(Rule rule, string device) => rule.Matches.All(
        match => match is not DeviceMatch { Negated: false } of || Matching.HasName(of.Devices, device));
}
