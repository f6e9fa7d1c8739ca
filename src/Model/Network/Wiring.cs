using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Hooktrail.Model.Netfilter;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Model.Network;

/// <summary>
/// A topology as the walk asks about it: which address is whose, which device leads to it, and who stands behind a
/// device. Addresses and devices go by their names.
/// </summary>
internal sealed class Wiring
{
    public const string BroadcastMac = "broadcast";

    /// <summary>The source of a packet that has none yet.</summary>
    public const string Unspecified = "unspecified";

    /// <summary>The number of the VLAN of a frame with a tag.</summary>
    public const int Vlan = LabNames.Vlan;

    // Building it takes longer than a walk. The table is weak, so an unused topology is forgotten.
    private static readonly ConditionalWeakTable<Topology, Wiring> Known = [];

    internal const int MostRoutes = 10_000;

    private readonly AddressBook _book;
    private readonly RoutingTables _routes;
    private readonly FrozenDictionary<string, Device> _devices;
    private readonly FrozenDictionary<string, ImmutableArray<string>> _ports;
    private readonly FrozenDictionary<string, string> _bridges;
    private readonly FrozenDictionary<string, Endpoint> _behind;
    private readonly FrozenDictionary<string, Holder> _holders;
    private readonly FrozenDictionary<string, string> _unattached;
    private readonly FrozenDictionary<string, string> _deviceOf;
    private readonly FrozenSet<(string Address, string? Device)> _proxies;
    private readonly FrozenDictionary<string, (Container Container, RoutingTables Routes)> _containers;
    private readonly Memory<string, FoundRoute> _found = new(MostRoutes);
    private readonly Memory<(string Container, string Address), (string Port, string NextHop)?> _ways = new(MostRoutes);

    private Wiring(Topology topology)
    {
        Topology = topology;
        _book = new(topology);
        _routes = new(topology.Routes, topology.Rules, topology.Rules6);
        _devices = topology.Devices.ToFrozenDictionary(device => device.Name);
        _ports = topology.Devices.Where(device => device.Kind == DeviceKind.Bridge).ToFrozenDictionary(
            bridge => bridge.Name,
            bridge => topology.PortsOf(bridge.Name).Select(port => port.Name).ToImmutableArray());
        _bridges = topology.Devices.Where(device => device.Master is { } master && _ports.ContainsKey(master))
            .ToFrozenDictionary(device => device.Name, device => device.Master!);
        var attached = topology.Containers
            .SelectMany(one => one.Attachments, (container, at) => (Container: container, At: at))
            .Where(one => one.At.Port is not null)
            .ToList();
        // Containers of a pod share their devices, and two engines may have containers of one name.
        _behind = attached.DistinctBy(one => one.At.Port)
            .ToFrozenDictionary(one => one.At.Port!, one => topology.EndpointOf(one.Container));
        _holders = attached
            .SelectMany(one => one.At.Addresses, (one, address) => (
                Name: _book.NameOf(address.Address),
                Holder: new Holder(topology.EndpointOf(one.Container), one.At.Port!, BridgeOrNone(one.At.Port!))))
            .DistinctBy(one => one.Name)
            .ToFrozenDictionary(one => one.Name, one => one.Holder);
        _unattached = topology.Containers
            .Where(one => !one.IsHosted && one.SharesWith is null)
            .SelectMany(
                one => one.Attachments.Where(at => at.Port is null).SelectMany(at => at.Addresses),
                (container, own) => (Address: _book.NameOf(own.Address), container.Name))
            .DistinctBy(one => one.Address)
            .ToFrozenDictionary(one => one.Address, one => one.Name);
        _deviceOf = topology.Devices
            .SelectMany(
                device => device.Addresses, (device, address) => (Address: _book.NameOf(address.Address), device.Name))
            .DistinctBy(one => one.Address)
            .ToFrozenDictionary(one => one.Address, one => one.Name);
        _proxies = topology.Proxies.Select(one => (_book.NameOf(one.Address), one.Device)).ToFrozenSet();
        _containers = topology.Containers.DistinctBy(one => one.Name).ToFrozenDictionary(
            one => one.Name, one => (one, new RoutingTables(one.Routes, one.Rules, one.Rules6)));
    }

    public Topology Topology { get; }

    public static Wiring Of(Topology topology) => Known.GetValue(topology, static one => new(one));

