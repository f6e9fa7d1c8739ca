using System.Net;
using System.Text.Json;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Hosts.Reading;

/// <summary>Reads <c>ip -j route show table all</c> and <c>ip -j rule</c>.</summary>
internal static class RouteReader
{
    // Selectors that the kernel has besides those of PolicyRule; net/core/fib_rules.c and net/ipv4/fib_rules.c.
    private static readonly ImmutableArray<string> OtherSelectors =
        ["tos", "dsfield", "dscp", "uid_start", "ipproto", "sport", "dport", "sport_start", "dport_start", "tun_id",
         "l3mdev", "suppress_prefixlen", "suppress_ifgroup", "goto", "flowlabel"];

    public static ImmutableArray<Route> Routes(IEnumerable<JsonElement> printed, IpVersion ip) =>
    [
        .. from one in printed
           let text = one.Text("dst")
           where text is not null && AddressPrefix.TryParse(text, ip, out _)
           select Of(one, text, ip),
    ];

    public static ImmutableArray<PolicyRule> Rules(IEnumerable<JsonElement> printed, IpVersion ip) =>
        [.. printed.Select(one => Rule(one, ip)).OrderBy(rule => rule.Priority)];

    private static Route Of(JsonElement one, string destination, IpVersion ip)
    {
        AddressPrefix.TryParse(destination, ip, out var prefix);
        var hops = one.Each("nexthops").ToList();
        return new(one.Text("table") ?? "main", prefix, Kind(one.Text("type") ?? "unicast"))
        {
            NextHops = [.. (hops.Count == 0 ? [one] : hops).Select(Hop).OfType<NextHop>()],
            PreferredSource = IPAddress.TryParse(one.Text("prefsrc"), out var source) ? source : null,
            Metric = one.Member("metric") is { ValueKind: JsonValueKind.Number } metric
                && metric.TryGetInt64(out var number)
                    ? number
                    : 0,
        };
    }

    private static NextHop? Hop(JsonElement one)
    {
        var via = one.Text("gateway") ?? one.Member("via")?.Text("host");
        return one.Text("dev") is { } device
            ? new(device, IPAddress.TryParse(via, out var gateway) ? gateway : null, one.Number("weight") ?? 1)
            : null;
    }

    private static RouteKind Kind(string word) =>
        Enum.TryParse<RouteKind>(word, ignoreCase: true, out var kind) ? kind : RouteKind.Other;

    private static PolicyRule Rule(JsonElement one, IpVersion ip)
    {
        var table = one.Text("table");
        var action = one.Text("action") ?? (table is null ? "unicast" : null);
        var unknown = OtherSelectors.Where(name => one.IsThere(name))
            .Concat(action is not null and not ("to_tbl" or "blackhole" or "unreachable" or "prohibit") ? [action] : [])
            .FirstOrDefault();
        return new(one.Number("priority") ?? 0, RuleText(one))
        {
            From = Prefix(one, "src", ip),
            To = Prefix(one, "dst", ip),
            In = one.Text("iif"),
            Out = one.Text("oif"),
            Mark = Mark(one.Text("fwmark")),
            MarkMask = Mark(one.Text("fwmask")) ?? uint.MaxValue,
            Negated = one.IsThere("not"),
            Table = table,
            Action = action is null or "to_tbl" ? RouteKind.Unicast : Kind(action),
            Unknown = unknown,
        };
    }

    // «"src": "10.0.0.0", "srclen": 8».
    private static AddressPrefix? Prefix(JsonElement one, string name, IpVersion ip) =>
        one.Text(name) is { } address and not "all"
            && AddressPrefix.TryParse(
                one.Number($"{name}len") is { } length
                    ? string.Create(CultureInfo.InvariantCulture, $"{address}/{length}")
                    : address,
                ip,
                out var prefix)
                ? prefix
                : null;

    private static uint? Mark(string? text) =>
        text is null ? null
        : text.StartsWith("0x", StringComparison.Ordinal)
            ? uint.TryParse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var hex) ? hex : null
        : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string RuleText(JsonElement one)
    {
        var words = new List<string>();
        if (one.IsThere("not"))
            words.Add("not");
        words.Add($"from {Shown("src")}");
        if (one.Text("dst") is not null)
            words.Add($"to {Shown("dst")}");
        if (one.Text("fwmark") is { } mark)
            words.Add($"fwmark {mark}{(one.Text("fwmask") is { } mask ? $"/{mask}" : "")}");
        foreach (var name in (string[])["iif", "oif"])
            if (one.Text(name) is { } device)
                words.Add($"{name} {device}");
        words.AddRange(OtherSelectors.Where(name => one.IsThere(name))
            .Select(name => $"{name} {one.Member(name)}".TrimEnd()));
        if (one.Text("table") is { } table)
            words.Add($"lookup {table}");
        else if (one.Text("action") is { } action)
            words.Add(action);
        return string.Join(' ', words);

        string Shown(string name) => (one.Text(name) ?? "all")
            + (one.Number($"{name}len") is { } length ? string.Create(CultureInfo.InvariantCulture, $"/{length}") : "");
    }
}
