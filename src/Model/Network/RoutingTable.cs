using System.Collections.Frozen;
using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Model.Network;

/// <summary>
/// One routing table of one version of IP. The longest prefix wins, and of two equal ones the lower metric
/// (net/ipv4/fib_trie.c, <c>fib_table_lookup</c>).
/// </summary>
internal sealed class RoutingTable(IEnumerable<Trails.Topologies.Route> routes)
{
    private readonly ImmutableArray<(int Length, FrozenDictionary<AddressPrefix, Trails.Topologies.Route[]> Routes)>
        _longestFirst =
        [
            .. from length in routes.GroupBy(route => route.Destination.Length)
               orderby length.Key descending
               select (length.Key, length.GroupBy(route => route.Destination).ToFrozenDictionary(
                   same => same.Key, same => same.OrderBy(route => route.Metric).ToArray())),
        ];

    /// <summary>
    /// The route to a destination; null for none. One of the kind «throw» ends the look-up in its table.
    /// </summary>
    /// <param name="destination">The destination.</param>
    /// <param name="by">The device that the route has to lead to; null for any.</param>
    public Trails.Topologies.Route? Find(IPAddress destination, string? by)
    {
        foreach (var (length, all) in _longestFirst)
            if (all.TryGetValue(AddressPrefix.Around(destination, length), out var found))
                foreach (var route in found)
                    if (by is null || LeadsTo(route, by))
                        return route.Kind == RouteKind.Throw ? null : route;
        return null;
    }

    private static bool LeadsTo(Trails.Topologies.Route route, string device)
    {
        foreach (var hop in route.NextHops)
            if (hop.Device == device)
                return true;
        return false;
    }
}
