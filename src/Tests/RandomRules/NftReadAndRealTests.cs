using System.Text.Json;
using Hooktrail.Namespaces;
using Hooktrail.Tests.Flows;

namespace Hooktrail.Tests.RandomRules;

/// <summary>
/// Random rules of nft, with real packets: what was read of a rule matches the packets that its counter has counted.
/// </summary>
/// <remarks>
/// A rule counts, or a map of verdicts in it calls a separate chain that counts. The reader makes several rules of such
/// a map.
/// </remarks>
[TestFixture]
[CancelAfter(900_000)]
internal sealed class NftReadAndRealTests
{
    private const string Table = "chance";

    private static readonly ImmutableArray<(string Family, string Hook, int Priority)> Places =
    [
        .. from family in new[] { "ip", "ip6", "inet" }
           from place in new[]
           {
               ("prerouting", -290), ("prerouting", -140), ("input", -140), ("forward", -140), ("output", -140),
               ("postrouting", -140),
           }
           select (family, place.Item1, place.Item2),
        .. from place in new[]
           {
               ("prerouting", -290), ("input", -190), ("forward", -190), ("output", -190), ("postrouting", 310),
           }
           select ("bridge", place.Item1, place.Item2),
    ];

    [Test]
    public async Task Each_rule_counts_the_packets_that_it_matches()
    {
        await using var lab = await Live.StartAsync(NamespaceSetup.Default);
        var random = new Random(LabFlows.Seed);
        var written = Places.ToImmutableDictionary(
            place => place, place => Conditions(place, random, LabFlows.Rules / Places.Length));
        await lab.Host.RunAsync("load random rules", Script(written));
        var profile = await lab.ReadAsync();
        await RealCounts.AreAsReadAsync(
            lab, profile,
            point => point.Layer == Layer.Nftables && point.Table.EndsWith(Table, StringComparison.Ordinal)
                ? new(Layer.Nftables, point.Table, "r-" + point.Chain)
                : default,
            expected =>
                from one in written
                from count in OfConditions(profile, one.Key, one.Value, expected).Index()
                select new ReadRule<((string Family, string Hook, int Priority) Place, int At)>(
                    (one.Key, count.Index), one.Value[count.Index], count.Item.Yes, count.Item.Maybe),
            () => CountsAsync(lab));
    }

    private static string NameOf((string Family, string Hook, int Priority) place) =>
        $"{place.Hook}-{Math.Abs(place.Priority)}";

    private static ImmutableArray<string> Conditions(
        (string Family, string Hook, int Priority) place, Random random, int count)
    {
        var rules = new RandomNftRule(random, place.Family, place.Hook, place.Family == "ip");
        return [.. Enumerable.Range(0, count).Select(_ => rules.Next())];
    }

    /// <summary>What the rules that the reader made of each condition match together.</summary>
    private static ImmutableArray<(int Yes, int Maybe)> OfConditions(
        HostProfile profile, (string Family, string Hook, int Priority) place, ImmutableArray<string> conditions,
        IReadOnlyDictionary<(ChainId Chain, int At), (int Yes, int Maybe)> expected)
    {
        var id = new ChainId(Layer.Nftables, $"{place.Family} {Table}", "r-" + NameOf(place));
        var rules = profile.Rules.Find(id)!.Rules;
        var counts = ImmutableArray.CreateBuilder<(int Yes, int Maybe)>();
        for (var (at, condition) = (0, 0); condition < conditions.Length; condition++)
        {
            var (yes, maybe, isMap) = (0, 0, conditions[condition].Contains("{0}", StringComparison.Ordinal));
            var from = at;
            do
            {
                var (sure, perhaps) = expected.GetValueOrDefault((id, at));
                (yes, maybe) = (yes + sure, maybe + perhaps);
                at++;
            }
            while (isMap && at < rules.Length && rules[at].Target is JumpTarget next
                && rules[from].Target is JumpTarget first && next.Chain == first.Chain);
            counts.Add((yes, maybe));
        }

        return counts.ToImmutable();
    }