    /// <summary>The route of a packet to the destination; its hops lead to devices of this host.</summary>
    public FoundRoute RouteTo(string destination, in RouteKeys keys = default)
    {
        var isKnown = keys.Out is null && _routes.OnlyDestinationCounts;
        if (isKnown && _found.TryRecall(destination, out var known))
            return known;
        var found = _book.NumberOf(destination) is { } number ? _routes.Find(number, in keys) : FoundRoute.None;
        return isKnown ? _found.Keep(destination, found) : found;
    }

    /// <summary>How many routes it remembers.</summary>
    internal int RememberedRoutes => _found.Count;

    /// <summary>
    /// The route of the packet as it is now. A packet to the loopback address of IPv6 has to leave by the device that
    /// it came in by (net/ipv6/route.c, <c>rt6_need_strict</c>).
    /// </summary>
    public FoundRoute RouteOf(Packet packet)
    {
        var strict = packet.MustLeaveBy
            ?? (packet is { Family: Family.IPv6, Device: not null } && IsLoopback(packet.Destination.Name)
                ? packet.Device
                : null);
        return _routes.OnlyDestinationCounts && strict is null
            ? RouteTo(packet.Destination.Name)
            : RouteTo(
                packet.Destination.Name,
                new(
                    packet.IsUnbound ? null : _book.NumberOf(packet.Source.Name), packet.Mark, packet.Device, strict));
    }

    /// <summary>
    /// The route back to the packet's sender, as the kernel looks it up to validate the source: by the device that the
    /// packet would leave by (net/ipv4/fib_frontend.c, <c>__fib_validate_source</c>).
    /// </summary>
    public FoundRoute RouteBack(Packet packet, string? leavesBy) => RouteTo(
        packet.Source.Name, new(_book.NumberOf(packet.Destination.Name), Mark: 0, leavesBy, Out: null));

    /// <summary>The route of a packet of the host's own from one of its addresses.</summary>
    public FoundRoute RouteFrom(string source, string destination) => RouteTo(
        destination, new(_book.NumberOf(source), Mark: 0, In: null, Out: null));

    /// <summary>Whether policy rules besides the usual three choose routes.</summary>
    public bool HasPolicyRules => !_routes.OnlyDestinationCounts;

    /// <summary>Whether a route leads to the address, whatever the source.</summary>
    public bool IsReached(string address) =>
        RouteTo(address) is { Hops.IsEmpty: false, Kind: RouteKind.Local or RouteKind.Unicast or RouteKind.Broadcast };

    public bool IsOfHost(string address) => RouteTo(address).Kind == RouteKind.Local;

    public bool IsLoopback(string address) => _book.NumberOf(address) is { } number && IPAddress.IsLoopback(number);

    public bool IsLinkLocal6(string address) => _book.NumberOf(address) is { IsIPv6LinkLocal: true };

    public bool IsBroadcast(string address) => RouteTo(address).Kind == RouteKind.Broadcast;

    /// <summary>The device by which the host sends to an address; null if no route leads there.</summary>
    public string? DeviceTowards(string address, in RouteKeys keys = default) => RouteTo(address, in keys) switch
    {
        { Kind: RouteKind.Local } => LabNames.Loopback,
        { Hops: [var first, ..] } => first.Device,
        _ => null,
    };

    /// <summary>The device that has one of the host's own addresses.</summary>
    public string DeviceOf(string address) => _deviceOf.GetValueOrDefault(address, LabNames.Loopback);

    /// <summary>
    /// The host's address on the device: one of the network of the neighbour that packets go to, else its first; or if
    /// it has none, that of another device (net/ipv4/devinet.c, <c>inet_select_addr</c>). Of IPv6 the one that suits
    /// the destination best (<see cref="SourceSelection"/>). Null if the host has none at all.
    /// </summary>
    public string? AddressOn(string device, Family family, string? destination = null, string? neighbour = null)
    {
        // In a lab both versions have one name; there each device has one address.
        if (family == Family.IPv6 && !Topology.IsOfProfile && destination is not null
            && _book.NumberOf(destination) is { } there)
            return SourceSelection.Of(Topology.Devices, device, there) is { } best ? _book.NameOf(best) : null;
        var version = family == Family.IPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        var next = (neighbour ?? destination) is { } towards ? _book.NumberOf(towards) : null;
        return (_devices.GetValueOrDefault(device)?.Addresses ?? [])
            .OrderByDescending(one => next is not null && one.Network.Holds(next))
            .Concat(Topology.Devices.Where(other => other.Kind != DeviceKind.Loopback)
                .SelectMany(other => other.Addresses))
            .Where(one => one.Address.AddressFamily == version && !one.Address.IsIPv6LinkLocal)
            .Select(one => _book.NameOf(one.Address))
            .FirstOrDefault();
    }

