using System.Net;
using Hooktrail.Hosts;
using Hooktrail.Labs;
using Hooktrail.Questions;
using Hooktrail.Questions.Changes;
using Hooktrail.Snapshots;
using Hooktrail.Twins;
using Hooktrail.Verification;

namespace Hooktrail.Tests.Twins;

/// <summary>An answer is verified only if the twin is the host, and its packets meet the rules that are predicted.</summary>
[TestFixture]
[CancelAfter(300_000)]
internal sealed class VerificationTests
{
    private static readonly Snapshot Ufw = HostSnapshots.Read("ufw");

    private static readonly HostProfile Host = Of(Ufw);

    [TestCase("internet", "host:22", Ending.Delivered)]
    [TestCase("internet", "host:3306", Ending.Dropped)]
    [TestCase("internet", "web:8080", Ending.Delivered)]
    public async Task What_the_twin_does_too_is_verified(string from, string to, Ending ending)
    {
        var question = Question.Of(Host.Topology, from, to, Protocol.Tcp, null);

        var verified = await VerifiedAsync(Host, [], question);

        Assert.That(Answer.Of(Host, question).Ending, Is.EqualTo(ending));
        Assert.That(verified.Agrees, Is.True, verified.Says);
        Assert.That(verified.Says, Does.Match("the packets went as predicted: [1-9][0-9]* legs?, [1-9][0-9]* hops?, [1-9][0-9]* rules?$"));
        Assert.That(verified.Differences, Is.Empty);
    }

    [TestCase("host")]
    [TestCase("192.0.2.1")]
    public async Task What_a_VM_sends_is_verified(string to)
    {
        var vms = HostSnapshots.Read("vms");
        var host = Of(vms);
        var question = Question.Of(host.Topology, "192.0.2.50@vnet0", to, Protocol.Icmp, null);

        var verified = await VerifiedAsync(host, [], question, vms);

        Assert.That(verified.Agrees, Is.True, verified.Says);
    }

    [Test]
    public async Task A_change_that_the_user_asks_about_is_made_in_the_twin()
    {
        const string command = "iptables -I DOCKER-USER -i eth0 -p tcp --dport 80 -j DROP";
        var changed = HostCommand.Apply(Host, command);
        var question = Question.Of(Host.Topology, "internet", "web:8080", Protocol.Tcp, null);

        var verified = await VerifiedAsync(changed, [command], question);

        Assert.That(Answer.Of(changed, question).Ending, Is.EqualTo(Ending.Dropped));
        Assert.That(verified.Agrees, Is.True, verified.Says);
        Assert.That(verified.Differences, Is.Empty);
    }

    [Test]
    public async Task A_twin_that_lacks_a_rule_on_the_way_verifies_nothing()
    {
        var changed = HostCommand.Apply(Host, "iptables -I DOCKER-USER -i eth0 -p tcp --dport 80 -j DROP");
        var question = Question.Of(Host.Topology, "internet", "web:8080", Protocol.Tcp, null);

        var verified = await VerifiedAsync(changed, [], question);

        Assert.That(verified.Agrees, Is.Null);
        Assert.That(verified.Says, Does.Contain("what differs between the twin and the host"));
        Assert.That(verified.Differences, Has.Some.Contains("DOCKER-USER"));
    }

