using Hooktrail.Namespaces;
using Hooktrail.Tests.Flows;

namespace Hooktrail.Tests.RandomRules;

/// <summary>
/// Random rules, with real packets: what was read of a rule matches the packets that the kernel's own counter of the
/// rule has counted. SPECS_RULES says how many rules, and SPECS_RULES_SEED which.
/// </summary>
[TestFixture]
[CancelAfter(600_000)]
internal sealed class ReadAndRealTests
{
    private const string Called = "HT-";

    private static readonly ImmutableArray<(Layer Layer, string Table, string Hook)> Places =
    [
        .. from layer in new[] { Layer.Iptables, Layer.Ip6tables }
           from place in new[]
           {
               ("raw", "PREROUTING"), ("raw", "OUTPUT"), ("mangle", "PREROUTING"), ("mangle", "INPUT"),
               ("mangle", "FORWARD"), ("mangle", "OUTPUT"), ("mangle", "POSTROUTING"), ("filter", "FORWARD"),
           }
           select (layer, place.Item1, place.Item2),
        .. from place in new[]
           {
               ("nat", "PREROUTING"), ("filter", "INPUT"), ("filter", "FORWARD"), ("filter", "OUTPUT"),
               ("nat", "POSTROUTING"),
           }
           select (Layer.Ebtables, place.Item1, place.Item2),
    ];

    private const string Sets =
        """
        create addresses hash:ip family inet
        add addresses {client}
        add addresses {wan}
        create networks hash:net family inet
        add networks {lab}
        add networks {server} nomatch
        add networks 203.0.113.0/24
        create networks6 hash:net family inet6
        add networks6 {lab6}
        add networks6 {client6} nomatch
        create tuples hash:ip,port family inet
        add tuples {server},udp:80
        add tuples {client},icmp:echo-request
        add tuples {client},udp:8080
        create placed hash:net,iface family inet
        add placed {lab},lab
        add placed 0.0.0.0/0,wan.nic
        create numbers bitmap:port range 0-9000
        add numbers 80
        add numbers 7779
        create both list:set
        add both addresses
        add both numbers
        """;

    [Test]
    public async Task Each_rule_counts_the_packets_that_it_matches()
    {
        await using var lab = await Live.StartAsync(NamespaceSetup.Default);
        var hasSets = await HasSetsAsync(lab);
        var random = new Random(LabFlows.Seed);
        var written = Places.ToImmutableDictionary(
            place => place, place => Conditions(place, random, hasSets, LabFlows.Rules / Places.Length));
        await lab.Host.RunAsync("load random rules", Script(written));
        var profile = await lab.ReadAsync();
        foreach (var place in Places)
            Assert.That(
                profile.Rules.Find(ChainOf(place))!.Rules, Has.Length.EqualTo(written[place].Length),
                $"a rule of {ChainOf(place)} is one rule");
        await RealCounts.AreAsReadAsync(
            lab, profile, point => new(point.Layer, point.Table, Called + point.Chain),
            expected =>
                from place in Places
                let chain = ChainOf(place)
                from rule in profile.Rules.Find(chain)!.Rules.Index()
                let count = expected.GetValueOrDefault((chain, rule.Index))
                select new ReadRule<(ChainId, int)>(
                    (chain, rule.Index), $"{rule.Item}: {written[place][rule.Index]}", count.Yes, count.Maybe),
            () => CountsAsync(lab));
    }

    private static ChainId ChainOf((Layer Layer, string Table, string Hook) place) =>
        new(place.Layer, place.Table, Called + place.Hook);

    private static ImmutableArray<string> Conditions(
        (Layer Layer, string Table, string Hook) place, Random random, bool hasSets, int count)
    {
        var version = place.Layer == Layer.Ip6tables ? IpVersion.V6 : IpVersion.V4;
        var xtables = new RandomIptablesRule(random, version, place.Table, place.Hook, hasSets);
        var frames = new RandomEbtablesRule(random);
        return
        [
            .. Enumerable.Range(0, count)
                .Select(_ => place.Layer == Layer.Ebtables ? frames.Next() : xtables.Next()),
        ];
    }

