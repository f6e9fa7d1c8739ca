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

    /// <summary>The model does not know a policy rule that chooses the route.</summary>
    Unknown,

    /// <summary>The packet cannot have come by that device.</summary>
    Martian,
}

/// <summary>Finds where a packet goes next; net/ipv4/route.c and net/ipv6/route.c.</summary>
internal static class Route
{
    private static readonly Condition IsForThisHost = new(
        Statement.RouteDecides, null,
        packet => packet.Wiring.RouteOf(packet).Kind is RouteKind.Local or RouteKind.Broadcast);

    private static readonly Condition IsForwardingOff = new(
        Statement.ForwardingOff, null, packet =>
            !packet.Host.Forwards(packet.Family, packet.Device));

    /// <summary>Only IPv4 has the setting route_localnet.</summary>
    private static readonly Condition LocalnetStays = new(
        Statement.Martian, null, packet => packet.Family != Family.IPv4
            || !packet.Host.RoutesLocalnet(packet.Device ?? packet.RouteDevice));

    /// <summary>
    /// <c>fib_validate_source</c>: the host's own address comes in only where accept_local is on. IPv6 does not check.
    /// The host's own broadcast comes back with its route and is not checked either.
    /// </summary>
    private static readonly Condition HasOwnSource = new(
        Statement.OwnSource, null, packet => packet.Family == Family.IPv4 && packet.RouteDevice is null
            && packet.Device != LabNames.Loopback
            && !packet.Host.AcceptsLocal(packet.Device)
            && (IsLookedUp(packet)
                ? Back(packet) is { Route: not null } back && !LeadsOutOrNowhere(back.Kind)
                : packet.Wiring.IsOfHost(packet.Source.Name)));

    /// <summary><c>__fib_validate_source</c>, with rp_filter. IPv6 has no such setting.</summary>
    private static readonly Condition IsSpoofed = new(
        Statement.RpFilter, null, packet => packet.Family == Family.IPv4
            && packet.Host.RpFilter(packet.Device) is var filter and > 0
            && Back(packet) is var back
            && (back is not { Kind: RouteKind.Unicast or RouteKind.Local, Hops.IsEmpty: false }
                || (filter == 1 && back.Hops.All(hop => hop.Device != packet.Device))));

    /// <summary><c>ip_route_input</c>: for a packet that came in by a device.</summary>
    public static RouteType Input(Packet packet)
    {
        var found = RouteOf(packet);
        var type = Judged(packet, found);
        if (type is RouteType.Martian or RouteType.Unknown or RouteType.Nowhere)
            return type;
        Take(packet, found);
        packet.Journal?.Note(
            Place.RoutingDecision,
            type == RouteType.Local
                ? $"{packet.Destination.Name} is an address of this host: INPUT comes next."
                : $"{packet.Destination.Name} is reached by {packet.RouteDevice}.",
            Statement.RouteDecides.Source);
        return type;
    }

    /// <summary>
    /// In the order of <c>ip_route_input_slow</c>: without a route, and where forwarding is off, nothing validates the
    /// source.
    /// </summary>
    private static RouteType Judged(Packet packet, FoundRoute found)
    {
        // Over loopback a packet keeps the route that it was sent by. A packet that was sent past all routes has none;
        // IPv4 takes it for a martian there too (measured on 6.18).
        var keeps = packet.Device == LabNames.Loopback
            && (packet.RouteDevice is not null || packet.Family == Family.IPv6);
        if (!keeps && IsMartian(packet))
            return RouteType.Martian;
        if (IsNowhere(found) is { } nowhere)
            return nowhere;
        var isLocal = IsForThisHost.Holds(packet);
        if (!isLocal && IsForwardingOff.Holds(packet))
            return RouteType.Unreachable;
        if (!keeps && (HasOwnSource.Holds(packet) || IsSpoofed.Holds(packet)))
            return RouteType.Martian;
        return isLocal ? RouteType.Local : RouteType.Unicast;
    }

    /// <summary>
    /// Whether the sender's route is looked up even without rp_filter: with policy rules of a user's, addresses alone
    /// do not tell whose a source is.
    /// </summary>
    private static bool IsLookedUp(Packet packet) =>
        packet.Host.RpFilter(packet.Device) > 0 || packet.Wiring.HasPolicyRules;

