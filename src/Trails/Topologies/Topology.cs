using System.Net;

namespace Hooktrail.Trails.Topologies;

/// <summary>
/// What a host's packets can take: its devices, routes and neighbours, and who stands behind them. Names are the host's
/// own.
/// </summary>
public sealed record Topology
{
    public string Name { get; init; } = "host";

    public ImmutableArray<Device> Devices { get; init; } = [];

    public ImmutableArray<Route> Routes { get; init; } = [];

    /// <summary>The rules of IPv4, in the order in which they are asked.</summary>
    public ImmutableArray<PolicyRule> Rules { get; init; } = [];

    public ImmutableArray<PolicyRule> Rules6 { get; init; } = [];

    /// <summary>
    /// The address of IPv4 that MASQUERADE takes at lo, which depends on the order in which the host got its devices;
    /// null if it is not known.
    /// </summary>
    public IPAddress? LoopbackSource { get; init; }

    public ImmutableArray<Neighbour> Neighbours { get; init; } = [];

    /// <summary>The addresses of others for which the host answers (<c>ip neigh show proxy</c>).</summary>
    public ImmutableArray<ProxyNeighbour> Proxies { get; init; } = [];

    /// <summary>The forwarding tables of all bridges.</summary>
    public ImmutableArray<Forwarding> Forwarding { get; init; } = [];

    public ImmutableArray<ListeningSocket> Listening { get; init; } = [];

    public ImmutableArray<EngineNetwork> Networks { get; init; } = [];

    public ImmutableArray<Container> Containers { get; init; } = [];

    /// <summary>Addresses with names, which flows, rules and trails use instead of their text.</summary>
    public ImmutableArray<AddressName> Names { get; init; } = [];

    /// <summary>
    /// Whether the host profile has the settings of all devices and tells who listens, as for a lab, whose devices are
    /// all alike; else the topology has them.
    /// </summary>
    public bool IsOfProfile { get; init; }

    /// <summary>What could not be read.</summary>
    public ImmutableArray<NotKnown> NotKnown { get; init; } = [];

    public IEnumerable<Device> PortsOf(string bridge) => Devices.Where(device => device.Master == bridge);

    public Device? Find(string name) => Devices.FirstOrDefault(device => device.Name == name);

    /// <summary>The container as an endpoint of flows; one in the host's network namespace is the host.</summary>
    public Endpoint EndpointOf(Container container) => container.IsHosted
        ? Endpoint.Host
        : Endpoint.OfContainer(
            container.Name,
            container.Attachments.Select(at => at.Port is { } port ? Find(port)?.Master : null)
                .FirstOrDefault(master => master is not null));

    public bool Knows(Subject subject) => !NotKnown.Any(one => one.What == subject);

    /// <summary>The host, its containers, and what is beyond each device that leads out.</summary>
    public IEnumerable<TopologyEndpoint> Endpoints() =>
    [
        new(EndpointKind.Host, "host")
        {
            Addresses = [.. Devices.SelectMany(device => device.Addresses)],
        },
        .. Containers.Select(container => new TopologyEndpoint(
            container.IsHosted ? EndpointKind.Host : EndpointKind.Container, container.Name)
        {
            Device = container.Attachments.FirstOrDefault()?.Port,
            Addresses = [.. container.Attachments.SelectMany(at => at.Addresses)],
        }),
        .. LeadingOut().Select(device => new TopologyEndpoint(EndpointKind.Wan, device.Name)
        {
            Device = device.Name,
            IsByDefault = IsByDefault(device),
        }),
    ];

    /// <summary>
    /// The devices beyond which others may be: neither loopback, nor a bridge, nor a container's port, nor a part of a
    /// bond.
    /// </summary>
    public IEnumerable<Device> LeadingOut()
    {
        var ports = Containers.SelectMany(one => one.Attachments).Select(at => at.Port).ToHashSet();
        return Devices.Where(device =>
            device.IsUp
            && device.Kind is not (DeviceKind.Loopback or DeviceKind.Bridge or DeviceKind.Dummy or DeviceKind.Vrf)
            && !ports.Contains(device.Name)
            && (device.Master is null || Find(device.Master)?.Kind != DeviceKind.Bond)
            && (device.Master is not null || HasAddressOrRoute(device)));
    }

    private bool HasAddressOrRoute(Device device) =>
        device.Addresses.Any(one => !one.Address.IsIPv6LinkLocal)
        || Routes.Any(route => route.Kind == RouteKind.Unicast
            && !route.Destination.Address.IsIPv6LinkLocal && !route.Destination.Address.IsIPv6Multicast
            && route.NextHops.Any(hop => hop.Device == device.Name));

    private bool IsByDefault(Device device) => Routes.Any(
        route => route is { Kind: RouteKind.Unicast, Destination.Length: 0 }
            && route.NextHops.Any(hop => hop.Device == device.Name || hop.Device == device.Master));
}

/// <summary>An address of one version of IP, and its name; both versions may have the same name.</summary>
public sealed record AddressName(string Name, IPAddress Address);