    /// <summary>
    /// Each chain is called first, by what is no neighbour discovery or group membership: of these the lab has no
    /// flows.
    /// </summary>
    private static string Script(
        ImmutableDictionary<(Layer Layer, string Table, string Hook), ImmutableArray<string>> rules)
    {
        var script = new System.Text.StringBuilder();
        foreach (var layer in rules.GroupBy(one => one.Key.Layer))
        {
            var program = $"{layer.Key.Name()}-nft-restore";
            script.Append(CultureInfo.InvariantCulture, $"{program} --noflush <<'END' || exit\n");
            foreach (var table in layer.GroupBy(one => one.Key.Table))
            {
                script.Append(CultureInfo.InvariantCulture, $"*{table.Key}\n");
                foreach (var (place, _) in table)
                    script.Append(CultureInfo.InvariantCulture, $":{Called}{place.Hook} {(layer.Key == Layer.Ebtables ? "RETURN" : "- [0:0]")}\n");
                foreach (var (place, conditions) in table)
                {
                    foreach (var condition in conditions)
                        script.Append(CultureInfo.InvariantCulture, $"-A {Called}{place.Hook} {condition}\n");
                    foreach (var asked in Asked(layer.Key))
                        script.Append(CultureInfo.InvariantCulture, $"-I {place.Hook} {asked} -j {Called}{place.Hook}\n");
                }

                if (table.Key == "raw")
                    foreach (var hook in new[] { "PREROUTING", "OUTPUT" })
                        script.Append(CultureInfo.InvariantCulture, $"-A {hook} -j MARK --set-xmark 0x5/0xffffffff\n");
                script.Append("COMMIT\n");
            }

            script.Append("END\n");
        }

        return script.ToString();
    }

    private static string[] Asked(Layer layer) => layer switch
    {
        Layer.Iptables => ["-p tcp", "-p udp", "-p icmp"],
        Layer.Ip6tables =>
        [
            "-p tcp", "-p udp", "-p icmpv6 --icmpv6-type 128", "-p icmpv6 --icmpv6-type 129",
            "-p icmpv6 --icmpv6-type 1",
        ],
        _ =>
        [
            "-p IPv4 --ip-proto tcp", "-p IPv4 --ip-proto udp", "-p IPv4 --ip-proto icmp", "-p 802_1Q",
            "-p IPv6 --ip6-proto tcp", "-p IPv6 --ip6-proto udp",
            "-p IPv6 --ip6-proto ipv6-icmp --ip6-icmp-type 128/0", "-p IPv6 --ip6-proto ipv6-icmp --ip6-icmp-type 129/0",
            "-p IPv6 --ip6-proto ipv6-icmp --ip6-icmp-type 1/4",
        ],
    };

    private static async Task<bool> HasSetsAsync(NamespaceLab lab)
    {
        string Address(string name) => NamespaceRuleNames.Instance.Address(
            name.TrimEnd('6'), name.EndsWith('6') ? IpVersion.V6 : IpVersion.V4);
        var sets = new[] { "client6", "lab6", "client", "server", "lab", "wan" }.Aggregate(
            Sets, (text, name) => text.Replace($"{{{name}}}", Address(name), StringComparison.Ordinal));
        var said = await lab.Host.RunAsync(
            "make sets", $"type -P ipset >/dev/null || {{ echo no; exit 0; }}\nipset restore <<'END'\n{sets}\nEND");
        return said is not ["no"];
    }

    private static async Task<IReadOnlyDictionary<(ChainId, int), long>> CountsAsync(NamespaceLab lab)
    {
        Layer[] layers = [Layer.Iptables, Layer.Ip6tables, Layer.Ebtables];
        var said = await lab.Host.RunAsync(
            "count", string.Join("\necho ===\n", layers.Select(layer => $"{layer.Name()}-nft-save -c")));
        return layers.Zip(string.Join('\n', said).Split("===\n"), RuleCounts.Read)
            .SelectMany(one => one)
            .SelectMany(one => one.Value.Index().Select(rule => (Key: (one.Key, rule.Index), Count: rule.Item)))
            .ToImmutableDictionary(one => one.Key, one => one.Count);
    }
}