    /// <summary>
    /// The address of the device that REDIRECT takes: the first, and for a link-local destination the first link-local
    /// one; null if it has none (net/netfilter/nf_nat_redirect.c).
    /// </summary>
    public string? FirstAddressOn(string device, Family family, string destination)
    {
        var ip = family == Family.IPv6 ? IpVersion.V6 : IpVersion.V4;
        var isOnLink = _book.NumberOf(destination) is { IsIPv6LinkLocal: true };
        return (_devices.GetValueOrDefault(device)?.Addresses ?? [])
            .Where(one => one.Ip == ip && (!isOnLink || one.Address.IsIPv6LinkLocal))
            .Select(one => _book.NameOf(one.Address))
            .FirstOrDefault();
    }

    /// <summary>
    /// The address that the host's own packet to a destination gets; null if no route leads there.
    /// <paramref name="choose"/> takes one way of a route with several; without it the first is taken.
    /// </summary>
    public string? SourceTowards(string destination, Family family, Func<FoundRoute, NextHop>? choose = null)
    {
        var found = RouteTo(destination);
        // Of several addresses in a network, the first is the source for the others too.
        if (found is { Route.PreferredSource: { } preferred }
            && found.Kind is RouteKind.Local or RouteKind.Unicast or RouteKind.Broadcast)
            return _book.NameOf(preferred);
        if (found.Kind == RouteKind.Local)
            return destination;
        if (found is not { Kind: RouteKind.Unicast or RouteKind.Broadcast, Hops: [var first, ..] })
            return null;
        var hop = choose?.Invoke(found) ?? first;
        return AddressOn(
            hop.Device, family, destination, hop.Gateway is { } gateway ? _book.NameOf(gateway) : null);
    }

    /// <summary>Whether the match names the address, by its name or as one of a network.</summary>
    public bool Names(AddressMatch match, string address) =>
        match.Addresses.Contains(address)
        || (!Topology.IsOfProfile && _book.NumberOf(address) is { } number && LiteralAddresses.Names(match, number));

    /// <summary>The settings of a device; null where the host profile has them.</summary>
    public DeviceSettings? SettingsOf(string? device) =>
        Topology.IsOfProfile || device is null ? null : _devices.GetValueOrDefault(device)?.Settings;

    /// <summary>The settings of a port; null where the host profile has them.</summary>
    public BridgePort? PortSettingsOf(string port) =>
        Topology.IsOfProfile ? null : _devices.GetValueOrDefault(port)?.Port;

    public Device? Find(string device) => _devices.GetValueOrDefault(device);

    /// <summary>Whether the device has the address.</summary>
    public bool IsOn(string device, string address) =>
        Find(device) is { } found && found.Addresses.Any(own => _book.NameOf(own.Address) == address);

    /// <summary>
    /// Whether the host has an entry by which it answers on the device for an address of another
    /// (net/core/neighbour.c, <c>pneigh_lookup</c>).
    /// </summary>
    public bool IsProxied(string device, string address) =>
        _proxies.Contains((address, device)) || _proxies.Contains((address, null));

    /// <summary>Whether the host's table of neighbours has the MAC address, so that it need not ask.</summary>
    public bool IsKnownNeighbour(string device, string address) =>
        _book.NumberOf(address) is { } number && Topology.Neighbours.Any(
            one => one.Mac is not null && one.Device == device && one.Address.Equals(number));

    /// <summary>Whether nothing that is known of the host is at the other end of the device.</summary>
    public bool LeadsOut(string device) => !_behind.ContainsKey(device);

    public bool IsBridge(string device) => _ports.ContainsKey(device);

    public bool IsPort(string device) => _bridges.ContainsKey(device);

    public string BridgeOf(string port) => _bridges[port];

    public ImmutableArray<string> PortsOf(string bridge) => _ports[bridge];