    private static bool LeadsOutOrNowhere(RouteKind kind) =>
        kind is RouteKind.Unicast or RouteKind.Unreachable or RouteKind.Prohibit or RouteKind.Blackhole;

    private static FoundRoute RouteOf(Packet packet) => Multipath.Of(packet, packet.Wiring.RouteOf(packet));

    private static FoundRoute Back(Packet packet) => packet.Wiring.RouteBack(
        packet,
        RouteOf(packet) is { Kind: RouteKind.Unicast, Hops: [var hop] } ? hop.Device : null);

    /// <summary>
    /// <c>ip_route_output</c>, for the host's own packets. Not unicast where no route leads to the destination, or a
    /// loopback source would leave by another device. <c>ip6_route_output</c> does not look at the source (measured on
    /// 6.18).
    /// </summary>
    public static RouteType Output(Packet packet)
    {
        var found = RouteOf(packet);
        if (IsNowhere(found) is { } nowhere)
            return nowhere;
        Take(packet, found);
        return packet.RouteDevice == LabNames.Loopback || !packet.Wiring.IsLoopback(packet.Source.Name)
            || packet.Family == Family.IPv6 || !LocalnetStays.Holds(packet)
            ? RouteType.Unicast
            : RouteType.Martian;
    }

    private static RouteType? IsNowhere(FoundRoute found) =>
        found.Unknown is not null ? RouteType.Unknown
        : found.Kind is RouteKind.Local or RouteKind.Unicast or RouteKind.Broadcast && found.Hops.Length == 1 ? null
        : RouteType.Nowhere;

    private static void Take(Packet packet, FoundRoute found)
    {
        var hop = found.Hops[0];
        packet.RouteDevice = found.Kind == RouteKind.Local ? LabNames.Loopback : hop.Device;
        packet.Gateway = hop.Gateway is { } gateway ? packet.Wiring.NameOf(gateway) : null;
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
        var found = RouteOf(packet);
        // A packet of the host itself has no device in, and is not judged.
        var isMartian = packet.Device is not null && Judged(packet, found) == RouteType.Martian;
        if (!isMartian && Untold(found) is { } untold)
        {
            packet.End(new(OutcomeKind.Unknown, null, packet.Passage.Last, untold));
            return;
        }

        var (reason, statement) = isMartian ? WhyMartian(packet) : WhyNot(packet, found);
        packet.Vanish(reason);
        packet.Journal?.Note(Place.RoutingDecision, statement);
        if (!isMartian && packet.Device is not null && Message(packet, found) is { } message)
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

    private static string? Untold(FoundRoute found) =>
        found.Unknown is { } selector
            ? $"the policy rule \"{found.Rule}\" asks for {selector}, which the model does not know"
            : null;

    private static (string Reason, Statement Statement) WhyMartian(Packet packet) =>
        IsMartian(packet)
            ? (packet.Family == Family.IPv4
                ? "a loopback address came in by another device, and route_localnet is off"
                : "a loopback address came in by another device", Statement.Martian)
        : HasOwnSource.Holds(packet)
        ? (
            $"{packet.Source.Name} is an address of the host itself, and cannot come in by {packet.Device}",
            Statement.OwnSource)
        : ($"rp_filter: {packet.Source.Name} is not reached by {packet.Device}", Statement.RpFilter);

    private static (string Reason, Statement Statement) WhyNot(Packet packet, FoundRoute found) =>
        IsNowhere(found) is not null
        ? (
            found.Route is { } route ? $"the route to {packet.Destination.Name} is \"{route}\""
                : $"no route leads to {packet.Destination.Name}",
            Statement.RouteDecides)
        : (
            packet.Family == Family.IPv4 ? "net.ipv4.ip_forward is off" : "net.ipv6.conf.all.forwarding is off",
            Statement.ForwardingOff);

    // To IPv6 a loopback address is just one that no route by the device in leads to.
    private static bool IsMartian(Packet packet) =>
        (packet.Wiring.IsLoopback(packet.Source.Name)
            || (packet.Wiring.IsLoopback(packet.Destination.Name) && packet.Family == Family.IPv4))
        && LocalnetStays.Holds(packet);
}
