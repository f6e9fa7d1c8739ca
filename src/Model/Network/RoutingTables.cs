using System.Net;
using System.Net.Sockets;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Model.Network;

/// <summary>What a packet's route depends on besides its destination; <c>struct flowi</c>.</summary>
/// <param name="Source">The source address; null where the host has not chosen one yet.</param>
/// <param name="Mark">The packet's mark.</param>
/// <param name="In">The device that it came in by; null for the host's own packets.</param>
/// <param name="Out">The device that it has to leave by; null for any.</param>
internal readonly record struct RouteKeys(IPAddress? Source, uint Mark, string? In, string? Out);

/// <summary>The route that the kernel finds.</summary>
/// <param name="Kind">What it does with the packet.</param>
/// <param name="Route">The route itself; null if there is none.</param>
/// <param name="Hops">Where it leads; several for a multipath route, of which a hash takes one.</param>
/// <param name="Rule">The policy rule that chose the table; null if it is one of the three that every host has.</param>
internal sealed record FoundRoute(
    RouteKind Kind, ImmutableArray<NextHop> Hops, Trails.Topologies.Route? Route, PolicyRule? Rule)
{
    /// <summary>Without a route a destination is unreachable.</summary>
    public static readonly FoundRoute None = new(RouteKind.Unreachable, [], null, null);

    /// <summary>
    /// A selector of a policy rule that the model does not know; null if it knows all that were asked.
    /// </summary>
    public string? Unknown { get; init; }
}

/// <summary>
/// The host's routing tables, and the policy rules that choose among them; net/core/fib_rules.c,
/// net/ipv4/fib_rules.c, net/ipv4/fib_trie.c and net/ipv6/ip6_fib.c.
/// </summary>
internal sealed class RoutingTables
{
    private static readonly ImmutableArray<PolicyRule> OfEveryHost =
    [
        new(0, "from all lookup local") { Table = "local" },
        new(32766, "from all lookup main") { Table = "main" },
        new(32767, "from all lookup default") { Table = "default" },
    ];

    private readonly Dictionary<(AddressFamily, string), RoutingTable> _tables;
    private readonly ImmutableArray<PolicyRule> _rules4;
    private readonly ImmutableArray<PolicyRule> _rules6;

    public RoutingTables(
        IEnumerable<Trails.Topologies.Route> routes,
        ImmutableArray<PolicyRule> rules4,
        ImmutableArray<PolicyRule> rules6)
    {
        _tables = routes
            .GroupBy(route => (route.Destination.Address.AddressFamily, route.Table))
            .ToDictionary(table => table.Key, table => new RoutingTable(table));
        (_rules4, _rules6) = (Usual(rules4), Usual(rules6));
        OnlyDestinationCounts = _rules4.All(IsOfEveryHost) && _rules6.All(IsOfEveryHost);
    }

    /// <summary>Whether only the destination decides, as on a host without policy rules of a user's.</summary>
    public bool OnlyDestinationCounts { get; }

    public FoundRoute Find(IPAddress destination, in RouteKeys keys)
    {
        foreach (var rule in destination.AddressFamily == AddressFamily.InterNetwork ? _rules4 : _rules6)
        {
            if (!Selects(rule, destination, in keys))
                continue;
            var own = IsOfEveryHost(rule) ? null : rule;
            if (rule.Unknown is { } unknown)
                return FoundRoute.None with { Rule = own, Unknown = unknown };
            if (rule.Table is null)
                return FoundRoute.None with { Kind = rule.Action, Rule = own };
            if (_tables.TryGetValue((destination.AddressFamily, rule.Table), out var table)
                && table.Find(destination, keys.Out) is { } route)
                return new(route.Kind, route.NextHops, route, own);
        }

        return FoundRoute.None;
    }

    private static bool Selects(PolicyRule rule, IPAddress destination, in RouteKeys keys)
    {
        var selects = (rule.To is not { } to || to.Holds(destination))
            // Without a source yet, only a rule for all sources holds.
            && (rule.From is not { } from || (keys.Source is { } source && from.Holds(source)))
            && (rule.In is null || rule.In == (keys.In ?? LabNames.Loopback))
            && (rule.Out is null || rule.Out == keys.Out)
            && (rule.Mark is not { } mark || (keys.Mark & rule.MarkMask) == (mark & rule.MarkMask));
        return selects != rule.Negated;
    }

    private static ImmutableArray<PolicyRule> Usual(ImmutableArray<PolicyRule> rules) =>
        rules.IsDefaultOrEmpty ? OfEveryHost : rules;

    private static bool IsOfEveryHost(PolicyRule rule)
    {
        foreach (var usual in OfEveryHost)
            if (usual.Text == rule.Text)
                return true;
        return false;
    }
}
