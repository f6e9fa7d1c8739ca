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

    public IEnumerable<Device> PortsOf(string bridge) => Devices.Where(device => device.Master == bridge);

    public Device? Find(string name) => Devices.FirstOrDefault(device => device.Name == name);
}
