using Hooktrail.Model.Devices;
using Hooktrail.Model.Netfilter;
using static Hooktrail.Model.Tests.Walks;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Model.Tests;

public class RulesAndRoutes
{
    [Test]
    public void What_comes_from_the_wan_unasked_is_dropped_in_filter_FORWARD()
    {
        var trail = Request(Wan, Client);

        Assert.That(trail.Devices(), Is.EqualTo(Board("""
            iptables raw    PREROUTING wan.nic→-
            iptables mangle PREROUTING wan.nic→-
            iptables nat    PREROUTING wan.nic→-
            iptables mangle FORWARD    wan.nic→lab
            iptables filter FORWARD    wan.nic→lab
            """)));
        Assert.That(trail.Outcome.ToString(), Is.EqualTo("dropped at iptables filter FORWARD (policy of FORWARD)"));
    }

    [TestCaseSource(nameof(EveryHop))]
    public void A_packet_dropped_at_a_hook_point_has_crossed_it_and_nothing_after(Flow flow, HookPoint point)
    {
        var whole = Prediction.Of(Hosts.Open, flow, Leg.Request).Hops;

        var trail = Prediction.Of(
            Hosts.With($"{point.Layer.Name()} {point.Table} -A {point.Chain} -j DROP"), flow, Leg.Request);

        Assert.That(trail.Hops, Is.EqualTo(whole.Take(trail.Hops.Length)));
        Assert.That(trail.Hops[^1].Point, Is.EqualTo(point));
        Assert.That(trail.Outcome, Is.EqualTo(Outcome.Dropped(point, $"-A {point.Chain} -j DROP")));
    }

    [Test]
    public void An_ACCEPT_ends_its_own_chain_only()
    {
        var profile = Hosts.With(
            "iptables mangle -A FORWARD -j ACCEPT",
            "iptables mangle -A FORWARD -j DROP",
            "iptables filter -A FORWARD -j DROP");

        Assert.That(Request(Client, Server, profile).Outcome.At.ToString(), Is.EqualTo("iptables filter FORWARD"));
    }

    [TestCase("-i lab", ExpectedResult = true)]
    [TestCase("-i wan.nic", ExpectedResult = false)]
    [TestCase("! -i lab", ExpectedResult = false)]
    [TestCase("! -i wan.nic", ExpectedResult = true)]
    [TestCase("-o wan.nic", ExpectedResult = true)]
    [TestCase("-o lab", ExpectedResult = false)]
    [TestCase("! -o wan.nic", ExpectedResult = false)]
    [TestCase("! -o lab", ExpectedResult = true)]
    [TestCase("-s client", ExpectedResult = true)]
    [TestCase("-s server", ExpectedResult = false)]
    [TestCase("-d wan", ExpectedResult = true)]
    [TestCase("-p icmp", ExpectedResult = true)]
    [TestCase("-p tcp", ExpectedResult = false)]
    [TestCase("-m conntrack --ctstate ESTABLISHED", ExpectedResult = false)]
    [TestCase("-m conntrack --ctstate NEW", ExpectedResult = true)]
    [TestCase("-m addrtype --dst-type LOCAL", ExpectedResult = false)]
    [TestCase("-i lab -o lab", ExpectedResult = false)]
    public bool A_rule_asks_every_condition_that_it_has(string condition) =>
        Request(Client, Wan, Hosts.With($"iptables filter -A FORWARD {condition} -j DROP")).Outcome.Kind
            == OutcomeKind.Dropped;

    [Test]
    public void What_a_rule_asks_that_the_model_does_not_know_is_named()
    {
        var profile = Hosts.With("iptables filter -A FORWARD -i lab -m limit --limit 1/second -j DROP");

        var outcome = Request(Client, Wan, profile).Outcome;
        Assert.That(outcome.Kind, Is.EqualTo(OutcomeKind.Unknown));
        Assert.That(outcome.ToString(), Does.Contain("limit"));
        Assert.That(Request(Wan, Client, profile).Outcome.Kind, Is.EqualTo(OutcomeKind.Delivered));
    }

