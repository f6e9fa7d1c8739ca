using System.Diagnostics;
using Hooktrail.Judging;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Namespaces;
using Hooktrail.Observation;
using Hooktrail.Records;

namespace Hooktrail.Tests.Flows;

/// <summary>
/// The kernel's trace in the lab of namespaces: which rules a packet meets, against those that are predicted.
/// </summary>
[TestFixture]
public class TraceTests
{
    private static readonly Flow Ping = new(Endpoint.Client, Endpoint.Server, Protocol.Icmp);
    private static readonly Flow Out = new(Endpoint.Client, Endpoint.Wan, Protocol.Udp);
    private static readonly Flow Published = new(Endpoint.Wan, Endpoint.Host, Protocol.Tcp) { Port = 8080 };

    private static readonly Sending Traced =
        Sending.Once with { Observers = Observers.Trace, Patience = TimeSpan.FromMilliseconds(60) };

    [Test]
    public async Task The_rules_of_every_release_are_as_predicted(
        [Values] DockerRelease release, [Values] Backend backend)
    {
        await using var lab = await Live.StartAsync(
            NamespaceSetup.Default with { Docker = release, Iptables = backend });

        var rules = 0;
        foreach (var ip in Enum.GetValues<IpVersion>())
            foreach (var flow in new[]
            {
                Ping, Out, Published, new(Endpoint.Client, Endpoint.Host, Protocol.Tcp),
                new(Endpoint.Host, Endpoint.Client, Protocol.Icmp),
                new(Endpoint.Client, Endpoint.Stranger, Protocol.Udp),
            })
                rules += (await AgreeAsync(lab, flow with { Ip = ip })).Sum(leg => leg.Rules.Length);
        TestContext.Out.WriteLine($"{rules} rules");
        Assert.That(rules, Is.GreaterThan(40));
    }

    [TestCase("iptables -t raw -I PREROUTING -s client -j NOTRACK", 1)]
    [TestCase("iptables -t filter -I FORWARD 1 -s client -d wan -j DROP", 1)]
    [TestCase("iptables -t filter -I FORWARD 2 -i lab -o wan.nic -j REJECT", 2)]
    [TestCase("iptables -t mangle -A FORWARD -s client -j MARK --set-mark 7", 1)]
    [TestCase("iptables -t mangle -A PREROUTING -s client -j TTL --ttl-set 9", 1)]
    public async Task A_rule_of_a_user_is_told_with_its_number(string rule, int number)
    {
        foreach (var backend in Enum.GetValues<Backend>())
        {
            await using var lab = await Live.StartAsync(
                NamespaceSetup.Default with { Docker = DockerRelease.V28, Iptables = backend });
            await using var change = await lab.ChangeAsync(new HostChange.Rule(rule));

            var request = (await AgreeAsync(lab, Out))[0];

            var chain = rule.Split(' ')[4];
            Assert.That(
                request.Rules.Where(one => one.Table == rule.Split(' ')[2] && one.Chain == chain)
                    .Select(one => one.Number),
                Does.Contain(number), $"{backend}: {rule}");
        }
    }

    [Test]
    public async Task Rules_that_the_host_does_not_have_are_a_divergence_although_every_hop_agrees()
    {
        await using var lab = await Live.StartAsync(NamespaceSetup.Default with { Docker = DockerRelease.V28 });
        var seen = await lab.SendAsync(Out, Traced);
        await using var behind = await lab.ChangeAsync(
            new HostChange.Rule("iptables -t mangle -A FORWARD -s client -j MARK --set-mark 7"));

        var request = Judged(Out, seen with { Profile = lab.Profile })[0];

        Assert.Multiple(() =>
        {
            Assert.That(request.Predicted!.Hops, Is.EqualTo(request.Observed!.Hops));
            Assert.That(request.Verdict, Is.EqualTo(LegVerdict.Disagreed));
            Assert.That(
                request.Reason,
                Does.StartWith("At hop ").And.Contain("iptables mangle FORWARD rule 1: -A FORWARD -s client -j MARK").And.Contain("is predicted; at hop"));
        });
    }

    [Test]
    public async Task The_trace_proves_the_crossing_of_chains_with_one_priority_that_came_together()
    {
        await using var lab = await Live.StartAsync(NamespaceSetup.Default with { Docker = DockerRelease.V20 });
        await using var both = await lab.ChangeAsync(new HostChange.NftTable(
            "table ip both { chain a { type filter hook prerouting priority -7; }; chain b { type filter hook prerouting priority -7; ip saddr client drop; }; }"));

        var request = (await AgreeAsync(lab, Out))[0];

        Assert.That(request.Observed!.Hops[^1].Point.ToString(), Is.EqualTo("nftables ip both b"));
        Assert.That(request.Rules[^1].ToString(), Does.StartWith("nftables ip both b by rule 1"));
    }

    [Test]
    public void A_kernel_that_is_too_old_is_refused_in_one_sentence()
    {
        Assert.That(
            () => ObserverChoice.CheckTrace(KernelVersion.Parse("5.9")),
            Throws.TypeOf<CannotSendException>().With.Message.EqualTo(
                "The kernel's trace is read from Linux 5.10 on, and this host has 5.9; use --observer nflog."));
        Assert.That(() => ObserverChoice.CheckTrace(KernelVersion.Parse("5.10.1")), Throws.Nothing);
    }

