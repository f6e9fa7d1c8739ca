using Hooktrail.Model.Netfilter;
using Hooktrail.Trails.Accounts;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Model.Devices;

/// <summary>
/// Whether the host answers who asks on one of its devices for the MAC address of an IP address; net/ipv4/arp.c and
/// net/ipv6/ndisc.c. What rules do to the question and the answer, <see cref="ArpExchange"/> says of ARP.
/// </summary>
internal static class HostAnswer
{
    private const string Own = "its own address";
    private const string Entry = "a proxy neighbour";

    /// <summary>
    /// By what the host answers; null if it does not. For an address of the device itself it always counts as known.
    /// </summary>
    public static string? For(Packet packet, string device, string next)
    {
        var by = By(packet, device, next, packet.Wiring.IsProxied(device, next));
        if (by is null or Own)
            return by;
        var (question, source) = packet.Family == Family.IPv4
            ? ("ARP request", "net/ipv4/arp.c, arp_process")
            : ("neighbour solicitation", "net/ipv6/ndisc.c, ndisc_recv_ns and pndisc_is_router");
        packet.Journal?.Note(
            Place.RoutingDecision, $"The host answers the {question} for {next} on {device} by {by}.", source);
        return by;
    }

    /// <summary>Whether its proxy neighbours decide, and could not be read.</summary>
    public static bool IsUnsure(Packet packet, string device, string next) =>
        !packet.Wiring.Topology.Knows(Subject.Proxies) && By(packet, device, next, isProxied: true) is not null;

    private static string? By(Packet packet, string device, string next, bool isProxied)
    {
        var wiring = packet.Wiring;
        if (wiring.Topology.IsOfProfile || wiring.IsOn(device, next))
            return Own;
        return packet.Family == Family.IPv4
            ? ByArp(packet, device, next, isProxied)
            : ByNdp(wiring.SettingsOf(device), isProxied);
    }

    /// <summary><c>ndisc_recv_ns</c>: for an address of another device there is no answer without an entry.</summary>
    private static string? ByNdp(DeviceSettings? settings, bool isProxied) =>
        isProxied && settings is { ProxyNdp: true, Forwarding6: true } ? Entry : null;

    /// <summary><c>arp_process</c>: the request is routed as a packet of the asker's would be.</summary>
    private static string? ByArp(Packet packet, string device, string next, bool isProxied)
    {
        var request = new Packet(
            packet.Host, packet.Connections, packet.Content, new(packet.Source.Name), new(next))
        { Device = device };
        return (Ip.Route.Input(request), packet.Wiring.SettingsOf(device)) switch
        {
            (Ip.RouteType.Local, { } settings) => Ignores(packet, settings, device, next) ? null : Own,
            (Ip.RouteType.Unicast, { } settings) => ForOther(packet, settings, device, request.RouteDevice!, isProxied),
            _ => null,
        };
    }

    /// <summary>
    /// <c>arp_ignore</c> and <c>arp_filter</c>, for an address of another device. 3 is about addresses of scope host,
    /// and 4 to 7 are reserved.
    /// </summary>
    private static bool Ignores(Packet packet, DeviceSettings settings, string device, string next) =>
        settings.ArpIgnore is 1 or 2 or 8
        || (settings.ArpFilter
            && !(packet.Wiring.RouteFrom(next, packet.Source.Name) is { Hops: [var hop, ..] } && hop.Device == device));

    /// <summary><c>arp_fwd_proxy</c>, <c>arp_fwd_pvlan</c>, and an entry, for an address that the host routes.</summary>
    private static string? ForOther(
        Packet packet, DeviceSettings settings, string device, string by, bool isProxied)
    {
        if (by == device)
            return settings.ProxyArpPvlan ? "proxy_arp_pvlan" : null;
        if (settings.ProxyArp && AreOfOtherMedia(settings.MediumId, packet.Wiring.SettingsOf(by)?.MediumId ?? -1))
            return "proxy_arp";
        return isProxied ? Entry : null;
    }

    private static bool AreOfOtherMedia(int here, int there) =>
        here == 0 || (here != -1 && there != -1 && there != here);
}
