using Hooktrail.Model.Netfilter;
using Hooktrail.Model.Network;
using Hooktrail.Trails.Accounts;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Model.Ip;

/// <summary>What a route says of a destination; <c>RTN_*</c>.</summary>
internal enum RouteType
{
    /// <summary>This host, or a broadcast on one of its networks.</summary>
    Local,

    Unicast,

    /// <summary>Another host, and this host does not forward.</summary>
    Unreachable,

    /// <summary>A route that leads nowhere, or none at all.</summary>
    Nowhere,

    /// <summary>The model does not know which of several routes it takes.</summary>
    Unknown,

    /// <summary>The packet cannot have come by that device.</summary>
    Martian,
}

/// <summary>Finds where a packet goes next; net/ipv4/route.c and net/ipv6/route.c.</summary>
internal static class Route
{
    private static readonly Condition IsForThisHost = new(
        Statement.RouteDecides, null, packet =>
            packet.Wiring.IsOfHost(packet.Destination.Name) || packet.Wiring.IsBroadcast(packet.Destination.Name));

    private static readonly Condition IsForwardingOff = new(
        Statement.ForwardingOff, null, packet =>
            !packet.Host.Forwards(packet.Family, packet.Device));

    /// <summary>Only IPv4 has the setting route_localnet.</summary>
    private static readonly Condition LocalnetStays = new(
        Statement.Martian, null, packet => packet.Family != Family.IPv4
            || !packet.Host.RoutesLocalnet(packet.Device ?? packet.RouteDevice));

    /// <summary>
    /// <c>fib_validate_source</c>, without accept_local. IPv6 does not check. The host's own broadcast comes back with
    /// its route and is not checked either.
    /// </summary>
    private static readonly Condition HasOwnSource = new(
        Statement.OwnSource, null, packet => packet.Family == Family.IPv4 && packet.RouteDevice is null
            && packet.Wiring.IsOfHost(packet.Source.Name) && packet.Device != LabNames.Loopback
            && !packet.Host.AcceptsLocal(packet.Device));

    /// <summary><c>__fib_validate_source</c>, with rp_filter = 1. IPv6 has no such setting.</summary>
    private static readonly Condition IsSpoofed = new(
        Statement.RpFilter, null, packet => packet.Family == Family.IPv4
            && packet.Host.RpFilter(packet.Device) is var filter and > 0
            && packet.Wiring.DeviceTowards(packet.Source.Name) is var back
            && (filter == 1 ? back != packet.Device : back is null));

    /// <summary><c>ip_route_input</c>: for a packet that came in by a device.</summary>
    public static RouteType Input(Packet packet)
    {
        var destination = packet.Destination.Name;
        // Over loopback a packet keeps the route that it was sent by. A packet that was sent past all routes has none;
        // IPv4 takes it for a martian there too (measured on 6.18).
        var keeps = packet.Device == LabNames.Loopback
            && (packet.RouteDevice is not null || packet.Family == Family.IPv6);
        if (!keeps && (IsMartian(packet) || HasOwnSource.Holds(packet) || IsSpoofed.Holds(packet)))
            return RouteType.Martian;

        var found = packet.Wiring.RouteOf(packet);
        if (Take(packet, found) is { } nowhere)
            return nowhere;
        if (IsForThisHost.Holds(packet))
        {
            packet.Journal?.Note(
                Place.RoutingDecision,
                $"{destination} is an address of this host: INPUT comes next.",
                Statement.RouteDecides.Source);
            return RouteType.Local;
        }

        packet.Journal?.Note(
            Place.RoutingDecision, $"{destination} is reached by {packet.RouteDevice}.", Statement.RouteDecides.Source);
        return IsForwardingOff.Holds(packet) ? RouteType.Unreachable : RouteType.Unicast;
    }

    /// <summary>
    /// <c>ip_route_output</c>, for the host's own packets. Not unicast where no route leads to the destination, or a
    /// loopback source would leave by another device. <c>ip6_route_output</c> does not look at the source (measured on
    /// 6.18).
    /// </summary>
    public static RouteType Output(Packet packet)
    {
        if (Take(packet, packet.Wiring.RouteOf(packet)) is { } nowhere)
            return nowhere;
        return packet.RouteDevice == LabNames.Loopback || !packet.Wiring.IsLoopback(packet.Source.Name)
            || packet.Family == Family.IPv6 || !LocalnetStays.Holds(packet)
            ? RouteType.Unicast
            : RouteType.Martian;
    }

