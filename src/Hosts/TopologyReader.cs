using System.Net;
using System.Text.Json;
using Hooktrail.Hosts.Reading;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Hosts;

/// <summary>
/// Reads a host's topology from its snapshot. What the snapshot lacks is in <see cref="Topology.NotKnown"/>, and never
/// counts as absent on the host.
/// </summary>
public static class TopologyReader
{
    /// <exception cref="HooktrailException">A part is not what its command prints.</exception>
    public static Topology Of(Snapshot snapshot)
    {
        var devices = DeviceReader.Of(
            Objects(snapshot, "links"),
            Objects(snapshot, "bridge-links"),
            Objects(snapshot, "bridge-vlans"),
            new Settings(snapshot.Lines("settings")));
        var engines = new EngineReader(snapshot, devices);
        return new()
        {
            Name = snapshot.Lines("host").FirstOrDefault() ?? "host",
            Devices = devices,
            Routes =
            [
                .. RouteReader.Routes(Objects(snapshot, "routes"), IpVersion.V4),
                .. RouteReader.Routes(Objects(snapshot, "routes6"), IpVersion.V6),
            ],
            Rules = RouteReader.Rules(Objects(snapshot, "rules"), IpVersion.V4),
            Rules6 = RouteReader.Rules(Objects(snapshot, "rules6"), IpVersion.V6),
            LoopbackSource = Objects(snapshot, "loopback-source")
                .Select(route => route.Text("prefsrc") is { } text && IPAddress.TryParse(text, out var source)
                    ? source
                    : null)
                .FirstOrDefault(),
            Neighbours = NeighbourReader.Neighbours(Objects(snapshot, "neighbours")),
            Proxies = NeighbourReader.Proxies(Objects(snapshot, "proxies")),
            Forwarding = NeighbourReader.Forwarding(Objects(snapshot, "bridge-fdb"), devices),
            Listening = SocketReader.Of(snapshot.Lines("listening")),
            Networks = engines.Networks(),
            Containers = engines.Containers(),
            NotKnown = MissingParts.Of(snapshot),
        };
    }

    private static IEnumerable<JsonElement> Objects(Snapshot snapshot, string name) =>
        Json.Objects(snapshot.Find(name) is { Succeeded: true } part ? part : null);
}
