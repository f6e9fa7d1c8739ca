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

    /// <summary>The twin makes the connection, whatever its rules would do to a first packet.</summary>
    [TestCase(Protocol.Tcp, "internet", "web:8080", null, Ending.Delivered)]
    [TestCase(Protocol.Tcp, "internet", "web:8080", "iptables -I DOCKER-USER -m conntrack --ctstate NEW -j DROP", Ending.Delivered)]
    [TestCase(Protocol.Tcp, "internet", "web:8080", "iptables -I DOCKER-USER -i eth0 -j DROP", Ending.Dropped)]
    [TestCase(Protocol.Tcp, "internet", "web:8080", "iptables -I DOCKER-USER -i eth0 -p tcp -j REJECT --reject-with tcp-reset", Ending.Rejected)]
    [TestCase(Protocol.Tcp, "internet", "host:22", "iptables -P INPUT DROP", Ending.Delivered)]
    [TestCase(Protocol.Tcp, "web", "internet:443", null, Ending.Delivered)]
    [TestCase(Protocol.Tcp, "host", "web:80", null, Ending.Delivered)]
    [TestCase(Protocol.Tcp, "host", "internet:443", "iptables -I OUTPUT -m conntrack --ctstate NEW -j REJECT", Ending.Delivered)]
    [TestCase(Protocol.Udp, "web", "internet:53", "iptables -I DOCKER-USER -m conntrack --ctstate NEW -j DROP", Ending.Delivered)]
    [TestCase(Protocol.Icmp, "web", "internet", "iptables -I DOCKER-USER -m conntrack --ctstate NEW -j DROP", Ending.Delivered)]
    [TestCase(Protocol.Icmp, "internet", "host", "iptables -I INPUT -p icmp -j DROP", Ending.Dropped)]
    public async Task A_packet_of_a_connection_that_exists_is_verified(
        Protocol protocol, string from, string to, string? command, Ending ending)
    {
        var host = command is null ? Host : HostCommand.Apply(Host, command);
        var question = Question.Of(Host.Topology, from, to, protocol, null);
        question = question with { Flow = question.Flow with { IsEstablished = true } };

        var verified = await VerifiedAsync(host, command is null ? [] : [command], question);

        Assert.That(Answer.Of(host, question).Ending, Is.EqualTo(ending));
        Assert.That(verified.Agrees, Is.True, verified.Says);
    }

    /// <summary>Packets of one zone do not find the connections of another. The model does not follow zones.</summary>
    [TestCase("iptables -t raw -A PREROUTING -i eth0 -j CT --zone 3", false, "CT --zone")]
    [TestCase("iptables -t raw -A PREROUTING -i eth0 -j CT --zone-orig 3", false, "CT --zone-orig")]
    [TestCase("iptables -t raw -A PREROUTING -i eth0 -j CT --zone 3", true, "CT --zone")]
    [TestCase("iptables -t raw -A PREROUTING -i docker0 -j CT --zone 3", false, null)]
    [TestCase("iptables -t raw -A PREROUTING -i docker0 -j CT --zone 3", true, null)]
    public async Task A_packet_that_a_rule_puts_into_a_zone_is_not_predicted_and_others_are(
        string command, bool isEstablished, string? unknown)
    {
        var host = HostCommand.Apply(Host, command);
        var question = Question.Of(Host.Topology, "internet", "host:22", Protocol.Tcp, null);
        question = question with { Flow = question.Flow with { IsEstablished = isEstablished } };

        AssertZone(unknown, Answer.Of(host, question), await VerifiedAsync(host, [command], question));
    }

    [TestCase("ct zone set 3", "ct zone set")]
    [TestCase("iifname \"eth0\" ct zone set 3", "ct zone set")]
    [TestCase("ct original zone set 3", "ct original")]
    [TestCase("ct zone set iifname map { \"eth0\" : 3 }", "ct zone set")]
    [TestCase("iifname \"docker0\" ct zone set 3", null)]
    public async Task The_same_of_nft(string rule, string? unknown)
    {
        var tables = $"table ip zones {{\n\tchain in {{\n\t\ttype filter hook prerouting priority -300; policy accept;\n\t\t{rule}\n\t}}\n}}\n";
        var host = HostCommand.AddTables(Host, tables, "a file");
        var question = Question.Of(Host.Topology, "internet", "host:22", Protocol.Tcp, null);
        var plan = SnapshotPlan.Of(Ufw);
        plan = plan with { Rules = plan.Rules.Add(new("nft -f -", tables)) };

        await using var twin = await LiveTwin.OfAsync(() => TwinOfHost.StartAsync(plan, host));

        AssertZone(unknown, Answer.Of(host, question), await twin.AskAsync(question.Flow));
    }

    private static void AssertZone(string? unknown, Answer answer, Verified verified)
    {
        TestContext.Out.WriteLine($"{answer.Says}\n{verified}");
        if (unknown is null)
        {
            Assert.That(answer.Ending, Is.EqualTo(Ending.Delivered), answer.Says);
            Assert.That(verified.Agrees, Is.True, verified.Says);
            return;
        }

        Assert.That(answer.Says, Does.StartWith("not predictable from ").And.Contain($"the model does not know {unknown}"));
        Assert.That(verified.Agrees, Is.Null, verified.Says);
        Assert.That(verified.Says, Does.Contain(unknown).Or.Contain("zone"));
    }

    [Test]
    public async Task A_connection_that_cannot_exist_is_not_verified()
    {
        var question = Question.Of(Host.Topology, "internet", "host:23", Protocol.Tcp, null);
        question = question with { Flow = question.Flow with { IsEstablished = true } };

        var verified = await VerifiedAsync(Host, [], question);

        Assert.That(verified.Agrees, Is.Null);
        Assert.That(verified.Says, Does.Contain("cannot exist"));
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
    public async Task A_hop_that_only_the_trace_shows_is_a_disagreement_of_the_observers()
    {
        var question = Question.Of(Host.Topology, "internet", "host:22", Protocol.Tcp, null);
        await using var twin = await LiveTwin.OfAsync(() => TwinOfHost.StartAsync(SnapshotPlan.Of(Ufw), Host));
        var emptied = BehindItsBack.Run(twin.Namespaces, """
            for table in $(nft list tables ip | sed -n 's/^table ip \(hooktrail-.*\)/\1/p'); do
                nft flush chain ip "$table" iptables.filter.INPUT 2>/dev/null && echo "$table"
            done
            true
            """);
        Assert.That(emptied, Does.Match("^hooktrail-.*\n$"));

        var verified = await twin.AskAsync(question.Flow);

        Assert.That(verified.Agrees, Is.Null);
        Assert.That(
            verified.Says,
            Does.StartWith("the observers disagree. Of the request, hop ").And.Contains("NFLOG").And.Contains("iptables filter INPUT"));
    }

    /// <summary>Both chains' records are written before either runs, so they prove no order.</summary>
    [Test]
    public async Task The_trace_tells_which_of_two_chains_with_one_priority_ran_first()
    {
        var plan = SnapshotPlan.Of(Ufw);
        const string mine = "table inet mine {\n\tchain c {\n\t\ttype filter hook forward priority 0; policy accept;\n\t\tiifname \"eth0\" drop\n\t}\n}\n";
        await using var twin = await LiveTwin.StartAsync(
            plan with { Rules = plan.Rules.Add(new("nft -f -", mine)) }, CancellationToken.None);
        var question = Question.Of(Host.Topology, "internet", "web:8080", Protocol.Tcp, null);

        var seen = await TwinObservation.OfAsync(twin, twin.Profile, question.Flow);

        Assert.That(seen.Legs.Single().Verdict, Is.EqualTo(Records.LegVerdict.Agreed), seen.Legs[0].Reason);
        Assert.That(
            seen.Legs[0].Observed!.Hops.Select(hop => hop.Point.ToString()),
            Does.Contain("nftables inet mine c").And.Not.Contain("iptables filter FORWARD"), "the last one ran first");
    }

    [Test]
    public async Task A_port_that_NAT_takes_at_random_is_not_verified()
    {
        const string command = "iptables -t nat -I POSTROUTING -o eth0 -j MASQUERADE --random-fully";
        var question = Question.Of(Host.Topology, "web", "internet:443", Protocol.Tcp, null);

        var verified = await VerifiedAsync(HostCommand.Apply(Host, command), [command], question);

        Assert.That(verified.Agrees, Is.Null);
        Assert.That(verified.Says, Does.StartWith("NAT takes a port at random by "));
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
    [TestCase("ipset", "The twin's set evil lacks 203.0.113.20.")]
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
        if (what == "ipset")
            plan = plan with { Rules = [.. Evil(), .. plan.Rules] };
        // A host that is built just so is read like any other.
        await using var right = await LiveTwin.StartAsync(plan, CancellationToken.None);
        Assert.That(right.DifferencesFrom(right.Profile), Is.Empty);

        var wrong = what switch
        {
            "ipset" => WithRules(plan, text => text.Replace("203.0.113.20", "203.0.113.21", StringComparison.Ordinal)),
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
        // The rule that asks the set, the entry that is missing, and the one in its place.
        Assert.That(differences, Has.Length.EqualTo(what == "ipset" ? 3 : 1), () => string.Join("\n", differences));
        Assert.That(differences, Has.Some.Match("^" + difference));
    }

    // A set of its own, and a rule that asks it.
    private static ImmutableArray<LoadedRules> Evil()
    {
        PrivateNamespace.Run("command -v ipset >/dev/null && ipset create evil hash:ip 2>/dev/null || exit 77");
        return
        [
            new("ipset restore", "create evil hash:ip\nadd evil 203.0.113.20\n"),
            new("iptables-nft-restore --noflush", "*mangle\n-A INPUT -m set --match-set evil src -j DROP\nCOMMIT\n"),
        ];
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

    /// <summary>
    /// A host whose kernel lists its hooks may run a chain first that its twin runs last: packets of the twin prove nothing of it.
    /// </summary>
    [Test]
    public async Task A_twin_with_another_or_an_unknown_order_verifies_nothing()
    {
        var plan = SnapshotPlan.Of(Ufw);
        plan = plan with { Rules = plan.Rules.Add(new("nft -f -", Banned + Other)) };
        var changed = HostCommand.AddTables(Host, Banned + Other, "a file");
        changed = changed with
        {
            // The twin registers the second one last, and so runs it first.
            Registered = new(
            [
                .. Host.Registered.Steps, ["nftables inet other in"], ["nftables inet banned in"],
            ])
            {
                IsListed = true,
            },
        };
        await using var twin = await LiveTwin.OfAsync(() => TwinOfHost.StartAsync(plan, changed));

        var verified = await twin.AskAsync(Question.Of(Host.Topology, "internet", "host:22", Protocol.Tcp, null).Flow);

        Assert.That(verified.Agrees, Is.Null);
        Assert.That(verified.Says, Does.Contain("what differs between the twin and the host"));
    }

    /// <summary>Where the host's kernel lists its hooks, chains with one priority are made in that order.</summary>
    [TestCase("inet mine c", "ip filter FORWARD", Description = "as without the list")]
    [TestCase("ip filter FORWARD", "inet mine c")]
    public async Task A_twin_registers_chains_in_the_order_that_the_kernel_of_the_host_lists(string first, string second)
    {
        var snapshot = Ufw with
        {
            Parts =
            [
                .. Ufw.Parts.Select(part => part.Name switch
                {
                    "nft" => part with
                    {
                        Lines = part.Lines.AddRange(
                            "table inet mine {", "\tchain c {",
                            "\t\ttype filter hook forward priority filter; policy accept;", "\t}", "}"),
                    },
                    "nft-json" => part with
                    {
                        Lines =
                        [
                            part.Text[..part.Text.LastIndexOf(']')]
                                + ", {\"table\": {\"family\": \"inet\", \"name\": \"mine\", \"handle\": 99}}, {\"chain\": {\"family\": \"inet\", \"table\": \"mine\", \"name\": \"c\", \"handle\": 1, \"type\": \"filter\", \"hook\": \"forward\", \"prio\": 0, \"policy\": \"accept\"}}]}",
                        ],
                    },
                    _ => part,
                }),
                new(
                    "nft-hooks", "nft list hooks", 0,
                    [
                        "family ip {", "\thook forward {", $"\t\t 0000000000 chain {first} [nf_tables]",
                        $"\t\t 0000000000 chain {second} [nf_tables]", "\t}", "}",
                    ],
                    []),
            ],
        };
        var host = Of(snapshot);
        var question = Question.Of(host.Topology, "internet", "web:8080", Protocol.Tcp, null);

        var verified = await VerifiedAsync(host, [], question, snapshot);

        Assert.That(
            Answer.Of(host, question).Legs[0].Trail.Hops.Select(hop => hop.Point.ToString())
                .Where(point => point is "nftables inet mine c" or "iptables filter FORWARD"),
            Is.EqualTo(first == "inet mine c"
                ? new[] { "nftables inet mine c", "iptables filter FORWARD" }
                : ["iptables filter FORWARD", "nftables inet mine c"]));
        Assert.That(verified.Agrees, Is.True, verified.Says);
        Assert.That(verified.Differences, Is.Empty);
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