    /// <summary>
    /// The owner of the MAC address that leads to <paramref name="address"/> on the network of the bridge: the port of
    /// who has the address, the bridge if that is this host, or the broadcast. What no known device has is behind
    /// the bridge's uplink; null if it has none.
    /// </summary>
    public string? MacTowards(string address, string bridge) =>
        KnownMacTowards(address, bridge) ?? Uplink(bridge) ?? (Topology.IsOfProfile ? bridge : null);

    /// <summary>The same, but null for what no known device has.</summary>
    public string? KnownMacTowards(string address, string bridge) =>
        _holders.TryGetValue(address, out var holder) && holder.Bridge == bridge ? holder.Port
        : RouteTo(address) is { Kind: RouteKind.Broadcast, Hops: [var first, ..] } && first.Device == bridge
        ? BroadcastMac
        : IsOfHost(address) ? bridge
        : Topology.IsOfProfile ? null
        : PortOfNeighbour(address, bridge);

    /// <summary>
    /// The owner of the MAC address that a packet to <paramref name="address"/> has when it comes in from outside by
    /// the port of a bridge: whatever is on the bridge gets its own, and the host what it is to route.
    /// </summary>
    public string MacFromOutside(string address, string bridge) => Topology.IsOfProfile
        ? MacTowards(address, bridge)!
        : _holders.TryGetValue(address, out var holder) && holder.Bridge == bridge ? holder.Port
        : PortOfNeighbour(address, bridge) ?? bridge;

    /// <summary>
    /// The port behind which the host's own tables of neighbours and of the bridge have the address, as they have that
    /// of a VM; null if they do not tell.
    /// </summary>
    private string? PortOfNeighbour(string address, string bridge) =>
        _book.NumberOf(address) is { } number
        && Topology.Neighbours.FirstOrDefault(one => one.Device == bridge && one.Address.Equals(number))?.Mac is { } mac
            ? Topology.Forwarding.FirstOrDefault(one => one.Mac == mac && PortsOf(bridge).Contains(one.Port))?.Port
            : null;

    /// <summary>
    /// The endpoint at the other end of a device that leads out of the host, for a packet to the address; null if it
    /// leaves by a device beyond which the address is not, as the host or one of its containers has it.
    /// </summary>
    public Endpoint? Behind(string device, string address) =>
        _behind.TryGetValue(device, out var container) ? container
        : !Topology.IsOfProfile && (_holders.ContainsKey(address) || IsOfHost(address)) ? null
        : Outside(address);

    /// <summary>The address of IPv4 that MASQUERADE takes at lo; null if it is not known.</summary>
    public string? LoopbackSource => Topology.LoopbackSource is { } source ? NameOf(source) : null;

    /// <summary>Whether the endpoint has the address.</summary>
    public bool Has(Endpoint endpoint, string address) => Topology.IsOfProfile || endpoint.Kind == EndpointKind.Wan
        ? endpoint.Name == address
        : _holders.TryGetValue(address, out var holder) && holder.Endpoint == endpoint;

    /// <summary>The address by which <paramref name="endpoint"/> is known to <paramref name="other"/>.</summary>
    public string? AddressOf(Endpoint endpoint, Endpoint other, IpVersion ip)
    {
        var family = ip == IpVersion.V4 ? Family.IPv4 : Family.IPv6;
        switch (endpoint.Kind)
        {
            case EndpointKind.Everyone:
                return BroadcastOn(NetworkOf(other) ?? LabNames.Bridge);
            case EndpointKind.Host when other.Kind == EndpointKind.Container && NetworkOf(other) is { } network:
                return AddressOn(network, family);
            case EndpointKind.Host when other.Kind == EndpointKind.Wan:
                return AddressOf(other, endpoint, ip) is { } there && DeviceTowards(there) is { } device
                    ? AddressOn(device, family)
                    : null;
            case EndpointKind.Host when other.Kind == EndpointKind.Everyone:
                return AddressOn(LabNames.Bridge, family);
            case EndpointKind.Host:
                return NameOf(family == Family.IPv4 ? IPAddress.Loopback : IPAddress.IPv6Loopback);
            case EndpointKind.Container:
                var version = family == Family.IPv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
                var attachments = _containers[endpoint.Name].Container.Attachments;
                return AddressAt(attachments, version, NetworkOf(other)) ?? AddressAt(attachments, version, null);
            default:
                return endpoint.Name;
        }
    }

