using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Twins;

/// <summary>In which sets of addresses, and in which neighbours behind ports, a twin is not the host.</summary>
internal static class OtherSets
{
    /// <summary>Sets of ipset, as far as their entries are known. An entry may be due to go later.</summary>
    public static IEnumerable<string> Of(RuleSet host, RuleSet twin)
    {
        foreach (var set in host.Sets)
        {
            if (twin.Sets.FirstOrDefault(one => one.Name == set.Name) is not { } built)
            {
                yield return $"The twin lacks the set {set.Name}.";
                continue;
            }

            var (here, there) = (Entries(set), Entries(built));
            foreach (var entry in here.Except(there))
                yield return $"The twin's set {set.Name} lacks {entry}.";
            foreach (var entry in there.Except(here))
                yield return $"The twin's set {set.Name} has {entry}, and the host's has not.";
        }
    }

    /// <summary>
    /// The port of a bridge behind which its tables have an address. Nothing else of these tables decides a packet's way:
    /// the twin makes its own neighbour entries and MAC addresses.
    /// </summary>
    public static IEnumerable<string> OfNeighbours(Topology host, Topology twin) =>
        from known in host.Neighbours
        let here = PortOf(host, known.Device, known.Address)
        where here is not null
        let there = PortOf(twin, known.Device, known.Address)
        where here != there
        select $"{known.Address} on {known.Device} is behind {here} on the host, and behind {there ?? "no known port"} in the twin.";

    private static string? PortOf(Topology topology, string bridge, IPAddress address) =>
        topology.Neighbours.FirstOrDefault(one => one.Device == bridge && one.Address.Equals(address))?.Mac is { } mac
            ? topology.Forwarding.FirstOrDefault(
                row => row.Mac == mac && topology.Find(row.Port)?.Master == bridge)?.Port
            : null;

    private static HashSet<string> Entries(IpSet set) => [.. set.Entries.Select(entry => entry.Text)];
}
