using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Questions.Changes;

/// <summary>Adds or deletes a route of a user's host, as <c>ip route add</c> and <c>ip route del</c> do.</summary>
internal sealed class RouteCommand(Topology topology, string command)
{
    private const string Main = "main";

    // net/ipv6/route.c, ip6_route_info_create: IP6_RT_PRIO_USER.
    private const long MetricOfIpv6 = 1024;

    private static readonly ImmutableDictionary<string, RouteKind> Kinds = new[]
    {
        RouteKind.Unicast, RouteKind.Blackhole, RouteKind.Unreachable, RouteKind.Prohibit, RouteKind.Throw,
    }.ToImmutableDictionary(kind => kind.ToString().ToLowerInvariant());

    /// <param name="words">The command without <c>ip</c>.</param>
    /// <exception cref="HooktrailException">It is no such command, or the kernel would refuse it.</exception>
    public Topology Apply(ImmutableArray<string> words)
    {
        var isIpv6 = words is ["-6", ..];
        if (words is ["-4" or "-6", ..])
            words = words[1..];
        if (words is not ["route" or "ro" or "r", ("add" or "del" or "delete") and var what, .. var rest]
            || rest.IsEmpty)
            throw Wrong("changes no route; it needs ip route add or ip route del, and a destination");
        RouteKind? kind = null;
        if (Kinds.TryGetValue(rest[0], out var named))
            (kind, rest) = (named, rest[1..]);
        if (rest is not [var text, .. var options])
            throw Wrong("has no destination; write a network, an address or default");
        var ip = isIpv6 || text.Contains(':') ? IpVersion.V6 : IpVersion.V4;
        if (!AddressPrefix.TryParse(text, ip, out var destination))
            throw Wrong($"has the destination {text}, which is no network");
        var given = Options(options);
        return topology with
        {
            Routes = what == "add"
                ? topology.Routes.Add(Added(destination, kind ?? RouteKind.Unicast, ip, given))
                : topology.Routes.Remove(Deleted(destination, kind, given)),
        };
    }

    private Route Added(AddressPrefix destination, RouteKind kind, IpVersion ip, Dictionary<string, string> given)
    {
        var route = new Route(given.GetValueOrDefault("table", Main), destination, kind)
        {
            NextHops = kind == RouteKind.Unicast ? [HopOf(given)] : [],
            Metric = given.ContainsKey("metric") ? Metric(given) : ip == IpVersion.V6 ? MetricOfIpv6 : 0,
            PreferredSource = given.ContainsKey("src") ? AddressOf(given, "src") : null,
        };
        return topology.Routes.Any(one =>
            one.Table == route.Table && one.Destination == destination && one.Metric == route.Metric)
            ? throw Wrong($"adds a route to {destination}, which the table {route.Table} has already")
            : route;
    }

    private Route Deleted(AddressPrefix destination, RouteKind? kind, Dictionary<string, string> given) =>
        topology.Routes.FirstOrDefault(one =>
            one.Table == given.GetValueOrDefault("table", Main)
            && one.Destination == destination
            && (kind is null || one.Kind == kind)
            && (!given.ContainsKey("metric") || one.Metric == Metric(given))
            && (!given.TryGetValue("dev", out var device) || one.NextHops.Any(hop => hop.Device == device))
            && (!given.ContainsKey("via")
                || one.NextHops.Any(hop => AddressOf(given, "via").Equals(hop.Gateway))))
        ?? throw Wrong("names a route that the host does not have");

    private NextHop HopOf(Dictionary<string, string> given)
    {
        var gateway = given.ContainsKey("via") ? AddressOf(given, "via") : null;
        var device = given.GetValueOrDefault("dev")
            ?? (gateway is null ? null : topology.Devices.FirstOrDefault(one => IsOn(one.Name, gateway))?.Name)
            ?? throw Wrong("says neither a device nor a router on one of the host's networks");
        if (topology.Find(device) is null)
            throw Wrong($"names the device {device}, which the host does not have");
        // net/ipv4/fib_semantics.c, fib_check_nh_v4_gw; net/ipv6/route.c, ip6_route_check_nh.
        if (gateway is { IsIPv6LinkLocal: false } && !given.ContainsKey("onlink") && !IsOn(device, gateway))
            throw Wrong($"names the router {gateway}, which is on no network of {device}");
        return new(device, gateway);
    }

    private bool IsOn(string device, IPAddress address) =>
        topology.Routes.Any(route => route.Kind == RouteKind.Unicast && route.Destination.Length > 0
            && route.Destination.Holds(address)
            && route.NextHops.Any(hop => hop.Device == device && hop.Gateway is null))
        || topology.Find(device)?.Addresses.Any(own => own.Network.Holds(address)) == true;

    private Dictionary<string, string> Options(ImmutableArray<string> words)
    {
        var given = new Dictionary<string, string>();
        while (!words.IsEmpty)
            switch (words)
            {
                case ["onlink", ..]:
                    given["onlink"] = "";
                    words = words[1..];
                    break;
                case ["via" or "dev" or "table" or "metric" or "src", var value, ..]:
                    given[words[0]] = value;
                    words = words[2..];
                    break;
                default:
                    throw Wrong($"has \"{words[0]}\"; the model knows via, dev, table, metric, src and onlink");
            }

        return given;
    }

    private IPAddress AddressOf(Dictionary<string, string> given, string option) =>
        IPAddress.TryParse(given[option], out var address)
            ? address
            : throw Wrong($"has {option} {given[option]}, which is no address");

    private long Metric(Dictionary<string, string> given) =>
        long.TryParse(given["metric"], NumberStyles.None, CultureInfo.InvariantCulture, out var metric)
            ? metric
            : throw Wrong($"has the metric {given["metric"]}, which is no number");

    private HooktrailException Wrong(string what) => new($"\"{command}\" {what}.");
}
