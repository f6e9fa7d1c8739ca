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
            return wiring.Find(port)?.Kind != DeviceKind.Veth || wiring.IsOfHost(next) || wiring.IsLinkLocal6(next)
                || AnswersFor(packet, port, next) || Ended(packet, port, next);
        var bridge = wiring.BridgeOf(port);
        packet.Mac = packet.Content.Kind == Kind.ArpRequest
            ? Wiring.BroadcastMac
            : wiring.KnownMacTowards(next, bridge);
        if (packet.Mac is not null)
            return true;
        var beyond = wiring.MacTowards(next, bridge);
        if (!AnswersFor(packet, bridge, next))
        {
            packet.Mac = beyond;
            return beyond is not null || Ended(packet, bridge, next);
        }

        packet.Mac = bridge;
        return beyond is null || NotKnown(
            packet, $"the host answers for {next} by proxy_arp on {bridge}, and who is beyond {beyond} may answer too");
    }

    /// <summary>
    /// <c>arp_process</c> and <c>arp_fwd_proxy</c> of net/ipv4/arp.c: with proxy_arp the host answers for an address
    /// that it routes by another device, if it would forward a packet of the asker's. The setting medium_id, which can
    /// keep it from that, is not read.
    /// </summary>
    private static bool AnswersFor(Packet packet, string device, string next)
    {
        if (packet.Family != Family.IPv4 || packet.Wiring.SettingsOf(device) is not { ProxyArp: true })
            return false;
        var request = new Packet(
            packet.Host, packet.Connections, packet.Content, new(packet.Source.Name), new(next)) { Device = device };
        if (Ip.Route.Input(request) != Ip.RouteType.Unicast || request.RouteDevice == device)
            return false;
        packet.Journal?.Note(
            Place.RoutingDecision,
            $"The host answers the ARP request for {next}, by proxy_arp on {device}: it routes it by {request.RouteDevice}.",
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
