using System.Net;
using static Hooktrail.Model.Tests.OwnHosts;

namespace Hooktrail.Model.Tests;

/// <summary>Whether rules let a sender learn the MAC address of its next hop; on a user's host.</summary>
public sealed class ArpRulesTests
{
    private static Trail Asked(HostProfile host, Endpoint from, Endpoint to) => Ask(host, from, to).Trail;

    private static HostProfile Host(params string[] rules) => With(Usual) with { Rules = Hosts.Rules(rules) };

    private static HostProfile Knowing(HostProfile host, string address, string device) => host with
    {
        Topology = host.Topology with
        {
            Neighbours = [new(IPAddress.Parse(address), device, "02:00:00:00:00:01")],
        },
    };

    [Test]
    public void Who_cannot_ask_by_ARP_sends_nothing_and_the_rule_is_named() =>
        Assert.That(
            Asked(Host("arptables filter -A INPUT -j DROP"), Named("a"), Endpoint.Host).Outcome.ToString(),
            Is.EqualTo("never seen (the ARP request for 10.0.0.1 is dropped at arptables filter INPUT (-A INPUT -j DROP))"));

    [Test]
    public void What_the_host_forwards_needs_ARP_too()
    {
        var trail = Asked(Host("arptables filter -A OUTPUT -o eth0 -j DROP"), Named("a"), Endpoint.Outside("192.0.2.9"));
        Assert.That(trail.Hops, Is.Not.Empty);
        Assert.That(trail.Outcome.ToString(), Does.Contain("the ARP request for 198.51.100.1 is dropped at arptables"));
    }

    [Test]
    public void Whom_the_host_knows_it_does_not_ask()
    {
        var host = Host("arptables filter -A OUTPUT -j DROP");
        Assert.That(Asked(host, Endpoint.Host, Named("a")).Outcome.Kind, Is.EqualTo(OutcomeKind.Vanished));
        Assert.That(
            Asked(Knowing(host, "10.0.0.2", "br0"), Endpoint.Host, Named("a")).Outcome.Kind,
            Is.EqualTo(OutcomeKind.Delivered));
    }

    /// <summary>It was not asked, so it did not learn who has the address that it answers to.</summary>
    [TestCase("arptables filter -A INPUT -j DROP", false)]
    [TestCase("arptables filter -A INPUT -s 10.0.0.3 -j DROP", true)]
    public void A_container_that_the_host_need_not_ask_asks_for_its_answer(string rule, bool arrives)
    {
        var host = Knowing(Host(rule), "10.0.0.2", "br0");
        var reply = Prediction.Legs(host, new(Endpoint.Host, Named("a"), Protocol.Icmp))
            .First(one => one.Leg == Leg.Reply).Trail;
        Assert.That(reply.Outcome.Kind == OutcomeKind.Delivered, Is.EqualTo(arrives), $"{reply.Outcome}");
    }

    [Test]
    public void A_match_that_cannot_be_decided_leaves_both_ways()
    {
        var host = With(Usual) with
        {
            Rules = RuleReader.Nftables(
                "table arp mine {\nchain c {\ntype filter hook input priority 0; policy accept;\nlimit rate over 1/minute drop\n}\n}",
                LabNamesAsTheyAre.Instance),
        };
        var leg = Ask(host, Named("a"), Endpoint.Host);
        Assert.That(leg.Ways, Has.Length.EqualTo(2));
        Assert.That(leg.Trail.Outcome.ToString(), Does.StartWith("not predictable").And.Contain("the ARP request for 10.0.0.1"));
    }

    [TestCase("ip6tables filter -A INPUT -p ipv6-icmp --icmpv6-type 135 -j DROP", OutcomeKind.Unknown)]
    [TestCase("ip6tables filter -A INPUT -i br0 -p ipv6-icmp --icmpv6-type 136 -j DROP", OutcomeKind.Unknown)]
    [TestCase("ip6tables filter -A INPUT -i eth0 -p ipv6-icmp --icmpv6-type 135 -j DROP", OutcomeKind.Delivered)]
    [TestCase("ip6tables filter -A INPUT -p ipv6-icmp --icmpv6-type 135 -j ACCEPT", OutcomeKind.Delivered)]
    [TestCase("ip6tables filter -A INPUT -p ipv6-icmp --icmpv6-type 129 -j DROP", OutcomeKind.Delivered)]
    public void A_rule_that_may_drop_neighbour_discovery_makes_it_unknown(string rule, OutcomeKind outcome)
    {
        var trail = Ask(Host(rule), Named("a"), Endpoint.Host, "fd00::1", IpVersion.V6).Trail;
        Assert.That(trail.Outcome.Kind, Is.EqualTo(outcome), $"{trail.Outcome}");
        if (outcome == OutcomeKind.Unknown)
            Assert.That(trail.Outcome.Reason, Does.Contain("may drop the neighbour solicitation for fd00::1"));
    }
}
