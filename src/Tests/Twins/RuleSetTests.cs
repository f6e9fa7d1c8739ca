using System.Diagnostics;
using Hooktrail.Questions.Reach;
using Hooktrail.Records;
using Hooktrail.Twins;
using Hooktrail.Verification;

namespace Hooktrail.Tests.Twins;

/// <summary>
/// What common programs put on a host, each in a twin of a small host: 14 flows for each version of IP, and every answer
/// of <c>reach</c>, go as predicted, hop by hop and rule by rule.
/// </summary>
[TestFixture]
[Parallelizable(ParallelScope.Children)]
[CancelAfter(600_000)]
internal sealed class RuleSetTests
{
    private const string DockersOwn = "docker-20.10-host.v4";

    private static readonly RuleSetHost Docker = new()
    {
        First = ("br-fe43e5538291", "172.31.77."),
        Second = ("docker0", "172.17.0."),
        Target = 443,
    };

    private static readonly RuleSetHost Node = new()
    {
        First = ("cni0", "10.180.0."),
        Web = 4,
        Own = "192.168.0.2",
        Published = 3003,
    };

    private static readonly RuleSetHost Zones = new() { First = ("docker0", "10.1.2."), Web = 3, Refused = "192.0.2.66" };

    private static readonly ImmutableArray<(RuleSetHost Host, string[] Files)> Sets =
    [
        (Docker, [DockersOwn]),
        (Docker, [DockersOwn, "crowdsec-ipset.v4"]),
        (new(), ["crowdsec.nft"]),
        (new() { First = ("docker_gwbridge", "172.18.0.") }, ["docker-swarm.v4"]),
        (new() { Refused = "203.0.113.7" }, ["fail2ban-ipset.v4"]),
        (new(), ["fail2ban-iptables.v4"]),
        (new(), ["fail2ban.nft"]),
        (Zones, ["firewalld-iptables.v4"]),
        (Zones, ["firewalld.nft"]),
        (Docker, [DockersOwn, "idioms.nft"]),
        (Docker, [DockersOwn, "idioms.v4"]),
        (Node, ["kube-proxy-iptables.v4"]),
        (Node with { Published = 3002 }, ["kube-proxy.nft"]),
        (new() { First = ("virbr0", "192.168.122.") }, ["libvirt.v4"]),
        (
            new() { First = ("podman0", "10.88.0."), Published = 8443, Target = 443, Own = "203.0.113.1" },
            ["podman-netavark14.v4"]),
        (new() { Tunnel = ("tailscale0", "100.101.102.103", "100.64.0.0/10") }, ["tailscale.v4"]),
        (Docker with { First = Docker.Second, Second = Docker.First }, [DockersOwn, "ufw-docker.v4"]),
        (new(), ["ufw.v4", "ufw.v6"]),
    ];

    private static IEnumerable<TestCaseData> Cases => Sets.Select(
        one => new TestCaseData(one.Host, one.Files).SetArgDisplayNames(string.Join(" and ", one.Files)));

    [Test]
    public void Each_rule_set_is_asked() => Assert.That(
        Sets.SelectMany(one => one.Files).Distinct(), Is.EquivalentTo(RuleSetFiles.Names));

    [TestCaseSource(nameof(Cases))]
    public async Task Every_packet_goes_as_predicted(RuleSetHost host, string[] files, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var plan = new TwinPlan(host.Topology)
        {
            Settings =
            [
                ("net/ipv4/ip_forward", "1"), ("net/ipv6/conf/all/forwarding", "1"),
                ("net/ipv4/conf/all/send_redirects", "0"), ("net/bridge/bridge-nf-call-iptables", "1"),
                ("net/bridge/bridge-nf-call-ip6tables", "1"),
            ],
            Rules = [.. files.SelectMany(Rules)],
        };
        await using var twin = await LiveTwin.StartAsync(plan, cancellation);
        var up = clock.Elapsed;
        ImmutableArray<Flow> flows = [.. host.Flows(IpVersion.V4), .. host.Flows(IpVersion.V6)];
        var asked = Reach(twin);

        var (legs, differences, rules) = (new List<LegRecord>(), new List<string>(), 0);
        foreach (var flow in flows.Concat(asked).Distinct())
        {
            var seen = await TwinObservation.OfAsync(twin, twin.Profile, flow, cancellation);
            legs.AddRange(seen.Legs);
            rules += seen.AgreedRules;
            differences.AddRange(Judged.Differences(flow, seen));
        }

        var counts = legs.CountBy(leg => leg.Verdict ?? LegVerdict.Skipped).ToDictionary();
        TestContext.Out.WriteLine(
            $"up in {up.TotalSeconds:0.0} s, {clock.Elapsed.TotalSeconds:0.0} s in all; {flows.Length} flows, {asked.Count} answers of reach; {legs.Count} legs: {string.Join(", ", counts.Select(one => $"{one.Key} {one.Value}"))}; {rules} rules agreed");
        foreach (var (why, count) in legs.Where(leg => leg.Verdict != LegVerdict.Agreed).CountBy(leg => leg.Reason ?? ""))
            TestContext.Out.WriteLine($"  {count} {why}");
        Assert.That(differences, Is.Empty, () => string.Join("\n", differences));
        Assert.That(legs.Where(leg => leg.Verdict == LegVerdict.NotPredicted), Is.Empty);
        // By chance (-m statistic), a SYN that was sent again goes another way.
        Assert.That(
            legs.Where(leg => leg.Verdict == LegVerdict.Inconclusive
                && !leg.Reason!.Contains("took a different path than request", StringComparison.Ordinal)),
            Is.Empty);
        Assert.That(flows, Has.Length.EqualTo(28));
        Assert.That(counts.GetValueOrDefault(LegVerdict.Agreed), Is.GreaterThan(legs.Count * 3 / 4));
        Assert.That(rules, Is.Positive);
    }

    /// <summary>What the cells of the table ask.</summary>
    private static List<Flow> Reach(Twin twin) =>
    [
        .. ReachTable.Of(twin.Profile, new([], EachContainer: true)).Cells
            .Where(cell => cell.Found.Ending is not null)
            .Select(cell => cell.Question?.Flow)
            .OfType<Flow>(),
    ];

    private static IEnumerable<LoadedRules> Rules(string file) => file switch
    {
        ['i', 'd', 'i', 'o', 'm', 's', ..] => [RuleSetFiles.Idioms(file)],
        // Other programs of a node have tables of iptables, and its own chains of NAT share their place.
        "kube-proxy.nft" =>
        [
            new(
                "iptables-nft-restore --noflush",
                "*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\nCOMMIT\n"),
            .. RuleSetFiles.Of(file),
        ],
        "crowdsec-ipset.v4" => RuleSetFiles.Of(
            file, "crowdsec-blacklists", "crowdsec-blacklists-0", "crowdsec-blacklists-1"),
        _ => RuleSetFiles.Of(file),
    };
}