    [Test]
    public async Task A_difference_elsewhere_is_told_and_does_not_matter()
    {
        var changed = HostCommand.Apply(Host, "iptables -I DOCKER-USER -i eth0 -p udp --dport 5353 -j DROP");
        var question = Question.Of(Host.Topology, "internet", "host:22", Protocol.Tcp, null);

        var verified = await VerifiedAsync(changed, [], question);

        Assert.That(verified.Agrees, Is.True, verified.Says);
        Assert.That(verified.Differences, Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Another_rule_with_the_same_verdict_is_noticed()
    {
        // The trail is the same, whichever rule accepts.
        var changed = HostCommand.Apply(Host, "iptables -I INPUT -p tcp --dport 22 -j ACCEPT");
        var question = Question.Of(Host.Topology, "internet", "host:22", Protocol.Tcp, null);
        await using var twin = await LiveTwin.StartAsync(SnapshotPlan.Of(Ufw), CancellationToken.None);
        var host = changed with { Kernel = twin.Profile.Kernel };

        var seen = await TwinObservation.OfAsync(twin, host, question.Flow);

        Assert.That(seen.Legs, Has.All.Property("Verdict").EqualTo(Records.LegVerdict.Agreed));
        Assert.That(seen.Rules, Is.Not.Empty);
        Assert.That(
            seen.Rules[0].ToString(),
            Does.StartWith("request: at hop ")
                .And.Contains("iptables filter INPUT rule 1: -A INPUT -p tcp --dport 22 -j ACCEPT (accept) is predicted; ")
                .And.EndsWith(" (jump) matched"));
    }

    [Test]
    public async Task Rules_of_legacy_tools_are_counted_as_unseen()
    {
        var legacy = Ufw with
        {
            Parts =
            [
                .. Ufw.Parts.Where(part => !part.Name.StartsWith("nft", StringComparison.Ordinal)).Select(part =>
                    part.Name is "iptables-nft" or "ip6tables-nft"
                        ? part with { Name = part.Name.Replace("-nft", "-legacy", StringComparison.Ordinal) }
                        : part),
            ],
        };
        var host = Of(legacy);
        Assert.That(host.Iptables, Is.EqualTo(Backend.Legacy));
        var question = Question.Of(host.Topology, "internet", "host:22", Protocol.Tcp, null);

        var verified = await VerifiedAsync(host, [], question, legacy);

        Assert.That(verified.Agrees, Is.True, verified.Says);
        Assert.That(verified.Says, Does.Contain("of the rules of legacy tools the kernel tells nothing"));
    }

    /// <summary>What a twin has otherwise, behind the back of who proves it.</summary>
    [TestCase("set", "The twin's chain nftables inet banned in has other rules: .*203.0.113.10.* instead of .*203.0.113.9[^0-9]")]
    [TestCase("sysctl", "rp_filter of eth0 is 0 on the host, and 1 in the twin.")]
    [TestCase("socket", "The twin lacks the listening socket \"0.0.0.0 port 22/tcp of host\".")]
    [TestCase("proxy", "The twin lacks the proxy neighbour \"203.0.113.9 on eth0\".")]
    [TestCase("port", "192.0.2.50 on br0 is behind vnet0 on the host, and behind no known port in the twin.")]
    public async Task A_wrong_twin_is_named(string what, string difference)
    {
        var plan = SnapshotPlan.Of(HostSnapshots.Read(what == "port" ? "vms" : "ufw"));
        plan = plan with
        {
            Topology = plan.Topology with { Proxies = [new(IPAddress.Parse("203.0.113.9"), "eth0")] },
            Rules = plan.Rules.Add(new("nft -f -", Banned + Other)),
        };
        // A host that is built just so is read like any other.
        await using var right = await LiveTwin.StartAsync(plan, CancellationToken.None);
        Assert.That(right.DifferencesFrom(right.Profile), Is.Empty);

        var wrong = what switch
        {
            "set" => WithRules(plan, text => text.Replace("203.0.113.9", "203.0.113.10", StringComparison.Ordinal)),
            "sysctl" => plan with { Settings = plan.Settings.Add(("net/ipv4/conf/eth0/rp_filter", "1")) },
            "socket" => plan with
            {
                Topology = plan.Topology with
                {
                    Listening = [.. plan.Topology.Listening.Where(socket => socket.Port != 22)],
                },
            },
            "proxy" => plan with { Topology = plan.Topology with { Proxies = [] } },
            _ => plan with { Topology = plan.Topology with { Forwarding = [] } },
        };
        await using var twin = await LiveTwin.StartAsync(wrong, CancellationToken.None);

        var differences = twin.DifferencesFrom(right.Profile);
        Assert.That(differences, Has.Length.EqualTo(1), () => string.Join("\n", differences));
        Assert.That(differences[0], Does.Match("^" + difference));
    }

    [Test]
    public void Entries_of_ipset_are_compared()
    {
        HostProfile Banning(string address) => Host with
        {
            Rules = RuleSet.Empty with { Sets = [new("banned", "hash:ip", "inet", [new(address, Timeout: 0)])] },
        };

        Assert.That(TwinDifferences.Between(Banning("203.0.113.9"), Banning("203.0.113.9")), Is.Empty);
        Assert.That(
            TwinDifferences.Between(Banning("203.0.113.9"), Banning("203.0.113.10")),
            Is.EqualTo((string[])
            [
                "The twin's set banned lacks 203.0.113.9.",
                "The twin's set banned has 203.0.113.10, and the host's has not.",
            ]));
        Assert.That(
            TwinDifferences.Between(Banning("203.0.113.9"), Host with { Rules = RuleSet.Empty }),
            Does.Contain("The twin lacks the set banned."));
    }

    // Few kernels list their hooks, and without that list the order of two tables is not known.
    [Test]
    public void Another_order_of_registration_is_named_where_both_are_known()
    {
        var tables = RuleReader.Nftables((Banned + Other).Split('\n'), HostNames.Instance, "tables");
        HostProfile InOrder(params string[] chains) => Host with
        {
            Rules = tables,
            Registered = new([.. chains.Select(chain => (ImmutableArray<string>)[chain])]),
        };
        var host = InOrder("nftables inet banned in", "nftables inet other in");

        Assert.That(OtherOrder.Of(host, host), Is.Empty);
        Assert.That(
            OtherOrder.Of(host, InOrder("nftables inet other in", "nftables inet banned in")),
            Does.Contain("At the hook input of ip, nftables inet other in runs before nftables inet banned in on the host, and after it in the twin."));
        var unknown = host with { Registered = new([["nftables inet banned in", "nftables inet other in"]]) };
        Assert.That(OtherOrder.Of(host, unknown), Is.Empty);
    }

    private const string Banned =
        "table inet banned {\n\tset banned {\n\t\ttype ipv4_addr\n\t\telements = { 203.0.113.9 }\n\t}\n\n\tchain in {\n\t\ttype filter hook input priority 5; policy accept;\n\t\tip saddr @banned drop\n\t}\n}\n";

    private const string Other =
        "table inet other {\n\tchain in {\n\t\ttype filter hook input priority 5; policy accept;\n\t\tudp dport 99 drop\n\t}\n}\n";

    private static TwinPlan WithRules(TwinPlan plan, Func<string, string> change) => plan with
    {
        Rules = [.. plan.Rules.Select(rules => rules with { Text = change(rules.Text) })],
    };

    private static async Task<Verified> VerifiedAsync(
        HostProfile host, ImmutableArray<string> commands, Question question, Snapshot? snapshot = null)
    {
        var plan = commands.Aggregate(
            SnapshotPlan.Of(snapshot ?? Ufw),
            (one, command) => one.With(new HostChange.Rule(command), host.Iptables, host.Ebtables));
        await using var twin = await LiveTwin.OfAsync(() => TwinOfHost.StartAsync(plan, host));
        return await twin.AskAsync(question.Flow);
    }

    private static HostProfile Of(Snapshot snapshot)
    {
        var topology = TopologyReader.Of(snapshot);
        return SnapshotProfile.Of(snapshot, topology) with { Topology = topology };
    }
}
