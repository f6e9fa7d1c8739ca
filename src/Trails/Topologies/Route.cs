using System.Net;

namespace Hooktrail.Trails.Topologies;

/// <summary>What a route does with a packet; <c>RTN_*</c>.</summary>
public enum RouteKind
{
    Unicast,
    Local,
    Broadcast,
    Multicast,
    Anycast,
    Blackhole,
    Unreachable,
    Prohibit,

    /// <summary>The lookup goes on in the next table.</summary>
    Throw,

    /// <summary>A kind that Hooktrail does not know.</summary>
    Other,
}

/// <summary>One way out: a device, and a router on its network if there is one between.</summary>
public sealed record NextHop(string Device, IPAddress? Gateway = null, int Weight = 1);

/// <summary>A route of one table.</summary>
public sealed record Route(string Table, AddressPrefix Destination, RouteKind Kind)
{
    /// <summary>Several for a multipath route; none for one that leads nowhere.</summary>
    public ImmutableArray<NextHop> NextHops { get; init; } = [];

    /// <summary>The source address of the host's own packets.</summary>
    public IPAddress? PreferredSource { get; init; }

    /// <summary>Of two routes to one destination the one with the lower metric is taken.</summary>
    public long Metric { get; init; }

    /// <summary>As <c>ip route</c> prints it, without what decides nothing.</summary>
    public override string ToString() => string.Join(' ', Words());

    private IEnumerable<string> Words()
    {
        if (Kind != RouteKind.Unicast)
            yield return Kind.ToString().ToLowerInvariant();
        yield return Destination.Length == 0 ? "default" : Destination.ToString();
        foreach (var hop in NextHops)
        {
            if (NextHops.Length > 1)
                yield return "nexthop";
            if (hop.Gateway is { } gateway)
                yield return $"via {gateway}";
            yield return $"dev {hop.Device}";
        }

        if (Table != "main")
            yield return $"table {Table}";
        if (Metric != 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"metric {Metric}");
    }
}

/// <summary>A policy rule, which chooses the table in which a route is looked up.</summary>
/// <param name="Priority">Rules are asked in the order of this number.</param>
/// <param name="Text">As <c>ip rule</c> prints it.</param>
public sealed record PolicyRule(int Priority, string Text)
{
    public AddressPrefix? From { get; init; }

    public AddressPrefix? To { get; init; }

    public string? In { get; init; }

    public string? Out { get; init; }

    public uint? Mark { get; init; }

    public uint MarkMask { get; init; } = uint.MaxValue;

    public bool Negated { get; init; }

    /// <summary>The table; null for a rule that ends the lookup.</summary>
    public string? Table { get; init; }

    /// <summary>What it does: <see cref="RouteKind.Unicast"/> looks up the table.</summary>
    public RouteKind Action { get; init; } = RouteKind.Unicast;

    /// <summary>A selector that Hooktrail does not know, such as a user's id; null if it knows all.</summary>
    public string? Unknown { get; init; }

    public override string ToString() => Text;
}