    [Test]
    public void A_rule_that_asks_for_the_source_MAC_address_is_not_guessed_at() =>
        Assert.That(
            Request(Client, Server, Hosts.With("ebtables filter -A FORWARD -s 02:42:ac:1e:01:02 -j DROP")).Outcome.Kind,
            Is.EqualTo(OutcomeKind.Unknown));

    [TestCase("client", ExpectedResult = OutcomeKind.Dropped)]
    [TestCase("server", ExpectedResult = OutcomeKind.Delivered)]
    public OutcomeKind A_frame_on_its_senders_port_has_the_senders_MAC_address(string owner) =>
        Request(Client, Server, Hosts.With($"ebtables filter -A FORWARD -s {owner} -j DROP")).Outcome.Kind;

    [TestCase("Unicast", ExpectedResult = OutcomeKind.Dropped)]
    [TestCase("Multicast", ExpectedResult = OutcomeKind.Delivered)]
    [TestCase("Broadcast", ExpectedResult = OutcomeKind.Delivered)]
    public OutcomeKind A_frame_for_one_container_is_unicast(string kind) =>
        Request(Client, Server, Hosts.With($"ebtables filter -A FORWARD -d {kind} -j DROP")).Outcome.Kind;

    [Test]
    public void A_users_chain_of_ebtables_has_its_own_policy()
    {
        var forward = new ChainId(Layer.Ebtables, "filter", "FORWARD");
        var ours = new ChainId(Layer.Ebtables, "filter", "OURS");
        var rules = new RuleSet(
        [
            new(forward, Policy.Accept, [new("-A FORWARD -j OURS", [], new JumpTarget("OURS"))]),
            new(ours, Policy.Drop, []),
        ]);

        Assert.That(
            Request(Client, Server, Hosts.Open with { Rules = rules }).Outcome.ToString(),
            Is.EqualTo("dropped at ebtables filter FORWARD (policy of OURS)"));
    }

    [Test]
    public void A_chain_that_returns_lets_its_caller_go_on()
    {
        var profile = Hosts.With(
            "iptables filter -A FORWARD -j OURS", "iptables filter -A OURS -i wan.nic -j DROP",
            "iptables filter -A OURS -j RETURN", "iptables filter -A OURS -j DROP",
            "iptables filter -A FORWARD -o wan.nic -j REJECT");

        Assert.That(Request(Client, Server, profile).Outcome, Is.EqualTo(Outcome.Delivered(Server)));
        Assert.That(Request(Wan, Client, profile).Outcome.Kind, Is.EqualTo(OutcomeKind.Dropped));
        Assert.That(Request(Client, Wan, profile).Outcome.Kind, Is.EqualTo(OutcomeKind.Rejected));
    }

    [TestCase("-j RETURN")]
    [TestCase("-g OURS")]
    public void What_a_hooks_own_chain_gives_back_is_decided_by_its_policy_and_its_rules_say_so(string target)
    {
        var forward = new ChainId(Layer.Iptables, "filter", "FORWARD");
        var rules = Hosts.Rules($"iptables filter -A FORWARD {target}", "iptables filter -A OURS -s wan -j ACCEPT");
        var profile = Hosts.Open with
        {
            Rules = rules with
            {
                Chains = [.. rules.Chains.Select(chain => chain.Id == forward ? chain with { Policy = Policy.Drop } : chain)],
            },
        };
        var flow = new Flow(Client, Wan, Protocol.Icmp);

        Assert.That(
            Prediction.Of(profile, flow, Leg.Request).Outcome.ToString(),
            Is.EqualTo("dropped at iptables filter FORWARD (policy of FORWARD)"));
        Assert.That(
            Prediction.Rules(profile, flow, Leg.Request).Select(rule => (rule.Number, rule.Text)),
            Is.EqualTo(new (int?, string)[] { (1, $"-A FORWARD {target}"), (null, "policy of FORWARD") }));
    }

