using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Twins;

/// <summary>Routes and policy rules as lines of <c>ip -batch</c>.</summary>
internal static class RouteCommands
{
    /// <summary>
    /// All routes but those that the kernel makes itself for each address. Those without a router come first, as the
    /// others may need them.
    /// </summary>
    public static IEnumerable<string> Of(IEnumerable<Route> routes, Func<string, bool> hasDevice) =>
        from route in routes
        where !IsKernelsOwn(route) && route.NextHops.All(hop => hasDevice(hop.Device))
        orderby route.NextHops.Any(hop => hop.Gateway is not null)
        select Of(route);

    /// <summary>
    /// All rules but the three that every host has. Those of IPv6 are lines of <c>ip -6 -batch</c>.
    /// </summary>
    public static IEnumerable<string> Of(IEnumerable<PolicyRule> rules) =>
        from rule in rules
        where rule is not { Priority: 0 or 32766 or 32767, From: null, To: null, Mark: null }
        select $"rule add {string.Join(' ', Words(rule))}";

    private static bool IsKernelsOwn(Route route) =>
        route.Kind is RouteKind.Broadcast or RouteKind.Multicast or RouteKind.Anycast
        || route is { Kind: RouteKind.Local, Table: "local" }
        || IsLinkLocal(route.Destination.Address);

    private static bool IsLinkLocal(IPAddress address) => address.IsIPv6LinkLocal || address.IsIPv6Multicast;

    private static string Of(Route route)
    {
        var kind = route.Kind == RouteKind.Unicast ? "" : route.Kind.ToString().ToLowerInvariant() + " ";
        var metric = route.Metric == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" metric {route.Metric}");
        var source = route.PreferredSource is { } preferred ? $" src {preferred}" : "";
        return $"route replace {kind}{route.Destination} table {route.Table}{metric}{source}{Hops(route)}";
    }

    // A router need not be on a network of the device.
    private static string Hops(Route route) => route.NextHops is [var only]
        ? $" {Hop(only)}{(only.Gateway is null ? "" : " onlink")}"
        : string.Concat(route.NextHops.Select(hop => string.Create(
            CultureInfo.InvariantCulture, $" nexthop {Hop(hop)} weight {hop.Weight} onlink")));

    private static string Hop(NextHop hop) => (hop.Gateway is { } gateway ? $"via {gateway} " : "") + $"dev {hop.Device}";

    private static IEnumerable<string> Words(PolicyRule rule)
    {
        if (rule.Negated)
            yield return "not";
        yield return $"from {rule.From?.ToString() ?? "all"}";
        if (rule.To is { } to)
            yield return $"to {to}";
        if (rule.In is { } @in)
            yield return $"iif {@in}";
        if (rule.Out is { } @out)
            yield return $"oif {@out}";
        if (rule.Mark is { } mark)
            yield return $"fwmark 0x{mark:x}/0x{rule.MarkMask:x}";
        yield return string.Create(CultureInfo.InvariantCulture, $"pref {rule.Priority}");
        yield return rule.Table is { } table ? $"lookup {table}" : rule.Action.ToString().ToLowerInvariant();
    }
}
