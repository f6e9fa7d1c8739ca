using Hooktrail.Trails;
using NUnit.Framework;
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
        Assert.That(trail.Outcome.ToString(), Is.EqualTo("dropped at iptables filter FORWARD (-j DROP)"));
    }

    [TestCaseSource(nameof(EveryHop))]
    public void A_packet_dropped_at_a_hook_point_has_crossed_it_and_nothing_after(Flow flow, HookPoint point)
    {
        var open = HostProfile.Default with { Rules = [] };
        var whole = Prediction.Of(open, flow, Leg.Request).Hops;

        var trail = Prediction.Of(open with { Rules = [new Rule(point, Verdict.Drop)] }, flow, Leg.Request);

        Assert.That(trail.Hops, Is.EqualTo(whole.Take(trail.Hops.Length)));
        Assert.That(trail.Hops[^1].Point, Is.EqualTo(point));
        Assert.That(trail.Outcome, Is.EqualTo(Outcome.Dropped(point, "-j DROP")));
    }

    [Test]
    public void An_ACCEPT_ends_its_own_chain_only()
    {
        var profile = HostProfile.Default with { Rules = [Accept("mangle"), Drop("mangle"), Drop("filter")] };

        Assert.That(Request(Client, Server, profile).Outcome.At.ToString(), Is.EqualTo("iptables filter FORWARD"));

        static Rule Accept(string table) => new(HookPoints.Parse("iptables", table, "FORWARD"), Verdict.Accept);
        static Rule Drop(string table) => new(HookPoints.Parse("iptables", table, "FORWARD"), Verdict.Drop);
    }

    [Test]
    public void A_rule_asks_every_condition_that_it_has()
    {
        var forward = HookPoints.Parse("iptables", "filter", "FORWARD");

        Assert.Multiple(() =>
        {
            Assert.That(Drops(new Rule(forward, Verdict.Drop) { In = "lab" }), Is.True);
            Assert.That(Drops(new Rule(forward, Verdict.Drop) { In = "wan.nic" }), Is.False);
            Assert.That(Drops(new Rule(forward, Verdict.Drop) { NotIn = "lab" }), Is.False);
            Assert.That(Drops(new Rule(forward, Verdict.Drop) { NotIn = "wan.nic" }), Is.True);
            Assert.That(Drops(new Rule(forward, Verdict.Drop) { Out = "wan.nic" }), Is.True);
            Assert.That(Drops(new Rule(forward, Verdict.Drop) { Out = "lab" }), Is.False);
            Assert.That(Drops(new Rule(forward, Verdict.Drop) { NotOut = "wan.nic" }), Is.False);
            Assert.That(Drops(new Rule(forward, Verdict.Drop) { NotOut = "lab" }), Is.True);
            Assert.That(Drops(new Rule(forward, Verdict.Drop) { FromLab = true }), Is.True);
            Assert.That(Drops(new Rule(forward, Verdict.Drop) { Established = true }), Is.False);
            Assert.That(Drops(new Rule(forward, Verdict.Drop) { In = "lab", Out = "lab" }), Is.False);
        });

        static bool Drops(Rule rule) => Request(Client, Wan, HostProfile.Default with { Rules = [rule] }).Outcome.Kind == OutcomeKind.Dropped;
    }

    [Test]
    public void A_rule_is_written_as_the_tool_writes_it()
    {
        var rule = new Rule(HookPoints.Parse("iptables", "filter", "FORWARD"), Verdict.Accept)
        {
            In = "a",
            NotIn = "b",
            Out = "c",
            NotOut = "d",
            FromLab = true,
            Established = true,
        };

        Assert.That(
            rule.ToString(), Is.EqualTo("-i a ! -i b -o c ! -o d -s lab -m conntrack --ctstate ESTABLISHED -j ACCEPT"));
    }

    [Test]
    public void A_host_that_does_not_forward_lets_routed_packets_vanish_after_PREROUTING()
    {
        var trail = Request(Wan, Client, HostProfile.Default with { IpForward = false });

        Assert.That(
            trail.Outcome, Is.EqualTo(Outcome.Vanished(HookPoints.Parse("iptables", "nat", "PREROUTING"), "net.ipv4.ip_forward is off")));
    }

    [Test]
    public void A_host_that_does_not_forward_still_bridges() =>
        Assert.That(
            Request(Client, Server, HostProfile.Default with { IpForward = false }), Is.EqualTo(Request(Client, Server)));

    [Test]
    public void A_DROP_in_broute_of_nft_has_the_frame_routed_as_if_its_port_were_a_plain_device()
    {
        var broute = HookPoints.Parse("ebtables", "broute", "BROUTING");
        var profile = HostProfile.Default with { Rules = [new Rule(broute, Verdict.Drop)] };

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
    public void A_DROP_in_broute_loses_a_frame_whose_MAC_address_is_not_that_of_its_port(string kernel, Backend backend, string to)
    {
        var broute = HookPoints.Parse("ebtables", "broute", "BROUTING");
        var profile = HostProfile.Default with
        {
            Kernel = KernelVersion.Parse(kernel),
            Ebtables = backend,
            Rules = [new Rule(broute, Verdict.Drop)],
        };

        var trail = Request(Client, Parse(to), profile);
        Assert.That(trail.Hops.Select(hop => hop.Point), Is.EqualTo(new[] { broute }));
        Assert.That(trail.Outcome.Kind, Is.EqualTo(OutcomeKind.Vanished));
    }

    /// <summary>Every flow with every hook point that drops what it is told to: broute does not.</summary>
    private static IEnumerable<TestCaseData> EveryHop() =>
        from flow in Flows
        from point in Prediction.Of(HostProfile.Default with { Rules = [] }, flow, Leg.Request).Hops.Select(hop => hop.Point).Distinct()
        where point.Table != "broute"
        select new TestCaseData(flow, point);
}
