using Hooktrail.Hosts;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Twins;

/// <summary>The plan of a twin of a user's host, from its snapshot.</summary>
public static class SnapshotPlan
{
    private static readonly ImmutableArray<string> Tools = ["iptables", "ip6tables", "arptables", "ebtables"];

    // Settings of the machine, which a network namespace does not have, or which decide no packet's way.
    private static readonly ImmutableArray<string> OfMachine = ["netfilter/", "ipv4/conf/default/", "ipv6/conf/default/"];

    /// <exception cref="HooktrailException">A part is not what its command prints.</exception>
    public static TwinPlan Of(Snapshot snapshot)
    {
        var topology = TopologyReader.Of(snapshot);
        var registered = RegisteredChains.Of(snapshot, topology);
        return new(topology)
        {
            Settings = [.. Settings(snapshot, topology)],
            Rules = [.. registered.Rules, .. Rules(snapshot)],
            Registered = registered.Order,
        };
    }

    // What holds for all devices comes first, because it sets theirs too.
    private static IEnumerable<(string Path, string Value)> Settings(Snapshot snapshot, Topology topology) =>
        from line in snapshot.Lines("settings")
        let colon = line.LastIndexOf(':')
        where colon > 0 && !OfMachine.Any(machine => line.StartsWith(machine, StringComparison.Ordinal))
        let device = line[..colon].Split('/') is [_, "conf", var name, _] && name != "all" ? name : null
        where device is null || topology.Find(device) is not null
        orderby device is not null
        select ("net/" + line[..colon], line[(colon + 1)..]);

    private static IEnumerable<LoadedRules> Rules(Snapshot snapshot)
    {
        if (snapshot.Lines("ipset") is { IsEmpty: false } sets)
            yield return new("ipset restore", string.Join('\n', sets));
        foreach (var counters in NamedCounters.Of(
            Tools.SelectMany(tool => snapshot.Lines($"{tool}-nft").Concat(snapshot.Lines($"{tool}-legacy")))))
            yield return counters;
        foreach (var tool in Tools)
            foreach (var backend in (string[])["nft", "legacy"])
                if (snapshot.Lines($"{tool}-{backend}") is { IsEmpty: false } saved)
                    yield return new($"{tool}-{backend}-restore --noflush", string.Join('\n', saved));
        if (OwnTables(snapshot) is { Length: > 0 } tables)
            yield return new("nft -f -", tables);
    }

    /// <summary>The tables that no tool of the iptables family has saved.</summary>
    private static string OwnTables(Snapshot snapshot)
    {
        var saved = Tools.SelectMany(tool => snapshot.Lines($"{tool}-nft")
                .Where(line => line.StartsWith('*'))
                .Select(line => $"table {FamilyOf(tool)} {line[1..]} {{"))
            .ToHashSet();
        var text = new System.Text.StringBuilder();
        var isOwn = true;
        foreach (var line in snapshot.Lines("nft"))
        {
            if (line.StartsWith("table ", StringComparison.Ordinal))
                isOwn = !saved.Contains(line);
            if (isOwn && !line.StartsWith('#'))
                text.Append(line).Append('\n');
        }

        return text.ToString();
    }

    private static string FamilyOf(string tool) => tool switch
    {
        "iptables" => "ip",
        "ip6tables" => "ip6",
        "arptables" => "arp",
        _ => "bridge",
    };
}