    [Test]
    public async Task It_is_switched_off_again_and_a_flow_without_it_has_no_rules()
    {
        await using var lab = await Live.StartAsync(NamespaceSetup.Default with { Docker = DockerRelease.V20 });
        await AgreeAsync(lab, Ping);

        var seen = await lab.SendAsync(Ping, Sending.Once);

        Assert.That(seen.Rules, Is.Null);
        Assert.That(
            await lab.Host.RunAsync("list the tables", "nft list tables", default),
            Has.None.Contains("-trace"));
        await AgreeAsync(lab, Ping);
    }

    [Test]
    public async Task Fragments_arp_and_broadcasts_are_traced()
    {
        await using var lab = await Live.StartAsync(NamespaceSetup.Default with { Docker = DockerRelease.V28 });
        foreach (var flow in new Flow[]
        {
            Ping with { Fragments = 3 }, Out with { Fragments = 2, Ip = IpVersion.V6 },
            new(Endpoint.Client, Endpoint.Server, Protocol.Arp), new(Endpoint.Client, Endpoint.Host, Protocol.Arp),
            new(Endpoint.Client, Endpoint.Everyone, Protocol.Udp) { Port = Flow.MutePort },
            Ping with { Encapsulation = Encapsulation.Vlan, Protocol = Protocol.Udp },
        })
            await AgreeAsync(lab, flow);
    }

    [Test]
    public async Task Where_the_trace_is_lost_nothing_is_concluded()
    {
        await using var lab = await Live.StartAsync(NamespaceSetup.Default with { Docker = DockerRelease.V28 });

        // The reader stands still while others send more than its socket holds.
        var seen = await lab.SendAsync(Ping, Traced with
        {
            Packets = 2,
            Between = async () =>
            {
                Signal("STOP");
                try
                {
                    await lab.Host.RunAsync("flood", "ping -q -f -c 3000 -w 20 127.0.0.1 >/dev/null", default);
                }
                finally
                {
                    Signal("CONT");
                }
            },
        });

        Assert.That(seen.Finding, Is.TypeOf<Finding.Inconclusive>(), seen.Finding.ToString());
        // The next record's number shows the gap again.
        await lab.SendAsync(Ping, Traced);
        await AgreeAsync(lab, Ping);
    }

    // The readers of this process' labs.
    private static void Signal(string name)
    {
        var parents = Directory.GetDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(entry => entry!.All(char.IsAsciiDigit))
            .Select(entry => (Id: int.Parse(entry!, CultureInfo.InvariantCulture), Parent: ParentOf(entry!)))
            .ToDictionary(one => one.Id, one => one.Parent);
        var readers = parents.Keys
            .Where(id => IsOurs(id) && Read($"/proc/{id}/cmdline") is var line
                // nsenter stops and goes on with its child.
                && (name == "CONT" || line.StartsWith("perl\0", StringComparison.Ordinal))
                && line.Contains("NFNLGRP_NFTRACE", StringComparison.Ordinal))
            .ToList();
        Assert.That(readers, Is.Not.Empty);
        using var kill = Process.Start("kill", [$"-{name}", .. readers.Select(id => $"{id}")]);
        kill.WaitForExit();

        bool IsOurs(int id) =>
            id == Environment.ProcessId || id > 1 && parents.TryGetValue(id, out var up) && IsOurs(up);

        int ParentOf(string id) =>
            Read($"/proc/{id}/stat") is { Length: > 0 } stat
                ? int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture)
                : 0;

        string Read(string file)
        {
            try
            {
                return File.ReadAllText(file);
            }
            catch (IOException)
            {
                return ""; // it has ended
            }
        }
    }

    private static async Task<ImmutableArray<LegRecord>> AgreeAsync(NamespaceLab lab, Flow flow)
    {
        var legs = Judged(flow, await lab.SendAsync(flow, Traced));
        Assert.That(
            legs.Where(leg => leg.Verdict != LegVerdict.Agreed).Select(leg => $"{flow}, {leg.Leg}: {leg.Reason}"),
            Is.Empty);
        return legs;
    }

    private static ImmutableArray<LegRecord> Judged(Flow flow, Seen seen)
    {
        Assert.That(seen.Finding, Is.TypeOf<Finding.Observed>(), $"{flow}: {seen.Finding}");
        var legs = ((Finding.Observed)seen.Finding).Legs;
        var judged = FlowJudgement.Of(
            flow, Prediction.Forecast(seen.Profile, flow, 1), ObservedRecords.Of(flow, legs), isLogged: false,
            Unproven.In(seen.Profile, legs));
        return RuleJudgement.Of(
            seen.Profile, flow,
            [
                .. judged.Select(leg => Untellable.Of(flow, judged, leg) is null
                    ? leg
                    : leg with { Verdict = LegVerdict.Agreed }),
            ],
            seen.RulesOf, seen.Shows);
    }
}
