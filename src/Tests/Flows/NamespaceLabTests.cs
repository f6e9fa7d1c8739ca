using System.Diagnostics;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Namespaces;
using Hooktrail.Observation;
using Switch = Hooktrail.Rules.Switch;

namespace Hooktrail.Tests.Flows;

/// <summary>The namespace lab as a lab: what can differ on its host, and that it is restored afterwards.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class NamespaceLabTests
{
    private static readonly Flow Ping = new(Endpoint.Client, Endpoint.Server, Protocol.Icmp);
    private static readonly Flow Out = new(Endpoint.Client, Endpoint.Wan, Protocol.Udp);

    private static readonly Flow WhoHas = new(Endpoint.Client, Endpoint.Host, Protocol.Arp);

    private NamespaceLab _lab = null!;

    [OneTimeSetUp]
    public async Task StartAsync() =>
        _lab = await Live.StartAsync(NamespaceSetup.Default with { Docker = DockerRelease.V20 });

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_lab is not null)
            await _lab.DisposeAsync();
    }

    [Test]
    public void Its_profile_is_read_from_its_host()
    {
        Assert.That(_lab.Profile.Rules.Find(new(Layer.Iptables, "nat", "DOCKER"))?.Rules, Is.Not.Empty);
        Assert.That(
            _lab.Profile with { Rules = HostProfile.Default.Rules, Kernel = HostProfile.Default.Kernel },
            Is.EqualTo(HostProfile.Default));
    }

    [TestCase("bridge-nf-call-iptables", false)]
    [TestCase("bridge-nf-call-ip6tables", false)]
    [TestCase("bridge-nf-call-arptables", false)]
    [TestCase("bridge-nf-filter-vlan-tagged", true)]
    [TestCase("bridge-nf-filter-pppoe-tagged", true)]
    [TestCase("ip_forward", false)]
    [TestCase("ip6_forward", false)]
    [TestCase("rp_filter", true)]
    [TestCase("route_localnet", true)]
    [TestCase("send_redirects", false)]
    [TestCase("hairpin", true)]
    [TestCase("promiscuous", true)]
    public async Task A_switch_is_turned_and_back(string name, bool on)
    {
        var (one, before) = (Switch.Parse(name), _lab.Profile);
        await using (await _lab.ChangeAsync(new HostChange.Turn(one, on)))
        {
            Assert.That(_lab.Profile, Is.EqualTo(one.Write(before, on)));
            await AgreesAsync(Ping);
            await AgreesAsync(Out);
        }

        Assert.That(await _lab.ReadAsync(), Is.EqualTo(before));
    }

    [TestCase("iptables -t raw -A PREROUTING -s client -j NOTRACK")]
    [TestCase("iptables -t filter -I FORWARD 1 -s client -d wan -j DROP")]
    [TestCase("iptables -t filter -I FORWARD -i lab -o wan.nic -j REJECT")]
    [TestCase("iptables -t nat -A PREROUTING -i lab -d wan -p udp --dport 80 -j DNAT --to-destination server:80")]
    [TestCase("ebtables -t filter -A FORWARD -p IPv4 --ip-src client -j DROP")]
    [TestCase("ip6tables -t filter -A FORWARD -s client -d wan -j REJECT")]
    [TestCase("arptables -A INPUT -s client -j DROP")]
    public async Task A_rule_in_the_labs_names_is_added_and_taken_back(string command)
    {
        var before = _lab.Profile;
        await using (await _lab.ChangeAsync(new HostChange.Rule(command)))
        {
            Assert.That(_lab.Profile.Rules.Count, Is.EqualTo(before.Rules.Count + 1));
            foreach (var flow in new[] { Ping, Out, Out with { Ip = IpVersion.V6 }, WhoHas })
                await AgreesAsync(flow);
        }

        Assert.That(await _lab.ReadAsync(), Is.EqualTo(before));
    }

    [TestCase("iptables-legacy -t filter -A FORWARD -s client -d wan -j DROP", "ip iptables-legacy-filter")]
    [TestCase("iptables-legacy -t raw -A PREROUTING -i lab -j ACCEPT", "ip iptables-legacy-raw")]
    [TestCase("iptables-legacy -t nat -A PREROUTING -d wan -p udp -j DNAT --to-destination server:80", "ip iptables-legacy-nat")]
    public async Task A_rule_of_legacy_beside_nft_has_its_own_chains(string command, string table)
    {
        var before = _lab.Profile;
        await using (await _lab.ChangeAsync(new HostChange.Rule(command)))
        {
            var legs = await AgreesAsync(Out);
            Assert.That(legs[0].Trail.Hops.Select(hop => hop.Point.Table), Does.Contain(table));
            await AgreesAsync(Ping);
        }

        Assert.That(await _lab.ReadAsync(), Is.EqualTo(before));
        await AgreesAsync(Out);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Changes_may_end_in_any_order_and_twice(bool firstFirst)
    {
        var before = _lab.Profile;
        var one = await _lab.ChangeAsync(new HostChange.Turn(Switch.BridgeNfCallIptables, false));
        var other = await _lab.ChangeAsync(new HostChange.Rule("iptables -I FORWARD 1 -s client -j DROP"));
        var table = await _lab.ChangeAsync(
            new HostChange.NftTable("table ip mine { chain c { type filter hook forward priority 0; }; }"));
        IAsyncDisposable[] changes = firstFirst ? [one, other, table] : [table, other, one];
        foreach (var change in changes.Concat(changes))
        {
            await change.DisposeAsync();
            await AgreesAsync(Out);
        }

        Assert.That(await _lab.ReadAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task A_chain_that_went_and_comes_again_is_recorded_behind_itself()
    {
        for (var time = 1; time <= 2; time++)
            await using (await _lab.ChangeAsync(
                new HostChange.NftTable("table ip mine { chain c { type filter hook forward priority -5; drop; }; }")))
                Assert.That(
                    (await AgreesAsync(Out))[0].Trail.Outcome.At,
                    Is.EqualTo(new HookPoint(Layer.Nftables, "ip mine", "c")));
    }

    [Test]
    public async Task Conntrack_is_turned_for_each_version_of_ip()
    {
        await using var lab = await Live.StartAsync(new() { Topology = NamespaceTopology.Small, Docker = null });
        foreach (var (name, ip) in new[] { ("conntrack", IpVersion.V4), ("conntrack6", IpVersion.V6) })
        {
            var (one, before) = (Switch.Parse(name), lab.Profile);
            await using (await lab.ChangeAsync(new HostChange.Turn(one, false)))
            {
                Assert.That(lab.Profile with { Rules = before.Rules }, Is.EqualTo(one.Write(before, false)));
                foreach (var version in Enum.GetValues<IpVersion>())
                {
                    var legs = await AgreesAsync(Out with { Ip = version }, lab);
                    Assert.That(
                        legs[0].Trail.Hops.Any(hop => hop.Point is { Table: "nat", Layer: not Layer.Ebtables }),
                        Is.EqualTo(version != ip));
                }
            }

            Assert.That(
                await lab.ReadAsync() with { Rules = before.Rules },
                Is.EqualTo(before),
                "the table is there again, as the last one");
            Assert.That(lab.Profile.Rules.Chains, Is.EquivalentTo(before.Rules.Chains));
        }
    }

    [Test]
    public async Task A_host_may_be_without_conntrack_from_the_start()
    {
        await using var lab = await Live.StartAsync(
            new() { Topology = NamespaceTopology.Small, Docker = null, Conntrack = false });
        Assert.That((lab.Profile.Conntrack, lab.Profile.Conntrack6), Is.EqualTo((false, false)));
        await using (await lab.ChangeAsync(new HostChange.Turn(Switch.Parse("conntrack"), true)))
            await AgreesAsync(Out, lab);
        await AgreesAsync(Out, lab);
    }

    [Test]
    public async Task Docker_29_writes_its_rules_into_legacy_tables_too()
    {
        await using var lab = await Live.StartAsync(NamespaceSetup.Default with { Iptables = Backend.Legacy });
        await using (await lab.ChangeAsync(
            new HostChange.Rule("iptables -t mangle -A FORWARD -s client -d wan -j DROP")))
            Assert.That(
                (await AgreesAsync(Out, lab))[0].Trail.Outcome.At,
                Is.EqualTo(new HookPoint(Layer.Iptables, "mangle", "FORWARD")));
        await AgreesAsync(Out, lab);
    }

    [TestCase("client", "hosted")]
    [TestCase("hosted", "server")]
    [TestCase("hosted", "wan")]
    [TestCase("wan", "hosted")]
    public async Task A_container_in_the_hosts_network_is_the_host(string from, string to)
    {
        foreach (var protocol in (Protocol[])[Protocol.Icmp, Protocol.Udp, Protocol.Tcp])
            await AgreesAsync(new(Endpoint.Parse(from), Endpoint.Parse(to), protocol));
    }

    [TestCase("bridge", "prerouting", -250)]
    [TestCase("bridge", "forward", 10)]
    [TestCase("ip", "forward", -5)]
    [TestCase("inet", "postrouting", 300)]
    public async Task A_users_own_chain_is_a_separate_hook_point(string family, string hook, int priority)
    {
        var before = _lab.Profile;
        await using (await _lab.ChangeAsync(new HostChange.NftTable(
            $"table {family} mine {{ chain c {{ type filter hook {hook} priority {priority}; }}; }}")))
        {
            var legs = await AgreesAsync(Ping);
            Assert.That(
                legs[0].Trail.Hops.Select(hop => hop.Point),
                Does.Contain(new HookPoint(Layer.Nftables, $"{family} mine", "c")));
            await AgreesAsync(Out);
        }

        Assert.That(await _lab.ReadAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task A_bridge_chain_from_before_the_bridges_does_not_see_what_br_netfilter_takes_at_its_priority()
    {
        var setup = NamespaceSetup.Default with
        {
            BeforeBridges = "table bridge early { chain c { type filter hook forward priority 0; }; }"
        };
        await using var lab = await Live.StartAsync(setup);
        var early = new HookPoint(Layer.Nftables, "bridge early", "c");
        Assert.That((await AgreesAsync(Ping, lab))[0].Trail.Hops.Select(hop => hop.Point), Has.No.Member(early));
        await using (await lab.ChangeAsync(new HostChange.Turn(Switch.BridgeNfCallIptables, false)))
            Assert.That((await AgreesAsync(Ping, lab))[0].Trail.Hops.Select(hop => hop.Point), Does.Contain(early));
    }

    [Test]
    public async Task Changes_between_two_requests_hold_for_the_second()
    {
        IAsyncDisposable? change = null;
        var seen = await _lab.SendAsync(Out, Sending.Once with
        {
            Packets = 2,
            Patience = TimeSpan.FromMilliseconds(50),
            Between = async () =>
                change = await _lab.ChangeAsync(new HostChange.Rule("iptables -t mangle -A FORWARD -s client -j DROP")),
        });
        await change!.DisposeAsync();

        var legs = Legs(seen.Finding);
        Assert.That(
            legs.Single(leg => leg.Leg == new Leg(Direction.Request, 1)).Trail.Outcome,
            Is.EqualTo(Outcome.Delivered(Endpoint.Wan)));
        Assert.That(
            legs.Single(leg => leg.Leg == new Leg(Direction.Request, 2)).Trail.Outcome.At,
            Is.EqualTo(new HookPoint(Layer.Iptables, "mangle", "FORWARD")));
    }

    [Test]
    public async Task Who_listens_to_a_flow_is_told_of_each_record_while_the_flow_is_under_way()
    {
        var told = new List<Glimpse>();
        var first = new TaskCompletionSource();
        var seen = await _lab.SendAsync(Ping, Sending.Once with
        {
            Packets = 2,
            Glimpsed = glimpse =>
            {
                told.Add(glimpse);
                first.TrySetResult();
            },
            // The second request waits until something of the first was told.
            Between = () => first.Task.WaitAsync(TimeSpan.FromSeconds(20)),
        });
        var ofSeen = told.Count;
        await _lab.SendAsync(Ping, Sending.Once);

        Assert.Multiple(() =>
        {
            Assert.That(
                told.Select(glimpse => glimpse.Hop),
                Is.EqualTo(Legs(seen.Finding).SelectMany(leg => leg.Trail.Hops)),
                "of a ping all that is recorded is in its legs");
            Assert.That(told.Select(glimpse => glimpse.By), Is.All.EqualTo(Observers.Nflog));
            Assert.That(told.Select(glimpse => glimpse.Packet).Distinct(), Is.EqualTo(
                new[] { "icmp echo request 1", "icmp echo reply 1", "icmp echo request 2", "icmp echo reply 2" }));
            Assert.That(told, Has.Count.EqualTo(ofSeen), "nobody listened to the flow after it");
        });
    }

    [TestCase(Protocol.Icmp, 3)]
    [TestCase(Protocol.Udp, 3)]
    public async Task Requests_go_on_counting_after_what_is_done_between(Protocol protocol, int packets)
    {
        var calls = 0;
        var sending = Sending.Once with { Packets = packets, Between = () => Task.FromResult(calls++) };
        var legs = Legs((await _lab.SendAsync(new(Endpoint.Client, Endpoint.Wan, protocol), sending)).Finding);
        Assert.That(calls, Is.EqualTo(1));
        Assert.That(legs.Select(leg => leg.Leg.Packet), Is.EqualTo(new[] { 1, 1, 2, 2, 3, 3 }));
        Assert.That(legs.Select(leg => leg.Trail.Outcome.To), Has.None.Null);
    }

    [Test]
    public async Task No_other_flow_comes_between()
    {
        var other = Task.FromResult<Seen>(null!);
        var sending = Sending.Once with
        {
            Packets = 2,
            Between = async () =>
            {
                other = _lab.SendAsync(Ping, Sending.Once);
                await using var change = await _lab.ChangeAsync(new HostChange.Turn(Switch.Parse("hairpin"), true));
                Assert.That(other.IsCompleted, Is.False);
            },
        };
        Assert.That(Legs((await _lab.SendAsync(Out, sending)).Finding), Has.Length.EqualTo(4));
        Assert.That(Legs((await other).Finding), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task A_connection_is_one_however_often_it_is_asked_for() => Assert.That(
        Legs((await _lab.SendAsync(
            new(Endpoint.Client, Endpoint.Server, Protocol.Tcp), Sending.Once with { Packets = 3 })).Finding),
        Has.Length.EqualTo(6));

    [Test]
    public async Task Who_is_not_there_is_said()
    {
        await using var lab = await Live.StartAsync(new() { Topology = NamespaceTopology.Small });
        Assert.That(
            async () => await lab.SendAsync(Ping with { From = Endpoint.Left }, Sending.Once),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("\"left\""));
        Assert.That(
            async () => await lab.SendAsync(Ping with { To = Endpoint.Left }, Sending.Once),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("\"left\""));
        Assert.That(
            async () => await lab.SendAsync(WhoHas, Sending.Once with { Packets = 2 }),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("no sequence number"));
        foreach (var flow in new[] { Ping, Out, Out with { From = Endpoint.Wan, To = Endpoint.Host, Port = 8080 } })
            await AgreesAsync(flow, lab);
    }

    [Test]
    public void Docker_needs_conntrack() =>
        Assert.That(
            async () => await _lab.ChangeAsync(new HostChange.Turn(Switch.Parse("conntrack"), false)),
            Throws.TypeOf<CannotChangeException>().With.Message.Contains("without Docker"));

    [Test]
    public async Task Broute_is_there_or_it_is_said()
    {
        try
        {
            await using var change = await _lab.ChangeAsync(
                new HostChange.Rule("ebtables -t broute -A BROUTING -p IPv4 --ip-src client -j DROP"));
            await AgreesAsync(Ping);
        }
        catch (CannotChangeException e)
        {
            Assert.That(e.Message, Does.Contain("no table broute").And.Contain("1.8.10"));
        }
    }

    [Test]
    public async Task The_hosts_ebtables_is_there_or_the_reason_is_given()
    {
        try
        {
            await using var lab = await Live.StartAsync(NamespaceSetup.Default with { Ebtables = Backend.Legacy });
            await AgreesAsync(Ping, lab);
        }
        catch (CannotChangeException e)
        {
            Assert.That(e.Message, Does.Contain("CONFIG_BRIDGE_NF_EBTABLES_LEGACY"));
        }
    }

    [Test]
    public async Task A_table_that_nft_refuses_is_said_and_changes_nothing()
    {
        var before = _lab.Profile;
        Assert.That(
            async () => await _lab.ChangeAsync(
                new HostChange.NftTable("table ip mine { chain c { type filter hook nowhere priority 0; }; }")),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("nowhere"));
        Assert.That(await _lab.ReadAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task What_cannot_be_recorded_is_taken_back()
    {
        var before = _lab.Profile;
        var name = new string('n', 120);
        Assert.That(
            async () => await _lab.ChangeAsync(
                new HostChange.NftTable($"table ip {name} {{ chain c {{ type filter hook forward priority 0; }}; }}")),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("cannot be recorded"));
        Assert.That(await _lab.ReadAsync(), Is.EqualTo(before));
        await using (await _lab.ChangeAsync(new HostChange.Turn(Switch.Parse("hairpin"), true)))
            await AgreesAsync(Out);
    }

    [Test]
    public void What_no_namespace_can_have_is_said() =>
        Assert.That(
            async () => await _lab.ChangeAsync(new HostChange.Turn(Switch.Parse("br_netfilter"), false)),
            Throws.TypeOf<CannotChangeException>().With.Message.Contains("the whole machine"));

    [Test]
    public async Task A_rule_that_the_tool_refuses_is_said_and_changes_nothing()
    {
        var before = _lab.Profile;
        Assert.That(
            async () => await _lab.ChangeAsync(new HostChange.Rule("iptables -t nat -A FORWARD -s client -j DROP")),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("iptables -t nat -A FORWARD"));
        Assert.That(await _lab.ReadAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task A_rule_for_a_chain_that_is_not_there_is_not_for_this_host()
    {
        var before = _lab.Profile;
        Assert.That(
            async () => await _lab.ChangeAsync(new HostChange.Rule("ip6tables -I DOCKER-USER -s client -j DROP")),
            Throws.TypeOf<CannotChangeException>().With.Message.StartsWith(
                "This host's ip6tables has no chain DOCKER-USER in the table filter"));
        Assert.That(await _lab.ReadAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task Of_chains_with_one_priority_the_one_made_last_runs_first()
    {
        await using var one = await _lab.ChangeAsync(new HostChange.NftTable(Equal("one", "")));
        await using var two = await _lab.ChangeAsync(new HostChange.NftTable(Equal("two", "ip saddr client drop;")));

        var request = (await AgreesAsync(Out)).Single();

        Assert.That(
            request.Trail.Hops.TakeLast(1).Select(hop => hop.Point.ToString()),
            Is.EqualTo(new[] { "nftables ip two c" }));
        Assert.That(request.Unsure, Is.Empty, "each has its recorder right behind it");
    }

    [Test]
    public async Task A_chain_made_before_the_tools_runs_after_them()
    {
        await using var lab = await Live.StartAsync(NamespaceSetup.Default with
        {
            Docker = null,
            BeforeTools = [Equal("early", "ip saddr client ip daddr wan drop;")],
        });

        var request = (await AgreesAsync(Out, lab)).Single();

        Assert.That(
            request.Trail.Hops.TakeLast(2).Select(hop => hop.Point.ToString()),
            Is.EqualTo(new[] { "iptables raw PREROUTING", "nftables ip early c" }));
    }

    [Test]
    public async Task Of_chains_with_one_priority_that_come_together_no_record_proves_what_was_crossed()
    {
        await using var both = await _lab.ChangeAsync(new HostChange.NftTable(
            "table ip both { chain a { type filter hook prerouting priority -7; }; chain b { type filter hook prerouting priority -7; ip saddr client drop; }; }"));

        var seen = await _lab.SendAsync(Out, Sending.Once with { Patience = TimeSpan.FromMilliseconds(60) });
        var request = Legs(seen.Finding).Single();
        var predicted = Prediction.Of(seen.Profile, Out, Leg.Request);
        var held = Unproven.Of(seen.Profile, predicted, request);

        Assert.Multiple(() =>
        {
            Assert.That(predicted.Hops[^1].Point.ToString(), Is.EqualTo("nftables ip both b"), "b was registered last");
            Assert.That(request.Trail.Hops.TakeLast(2).Select(hop => hop.Point.Chain), Is.EqualTo(new[] { "b", "a" }));
            Assert.That(held.Leg.Trail.Hops, Is.EqualTo(predicted.Hops));
            Assert.That(held.Reason, Does.Contain("but not which of them it crossed"));
        });
    }

    private static string Equal(string table, string rule) =>
        $"table ip {table} {{ chain c {{ type filter hook prerouting priority -300; {rule} }}; }}";

    [Test]
    public void The_kernel_log_is_not_for_it() =>
        Assert.That(
            async () => await _lab.SendAsync(Ping, Sending.Once with { Observers = Observers.Both }),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("use --observer nflog"));

    [Test]
    public async Task A_tcp_flow_takes_milliseconds()
    {
        var watch = Stopwatch.StartNew();
        const int flows = 200;
        for (var i = 0; i < flows; i++)
            Assert.That(
                Legs((await _lab.SendAsync(new(Endpoint.Client, Endpoint.Wan, Protocol.Tcp), Sending.Once)).Finding),
                Has.Length.EqualTo(6));
        TestContext.Out.WriteLine($"{flows * 6 / watch.Elapsed.TotalMinutes:0} legs a minute");
    }

    [Test]
    public async Task Hosts_of_every_release_agree_with_the_model(
        [Values] DockerRelease release, [Values] bool proxy) =>
        await AgreesOnAsync(NamespaceSetup.Default with { Docker = release, UserlandProxy = proxy });

    [TestCase(DockerRelease.V20, true, Backend.Legacy)]
    [TestCase(DockerRelease.V28Dot2, false, Backend.Legacy)]
    [TestCase(DockerRelease.V29Nftables, true, Backend.Legacy)]
    [TestCase(null, true, Backend.Nft)]
    [TestCase(null, true, Backend.Legacy)]
    public async Task Hosts_of_every_kind_agree_with_the_model(DockerRelease? release, bool proxy, Backend backend) =>
        await AgreesOnAsync(
            NamespaceSetup.Default with { Docker = release, UserlandProxy = proxy, Iptables = backend });

    private static async Task AgreesOnAsync(NamespaceSetup setup)
    {
        await using var lab = await Live.StartAsync(setup);
        Assert.That(lab.Profile.Iptables, Is.EqualTo(setup.Iptables));
        foreach (var ip in Enum.GetValues<IpVersion>())
            foreach (var flow in new[]
            {
                Ping,
                Out,
                new(Endpoint.Client, Endpoint.Host, Protocol.Tcp),
                new(Endpoint.Wan, Endpoint.Host, Protocol.Tcp) { Port = 8080 }
            })
                await AgreesAsync(flow with { Ip = ip }, lab);
    }

    private Task<ImmutableArray<ObservedLeg>> AgreesAsync(Flow flow) => AgreesAsync(flow, _lab);

    private static async Task<ImmutableArray<ObservedLeg>> AgreesAsync(Flow flow, NamespaceLab lab)
    {
        var seen = await lab.SendAsync(flow, Sending.Once with { Patience = TimeSpan.FromMilliseconds(60) });
        var legs = Legs(seen.Finding);
        Assert.That(
            legs.Select(leg => $"{leg.Leg}: {Told(leg.Trail)}"),
            Is.EqualTo(Prediction.Legs(seen.Profile, flow).Select(leg => $"{leg.Leg}: {Told(leg.Trail)}")));
        return legs;
    }

    private static string Told(Trail trail) =>
        $"{string.Join(" | ", trail.Hops.Select(hop => hop.ToString()))} → {trail.Outcome.To?.Name ?? trail.Outcome.At.ToString()}";

    private static ImmutableArray<ObservedLeg> Legs(Finding finding) =>
        finding is Finding.Observed(var legs) ? legs : throw new AssertionException(finding.ToString());
}