    /// <summary>The first address of a container, on the network if one is given.</summary>
    private string? AddressAt(ImmutableArray<Attachment> attachments, AddressFamily version, string? network)
    {
        foreach (var at in attachments)
            if (network is null || (at.Port is { } port && BridgeOrNone(port) == network))
                foreach (var own in at.Addresses)
                    if (own.Address.AddressFamily == version && !own.Address.IsIPv6LinkLocal)
                        return NameOf(own.Address);
        return null;
    }

    /// <summary>
    /// By which of its devices' ports an endpoint sends to an address, and to which neighbour; null if it has no route.
    /// </summary>
    public (string Port, string NextHop)? Leaves(Endpoint endpoint, string address) =>
        _ways.TryRecall((endpoint.Name, address), out var known)
            ? known
            : _ways.Keep((endpoint.Name, address), WayOut(endpoint, address));

    private (string Port, string NextHop)? WayOut(Endpoint endpoint, string address)
    {
        var (container, routes) = _containers[endpoint.Name];
        if (_book.NumberOf(address) is not { } number
            || routes.Find(number, default) is not { Hops: [var hop, ..] } found
            || found.Kind is not (RouteKind.Unicast or RouteKind.Broadcast))
            return null;
        var port = container.Attachments.FirstOrDefault(at => at.Device == hop.Device)?.Port;
        return port is null ? null : (port, hop.Gateway is { } gateway ? NameOf(gateway) : address);
    }

    /// <summary>
    /// The container that has the address at a device without a port on this host, as a macvlan or ipvlan is, or one
    /// whose port could not be read; null for all other addresses.
    /// </summary>
    public string? Unattached(string address) => _unattached.GetValueOrDefault(address);

    /// <summary>Whether the container has such a device.</summary>
    public bool IsUnattached(Endpoint container) =>
        _containers[container.Name].Container.Attachments.Any(at => at.Port is null);

    /// <summary>Whether an answer from there finds a way to the address. The host looks up a route as it sends.</summary>
    public bool HasRoute(Endpoint from, string address) =>
        from.Kind != EndpointKind.Container || Leaves(from, address) is not null;

    /// <summary>
    /// Whether a socket of the endpoint takes a packet to the address and port. Outside, and where
    /// sockets could not be read, every port counts as open.
    /// </summary>
    public bool Listens(Endpoint endpoint, Protocol protocol, Address asked)
    {
        if (Topology.IsOfProfile)
            return asked.Port == Flow.ServicePort;
        ImmutableArray<ListeningSocket>? sockets = endpoint.Kind switch
        {
            EndpointKind.Host => Topology.Listening,
            EndpointKind.Container => _containers[endpoint.Name].Container.Listening,
            _ => null,
        };
        if (!Topology.Knows(Subject.Sockets) || sockets is not { } all || _book.NumberOf(asked.Name) is not { } number)
            return true;
        return all.Any(socket => socket.Port == asked.Port
            && socket.Protocol == protocol.Name() && Takes(socket.Address, number));
    }

    // A socket for all addresses of IPv6 takes those of IPv4 too (net.ipv6.bindv6only is off).
    private static bool Takes(IPAddress bound, IPAddress address) =>
        bound.Equals(address) || bound.Equals(IPAddress.IPv6Any)
        || (bound.Equals(IPAddress.Any) && address.AddressFamily == AddressFamily.InterNetwork);

    private string? Uplink(string bridge) => _ports[bridge].FirstOrDefault(port => !_behind.ContainsKey(port));

    public string NameOf(IPAddress address) => _book.NameOf(address);

    // Older kernels also have the first address of a network as a broadcast.
    private string? BroadcastOn(string network) => Topology.Routes
        .Where(route => route is { Kind: RouteKind.Broadcast, NextHops: [var hop] } && hop.Device == network)
        .Select(route => NameOf(route.Destination.Address))
        .LastOrDefault();

    private string? BridgeOrNone(string port) => _bridges.GetValueOrDefault(port);

    /// <summary>The bridge of a container's first device.</summary>
    private static string? NetworkOf(Endpoint endpoint) => endpoint.Network;

    private Endpoint Outside(string address) =>
        Topology.IsOfProfile ? Endpoint.Wan : Endpoint.Outside(address);

    private sealed record Holder(Endpoint Endpoint, string Port, string? Bridge);
}
