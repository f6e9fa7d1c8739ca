using Hooktrail.Trails.Topologies;

namespace Hooktrail.Hosts.Overview;

/// <summary>What a snapshot has of its host, in short.</summary>
public sealed record HostOverview(Topology Topology, ImmutableArray<TableCount> Tables, ImmutableArray<OpenRule> Open)
{
    /// <summary>The release of the kernel; null if it is not known.</summary>
    public string? Kernel { get; init; }

    /// <exception cref="HooktrailException">A part is not what its command prints.</exception>
    public static HostOverview Of(Snapshot snapshot)
    {
        var rules = HostRules.Of(snapshot);
        return new(TopologyReader.Of(snapshot), KnownRules.ByTable(rules), KnownRules.Open(rules))
        {
            Kernel = snapshot.Lines("kernel").FirstOrDefault(),
        };
    }
}