    /// <summary>The packet takes the route; what the route is if it leads nowhere.</summary>
    private static RouteType? Take(Packet packet, FoundRoute found)
    {
        if (found.Unknown is not null || found.Hops.Length > 1)
            return RouteType.Unknown;
        if (found.Kind is not (RouteKind.Local or RouteKind.Unicast or RouteKind.Broadcast)
            || found.Hops is not [var hop])
            return RouteType.Nowhere;
        packet.RouteDevice = found.Kind == RouteKind.Local ? LabNames.Loopback : hop.Device;
        packet.Gateway = hop.Gateway is { } gateway ? packet.Wiring.NameOf(gateway) : null;
        return null;
    }

    /// <summary>Ends the passage of a packet of the host itself that <see cref="Output"/> turned down.</summary>
    public static void DiscardOutput(Packet packet, RouteType type)
    {
        if (type == RouteType.Martian)
            packet.Vanish("a loopback address may not leave the host, as route_localnet is off");
        else
            Discard(packet);
    }

    /// <summary>Ends the passage of a packet that <see cref="Input"/> turned down, with the reason.</summary>
    public static void Discard(Packet packet)
    {
        var found = packet.Wiring.RouteOf(packet);
        if (!IsTurnedDown(packet) && Untold(packet, found) is { } untold)
        {
            packet.End(new(OutcomeKind.Unknown, null, packet.Passage.Last, untold));
            return;
        }

        var (reason, statement) = WhyNot(packet, found);
        packet.Vanish(reason);
        packet.Journal?.Note(Place.RoutingDecision, statement);
        if (!IsTurnedDown(packet) && packet.Device is not null && Message(packet, found) is { } message)
            HostMessages.Unreachable(packet, message, isRouted: true);
    }

    /// <summary>
    /// The ICMP message about a packet whose route leads nowhere (net/ipv4/route.c, <c>ip_error</c>, silent where the
    /// device does not forward; net/ipv6/route.c, <c>ip6_pkt_discard</c> and <c>ip6_pkt_prohibit</c>); null for a black
    /// hole.
    /// </summary>
    private static (int Type, int Code)? Message(Packet packet, FoundRoute found) => (found, packet.Family) switch
    {
        ({ Kind: RouteKind.Unreachable }, Family.IPv6) => (1, 0),
        ({ Kind: RouteKind.Prohibit }, Family.IPv6) => (1, 1),
        _ when !packet.Host.Forwards(packet.Family, packet.Device) => null,
        ({ Kind: RouteKind.Unreachable, Route: null }, _) => (3, 0),
        ({ Kind: RouteKind.Unreachable }, _) => (3, 1),
        ({ Kind: RouteKind.Prohibit }, _) => (3, 13),
        _ => null,
    };

    private static bool IsTurnedDown(Packet packet) =>
        IsMartian(packet) || HasOwnSource.Holds(packet) || IsSpoofed.Holds(packet);

    private static string? Untold(Packet packet, FoundRoute found) =>
        found.Unknown is { } selector
            ? $"the policy rule \"{found.Rule}\" asks for {selector}, which the model does not know"
        : found.Hops.Length > 1
            ? $"the route \"{found.Route}\" has several ways, of which a hash takes one"
        : null;

    private static (string Reason, Statement Statement) WhyNot(Packet packet, FoundRoute found) =>
        IsMartian(packet)
            ? (packet.Family == Family.IPv4
                ? "a loopback address came in by another device, and route_localnet is off"
                : "a loopback address came in by another device", Statement.Martian)
        : HasOwnSource.Holds(packet)
        ? (
            $"{packet.Source.Name} is an address of the host itself, and cannot come in by {packet.Device}",
            Statement.OwnSource)
        : IsSpoofed.Holds(packet)
        ? ($"rp_filter: {packet.Source.Name} is not reached by {packet.Device}", Statement.RpFilter)
        : found.Hops.IsEmpty || found.Kind is not (RouteKind.Unicast or RouteKind.Local or RouteKind.Broadcast)
        ? (
            found.Route is { } route ? $"the route to {packet.Destination.Name} is \"{route}\""
                : $"no route leads to {packet.Destination.Name}",
            Statement.RouteDecides)
        : (
            packet.Family == Family.IPv4 ? "net.ipv4.ip_forward is off" : "net.ipv6.conf.all.forwarding is off",
            Statement.ForwardingOff);

    private static bool IsMartian(Packet packet) =>
        (packet.Wiring.IsLoopback(packet.Source.Name) || packet.Wiring.IsLoopback(packet.Destination.Name))
        && LocalnetStays.Holds(packet);
}