    [Test]
    public void After_a_segment_is_rejected_its_sender_is_told_and_the_model_knows_no_further()
    {
        var profile = Hosts.With(
            "iptables filter -A FORWARD -s wan -m conntrack --ctstate NEW -j ACCEPT",
            "iptables filter -A FORWARD -s wan -j REJECT --reject-with icmp-port-unreachable");

        var legs = Prediction.Legs(profile, new(Wan, Client, Protocol.Tcp));

        Assert.That(
            legs.Select(leg => $"{leg.Leg}: {leg.Trail.Outcome.Kind}"),
            Is.EqualTo(
                ["request: Delivered", "reply: Delivered", "request 2: Rejected", "error 2: Delivered", "request 3: Unknown"]));
        Assert.That(legs[^1].Trail.Outcome.Reason, Does.Contain("depends on its program"));
    }

    [Test]
    public void A_host_that_does_not_forward_lets_routed_packets_vanish_after_PREROUTING()
    {
        var trail = Request(Wan, Client, HostProfile.Default with { IpForward = false });

        Assert.That(
            trail.Outcome,
            Is.EqualTo(
                Outcome.Vanished(HookPoints.Parse("iptables", "nat", "PREROUTING"), "net.ipv4.ip_forward is off")));
    }

    [TestCase(1, "IcmpError", 1)]
    [TestCase(2, "IcmpRedirect", 1)]
    [TestCase(64, "IcmpRedirect", 63)]
    public void A_redirect_quotes_the_packet_with_its_TTL_lowered(int ttl, string message, int quoted)
    {
        var host = new Host(Hosts.Open with { BridgeNfCallIptables = false });
        var packet = new Packet(
            host,
            new ConnectionTable(new Choices(unites: true)),
            Content.OfIcmp(Kind.EchoRequest, Family.IPv4, (8, 0)),
            new("client"),
            new("server"))
        {
            Device = "client.port",
            Mac = "lab",
            Ttl = ttl,
        };

        NetworkDevice.Receive(packet);

        var answer = packet.Passage.Error!.Content;
        Assert.That(answer.Kind, Is.EqualTo(Enum.Parse<Kind>(message)));
        Assert.That(answer.About!.Ttl, Is.EqualTo(quoted));
    }

    [Test]
    public void A_host_that_does_not_forward_still_bridges() =>
        Assert.That(
            Request(Client, Server, HostProfile.Default with { IpForward = false }),
            Is.EqualTo(Request(Client, Server)));

    [Test]
    public void A_DROP_in_broute_of_nft_has_the_frame_routed_as_if_its_port_were_a_plain_device()
    {
        var profile = HostProfile.Default with { Rules = Hosts.Rules("ebtables broute -A BROUTING -j DROP") };

        Assert.That(Request(Client, Endpoint.Host, profile).Devices(), Is.EqualTo(Board("""
            ebtables broute   BROUTING   client.port→-
            iptables raw      PREROUTING client.port→-
            iptables mangle   PREROUTING client.port→-
            iptables nat      PREROUTING client.port→-
            iptables mangle   INPUT      client.port→-
            iptables filter   INPUT      client.port→-
            iptables nat      INPUT      client.port→-
            iptables security INPUT      client.port→-
            """)));
    }

    [TestCase("4.15", Backend.Legacy, "host")]
    [TestCase("6.12", Backend.Legacy, "host")]
    [TestCase("6.12", Backend.Nft, "server")]
    public void A_DROP_in_broute_loses_a_frame_whose_MAC_address_is_not_that_of_its_port(
        string kernel, Backend backend, string to)
    {
        var broute = HookPoints.Parse("ebtables", "broute", "BROUTING");
        var profile = HostProfile.Default with
        {
            Kernel = KernelVersion.Parse(kernel),
            Ebtables = backend,
            Rules = Hosts.Rules("ebtables broute -A BROUTING -j DROP"),
        };

        var trail = Request(Client, Parse(to), profile);
        Assert.That(trail.Hops.Select(hop => hop.Point), Is.EqualTo(new[] { broute }));
        Assert.That(trail.Outcome.Kind, Is.EqualTo(OutcomeKind.Vanished));
    }

    /// <summary>Broute is left out, for it does not drop.</summary>
    private static IEnumerable<TestCaseData> EveryHop() =>
        from flow in Flows
        from point in Prediction.Of(Hosts.Open, flow, Leg.Request).Hops.Select(hop => hop.Point).Distinct()
        where point.Table != "broute"
        select new TestCaseData(flow, point);
}