    /// <summary>
    /// Each chain is called by what is no neighbour discovery or group membership: of these the lab has no flows.
    /// </summary>
    private static string Script(
        ImmutableDictionary<(string Family, string Hook, int Priority), ImmutableArray<string>> rules)
    {
        var script = new System.Text.StringBuilder();
        script.Append("iptables-nft -t raw -A PREROUTING -j MARK --set-mark 5 && iptables-nft -t raw -A OUTPUT -j MARK --set-mark 5 || exit\n");
        script.Append("ip6tables-nft -t raw -A PREROUTING -j MARK --set-mark 5 && ip6tables-nft -t raw -A OUTPUT -j MARK --set-mark 5 || exit\n");
        script.Append("nft -f - <<'END' || exit\n");
        foreach (var family in rules.Keys.GroupBy(place => place.Family))
        {
            script.Append(CultureInfo.InvariantCulture, $"table {family.Key} {Table} {{\n");
            if (family.Key == "ip")
                script.Append(Named());
            foreach (var place in family)
            {
                var name = NameOf(place);
                var own = new List<string>();
                for (var at = 0; at < rules[place].Length; at++)
                    if (rules[place][at].Contains("{0}", StringComparison.Ordinal))
                    {
                        script.Append(CultureInfo.InvariantCulture, $"chain v-{name}-{at} {{ counter; }}\n");
                        own.Add(rules[place][at].Replace("{0}", $"v-{name}-{at}", StringComparison.Ordinal));
                    }
                    else
                    {
                        own.Add(rules[place][at] + " counter");
                    }

                script.Append(CultureInfo.InvariantCulture, $"chain r-{name} {{\n{string.Join('\n', own)}\n}}\n");
                script.Append(CultureInfo.InvariantCulture, $"chain {name} {{ type filter hook {place.Hook} priority {place.Priority};\n");
                script.Append(CultureInfo.InvariantCulture, $"meta l4proto {{ tcp, udp, icmp }} jump r-{name}\n");
                if (place.Family != "ip")
                    script.Append(CultureInfo.InvariantCulture, $"icmpv6 type {{ echo-request, echo-reply, destination-unreachable }} jump r-{name}\n");
                script.Append("}\n");
            }

            script.Append("}\n");
        }

        return script.Append("END\n").ToString();
    }

    private static string Named()
    {
        string Of(string name) => NamespaceRuleNames.Instance.Address(name, IpVersion.V4);
        return $$"""
            set addresses { type ipv4_addr; elements = { {{Of("client")}}, {{Of("wan")}} }; }
            set intervals { type ipv4_addr; flags interval; elements = { {{Of("away")}}, {{Of("server")}}, 203.0.113.0/24 }; }

            """;
    }

    private static async Task<IReadOnlyDictionary<((string Family, string Hook, int Priority) Place, int At), long>>
        CountsAsync(NamespaceLab lab)
    {
        var counts = new Dictionary<((string, string, int), int), long>();
        var places = Places.ToDictionary(place => (place.Family, "r-" + NameOf(place)));
        var maps = new Dictionary<(string, string), long>();
        var said = await lab.Host.RunAsync("count", "nft -j list ruleset");
        using var document = JsonDocument.Parse(string.Concat(said));
        var at = new Dictionary<(string, string, int), int>();
        var jumps = new List<((string, string, int) Place, int At, string Family, string Chain)>();
        foreach (var one in document.RootElement.GetProperty("nftables").EnumerateArray())
            if (one.TryGetProperty("rule", out var rule) && rule.GetProperty("table").GetString() == Table)
            {
                var (family, chain) = (rule.GetProperty("family").GetString()!, rule.GetProperty("chain").GetString()!);
                var count = rule.GetProperty("expr").EnumerateArray()
                    .Where(part => part.TryGetProperty("counter", out _))
                    .Select(part => part.GetProperty("counter").GetProperty("packets").GetInt64())
                    .Cast<long?>().LastOrDefault();
                if (chain.StartsWith("v-", StringComparison.Ordinal))
                {
                    maps[(family, chain)] = count ?? 0;
                }
                else if (places.TryGetValue((family, chain), out var place))
                {
                    var number = at[place] = at.GetValueOrDefault(place, -1) + 1;
                    if (count is { } packets)
                        counts[(place, number)] = packets;
                    else
                        jumps.Add((place, number, family, $"v-{NameOf(place)}-{number}"));
                }
            }

        foreach (var (place, number, family, chain) in jumps)
            counts[(place, number)] = maps[(family, chain)];
        return counts;
    }
}
