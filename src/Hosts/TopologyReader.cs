using Hooktrail.Hosts.Reading;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Hosts;

/// <summary>Reads a host's topology from its snapshot.</summary>
public static class TopologyReader
{
    /// <exception cref="HooktrailException">
    /// The host's devices are not in the snapshot, or a part is not what its command prints.
    /// </exception>
    public static Topology Of(Snapshot snapshot)
    {
        var links = Needed(snapshot, "links");
        var devices = DeviceReader.Of(
            Json.Objects(links), Json.Objects(snapshot.Find("bridge-links")), new Settings(snapshot.Lines("settings")));
        var engines = new EngineReader(snapshot, devices);
        return new()
        {
            Name = snapshot.Lines("host").FirstOrDefault() ?? "host",
            Devices = devices,
            Routes =
            [
                .. RouteReader.Routes(Json.Objects(Needed(snapshot, "routes")), IpVersion.V4),
                .. RouteReader.Routes(Json.Objects(snapshot.Find("routes6")), IpVersion.V6),
            ],
            Rules = RouteReader.Rules(Json.Objects(snapshot.Find("rules")), IpVersion.V4),
            Rules6 = RouteReader.Rules(Json.Objects(snapshot.Find("rules6")), IpVersion.V6),
            Listening = SocketReader.Of(snapshot.Lines("listening")),
            Networks = engines.Networks(),
            Containers = engines.Containers(),
        };
    }

    private static SnapshotPart Needed(Snapshot snapshot, string name) => snapshot.Find(name) switch
    {
        null => throw new HooktrailException(
            $"The snapshot has no part \"{name}\", without which no packet's way is known; write it again."),
        { Failure: { } why } => throw new HooktrailException(
            $"The snapshot has nothing of the host's {name}: {why} Install iproute2 with support of -j there, and write it again."),
        var part => part,
    };
}
