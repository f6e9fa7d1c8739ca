using Hooktrail.Model.Netfilter;
using Hooktrail.Model.Network;
using Hooktrail.Trails.Accounts;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Model.Devices;

/// <summary>
/// Who answers a container that asks for the MAC address of its next hop, by ARP or neighbour discovery.
/// </summary>
internal static class Resolution
{
    /// <summary>Gives the frame its MAC address; false where nobody answers, and the packet ends.</summary>
    public static bool Address(Packet packet, string port, string next)
    {
        var wiring = packet.Wiring;
        if (!wiring.IsPort(port))
            return wiring.Find(port)?.Kind != DeviceKind.Veth || wiring.IsLinkLocal6(next)
                || HostAnswers(packet, port, next) || Ended(packet, port, next);
        var bridge = wiring.BridgeOf(port);
        if (packet.Content.Kind == Kind.ArpRequest)
        {
            packet.Mac = Wiring.BroadcastMac;
            return true;
        }

        packet.Mac = wiring.KnownMacTowards(next, bridge);
        if (packet.Mac is not null && packet.Mac != bridge)
            return true;
        if (!HostAnswers(packet, bridge, next))
        {
            packet.Mac = wiring.IsOfHost(next) ? null : wiring.MacTowards(next, bridge);
            return packet.Mac is not null || Ended(packet, bridge, next);
        }

        var beyond = wiring.IsOfHost(next) ? null : wiring.MacTowards(next, bridge);
        packet.Mac = bridge;
        return beyond is null || NotKnown(
            packet, $"the host answers for {next} by proxy_arp on {bridge}, and who is beyond {beyond} may answer too");
    }

    /// <summary>
    /// Whether the host answers. For an address of the device itself it always counts as known. For one of another
    /// device neighbour discovery has no answer (net/ipv6/ndisc.c, <c>ndisc_recv_ns</c>), and ARP has one if the host
    /// would take a packet of the asker's (net/ipv4/arp.c, <c>arp_process</c>).
    /// </summary>
    private static bool HostAnswers(Packet packet, string device, string next)
    {
        var wiring = packet.Wiring;
        if (wiring.Topology.IsOfProfile || wiring.IsOn(device, next))
            return true;
        if (packet.Family != Family.IPv4)
            return false;
        var request = new Packet(
            packet.Host, packet.Connections, packet.Content, new(packet.Source.Name), new(next))
        { Device = device };
        return Ip.Route.Input(request) switch
        {
            Ip.RouteType.Local => true,
            Ip.RouteType.Unicast => AnswersForOther(packet, device, next, request.RouteDevice!),
            _ => false,
        };
    }

    /// <summary>
    /// <c>arp_fwd_proxy</c>: with proxy_arp the host answers for an address that it routes by another device. The
    /// setting medium_id, which can keep it from that, is not read.
    /// </summary>
    private static bool AnswersForOther(Packet packet, string device, string next, string by)
    {
        if (by == device || packet.Wiring.SettingsOf(device) is not { ProxyArp: true })
            return false;
        packet.Journal?.Note(
            Place.RoutingDecision,
            $"The host answers the ARP request for {next}, by proxy_arp on {device}: it routes it by {by}.",
            "net/ipv4/arp.c, arp_process and arp_fwd_proxy");
        return true;
    }

    /// <summary>
    /// Nobody answers; unless by proxy_ndp, for which the host has a list (net/ipv6/ndisc.c, <c>pndisc_is_router</c>).
    /// </summary>
    private static bool Ended(Packet packet, string device, string next)
    {
        if (packet.Family == Family.IPv6 && packet.Wiring.SettingsOf(device) is { ProxyNdp: true, Forwarding6: true })
            return NotKnown(
                packet, $"whether the host answers for {next} by proxy_ndp on {device} is not known: its list is not read");
        packet.Vanish($"nobody on {device} has the address {next}");
        return false;
    }

    private static bool NotKnown(Packet packet, string reason)
    {
        packet.End(new(OutcomeKind.Unknown, null, packet.Passage.Last, reason));
        return false;
    }
}
