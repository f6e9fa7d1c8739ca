using System.Text;
using Hooktrail.Docker.Lab;
using Hooktrail.Judging;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Observation;
using static Hooktrail.Trails.Endpoint;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Hooktrail.Tests.Docker;

/// <summary>Needs a real Engine and the lab's image.</summary>
[Category("live")]
public class DockerLabTests : LiveEngineTestBase
{
    private static readonly ImmutableArray<(Endpoint From, Endpoint To)> Journeys =
    [
        (Client, Server), (Client, Host), (Host, Client), (Client, Wan), (Wan, Client), (Wan, Host), (Client, Stranger),
        (Stranger, Client), (Left, Right), (Insider, Host), (Insider, Client), (Client, Insider), (Host, Wan),
        (Host, Insider), (Host, Host),
    ];

    private DockerLab _lab = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        var watch = Stopwatch.StartNew();
        _lab = await DockerLab.StartAsync(Engine, Image);
        TestContext.Progress.WriteLine($"The lab is up in {watch.ElapsedMilliseconds} ms.");
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_lab is not null)
            await _lab.DisposeAsync();
    }

    [Test]
    public async Task Every_leg_goes_as_predicted_and_both_observers_see_it(
        [Values] IpVersion ip, [Values] bool bridgeCallsIptables)
    {
        await using var v4 = await _lab.ChangeAsync(
            new HostChange.Turn(Switch.Parse("bridge-nf-call-iptables"), bridgeCallsIptables));
        await using var v6 = await _lab.ChangeAsync(
            new HostChange.Turn(Switch.Parse("bridge-nf-call-ip6tables"), bridgeCallsIptables));
        var report = new StringBuilder();
        var (legs, watch) = (0, Stopwatch.StartNew());
        foreach (var flow in Flows(ip))
            try
            {
                legs += Compare(
                    flow,
                    await _lab.SendAsync(flow, Sending.Once with { Patience = TimeSpan.FromMilliseconds(100) }),
                    report);
            }
            catch (CannotSendException cannot) when (flow.From == Insider || flow.To == Insider)
            {
                TestContext.Out.WriteLine(cannot.Message);
            }

        TestContext.Progress.WriteLine(
            $"{legs} legs in {watch.ElapsedMilliseconds} ms: {legs / watch.Elapsed.TotalMinutes:0} a minute.");

        Assert.That(report.ToString(), Is.Empty);
        Assert.That(legs, Is.GreaterThan(60));
    }

    [Test]
    public async Task The_log_as_the_only_observer_is_checked_against_the_counters()
    {
        var flow = new Flow(Client, Server, Protocol.Udp);
        foreach (var observers in (Observers[])
            [Observers.Both, Observers.Nflog, Observers.Log, Observers.Both, Observers.Log])
            Assert.That(
                (await _lab.SendAsync(flow, Sending.Once with { Observers = observers })).Finding,
                Is.TypeOf<Finding.Observed>(),
                observers.ToString());
    }

    [Test]
    public async Task The_trace_tells_the_rules_as_predicted_beside_packets_of_others_and_is_read_only_on_demand()
    {
        var report = new StringBuilder();
        var rules = 0;
        await using (await _lab.DisturbAsync(Server))
            foreach (var ip in Enum.GetValues<IpVersion>())
                foreach (var flow in (Flow[])
                    [
                        new(Client, Server, Protocol.Icmp), new(Client, Wan, Protocol.Udp),
                        new(Client, Stranger, Protocol.Udp), new(Client, Host, Protocol.Tcp), new(Wan, Host, Protocol.Tcp) { Port = 8080 },
                    ])
                    rules += Compare(
                        flow with { Ip = ip },
                        await _lab.SendAsync(flow with { Ip = ip }, Sending.Once with { Observers = Observers.All }),
                        report);
        Assert.That(report.ToString(), Is.Empty);
        Assert.That(rules, Is.GreaterThan(40));
        Assert.That((await _lab.SnapshotAsync()).Lines, Has.Some.Contain($"hooktrail-{_lab.Run}-trace"));

        await _lab.SendAsync(new(Client, Server, Protocol.Icmp), Sending.Once);

        Assert.That((await _lab.SnapshotAsync()).Lines, Has.None.Contain($"hooktrail-{_lab.Run}-trace"));

        static int Compare(Flow flow, Seen seen, StringBuilder report)
        {
            DockerLabTests.Compare(flow, seen, report);
            if (seen.Finding is not Finding.Observed(var legs))
                return 0;
            foreach (var leg in legs)
                if (seen.RulesOf(leg.Leg) is not { } met)
                    report.Append(CultureInfo.InvariantCulture, $"{flow}, {leg.Leg}: no rules\n");
                else if (RuleJudgement.Between(seen.Profile, flow, leg.Leg, leg.Trail, met, seen.Shows) is { } parting)
                    report.Append(CultureInfo.InvariantCulture, $"{flow}, {parting}\n");
            return legs.Sum(leg => seen.RulesOf(leg.Leg)?.Length ?? 0);
        }
    }

    [Test]
    public async Task A_rule_and_a_table_that_name_the_lab_come_and_go()
    {
        var flow = new Flow(Client, Server, Protocol.Udp);
        var before = _lab.Profile;
        HostChange[] changes =
        [
            new HostChange.Rule("iptables -t mangle -A FORWARD -s client -p udp -j DROP"),
            new HostChange.Rule("ebtables -t filter -A FORWARD -p IPv4 --ip-src client --ip-proto udp -j DROP"),
            new HostChange.NftTable(
                "table bridge mine { chain c { type filter hook forward priority -250; ip saddr client meta l4proto udp drop; }; }"),
        ];
        foreach (var change in changes)
        {
            var report = new StringBuilder();
            await using (await _lab.ChangeAsync(change))
                Compare(
                    flow,
                    await _lab.SendAsync(flow, Sending.Once with { Patience = TimeSpan.FromMilliseconds(100) }),
                    report);
            Assert.That(report.ToString(), Is.Empty, change.ToString());
            Assert.That(
                (await _lab.ReadAsync()).Rules.Chains.Length,
                Is.EqualTo(before.Rules.Chains.Length),
                change.ToString());
        }
    }

    [TestCase(IpVersion.V4)]
    [TestCase(IpVersion.V6)]
    public async Task A_closed_port_a_broadcast_and_a_question_by_ARP_go_as_predicted(IpVersion ip)
    {
        Flow[] flows =
        [
            new(Client, Server, Protocol.Udp) { Ip = ip, Port = 81 },
            new(Client, Wan, Protocol.Udp) { Ip = ip, Ttl = 1 },
            .. ip == IpVersion.V4
                ? [
                    new Flow(Client, Everyone, Protocol.Udp) { Port = 67 },
                    new(Client, Host, Protocol.Arp),
                    new(Host, Client, Protocol.Arp)
                ]
                : Array.Empty<Flow>(),
        ];
        var report = new StringBuilder();
        foreach (var flow in flows)
            Compare(flow, await _lab.SendAsync(flow, Sending.Once), report);
        Assert.That(report.ToString(), Is.Empty);
    }

    [TestCase("iptables -A FORWARD -p udp -j DROP")]
    [TestCase("iptables -A FORWARD ! -s client -j DROP")]
    [TestCase("iptables -A FORWARD -s 0.0.0.0/0 -j DROP")]
    [TestCase("iptables -t nat -A PREROUTING -j DNAT --to-destination client")]
    public void A_rule_that_could_meet_others_packets_is_refused(string rule) =>
        Assert.That(
            () => _lab.ChangeAsync(new HostChange.Rule(rule)),
            Throws.TypeOf<CannotChangeException>().With.Message.Contains("packets from outside the lab"));

    [Test]
    public void What_is_the_whole_hosts_is_refused() => Assert.That(
        () => _lab.ChangeAsync(new HostChange.Turn(Switch.Parse("ip_forward"), !_lab.Profile.IpForward)),
        Throws.TypeOf<CannotChangeException>()
            .With.Message.Contains("the whole host")
            .And.Message.Contains("--lab namespaces"));

    private static IEnumerable<Flow> Flows(IpVersion ip) =>
    [
        .. from journey in Journeys
           from protocol in (Protocol[])[Protocol.Icmp, Protocol.Udp, Protocol.Tcp]
           select new Flow(journey.From, journey.To, protocol) { Ip = ip },
        .. from protocol in (Protocol[])[Protocol.Udp, Protocol.Tcp]
           where ip == IpVersion.V4
           select new Flow(Wan, Host, protocol) { Port = 8080 },
        // By the userland proxy, whose UDP answers come from the address that the route back prefers. Its TCP is two
        // connections at once, of which two processors may write into one line of ebt_log, which makes the observation
        // inconclusive.
        .. ip == IpVersion.V4 ? [new Flow(Client, Host, Protocol.Udp) { Port = 8081 }] : Array.Empty<Flow>(),
    ];

    /// <summary>Returns how many legs the flow had.</summary>
    internal static int Compare(Flow flow, Seen seen, StringBuilder report) =>
        Compare(flow, seen, Prediction.Legs(seen.Profile, flow), report);

    internal static int Compare(
        Flow flow, Seen seen, IEnumerable<PredictedLeg> prediction, StringBuilder report)
    {
        switch (seen.Finding)
        {
            case Finding.Inconclusive(var reason):
                report.AppendLine($"{flow}: inconclusive: {reason}");
                return 0;
            case Finding.Contradictory(var reason, _, _):
                report.AppendLine($"{flow}: contradictory: {reason}");
                return 0;
        }

        var observed = ((Finding.Observed)seen.Finding).Legs.ToDictionary(leg => leg.Leg);
        var predicted = prediction.ToDictionary(leg => leg.Leg);
        foreach (var leg in observed.Keys.Union(predicted.Keys))
        {
            var (kernel, said) = (observed.GetValueOrDefault(leg)?.Trail, predicted.GetValueOrDefault(leg)?.Trail);
            if (kernel is null
                || said is null
                || !kernel.Hops.SequenceEqual(said.Hops)
                || !kernel.Outcome.LooksLike(said.Outcome))
                report.AppendLine($"{flow}, {leg}:\n  predicted {Shown(said)}\n  observed  {Shown(kernel)}");
        }

        return observed.Count;
    }

    private static string Shown(Trail? trail) => trail is null
        ? "nothing"
        : string.Join(" | ", trail.Hops.Select(
            hop => $"{hop.Point} {hop.In}→{hop.Out} ({hop.PhysIn},{hop.PhysOut}) {hop.Source}→{hop.Destination}"))
            + $": {trail.Outcome}";
}
