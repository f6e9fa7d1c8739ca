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

    public IEnumerable<Device> PortsOf(string bridge) => Devices.Where(device => device.Master == bridge);

    public Device? Find(string name) => Devices.FirstOrDefault(device => device.Name == name);
}

/// <summary>An address of one version of IP, and its name; both versions may have the same name.</summary>
public sealed record AddressName(string Name, IPAddress Address);
