using System.Net;
using Hooktrail.Questions.Reach;

namespace Hooktrail.Tests.Questions.Reach;

/// <summary>Each surprise on a host that has it, and on one that differs only in that.</summary>
public sealed class SurpriseTests
{
    private const string Open6 = "*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n";
    private const string Closed6 = "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -i br-shop -j ACCEPT\nCOMMIT\n";

    [Test]
    public void A_port_that_is_not_published_is_open_where_the_policy_of_FORWARD_accepts()
    {
        var open = Tables.Of(Tables.WithRules(rules => rules.Replace(":FORWARD DROP", ":FORWARD ACCEPT")));
        var surprise = open.Surprises.Single(one => one.Kind == SurpriseKind.UnpublishedPort);
        Assert.That(
            surprise.Says,
            Is.EqualTo("The port shop-db-1:5432/tcp is reached from the internet and beyond eth1 at the container's own address, though not published: no rule and no policy turns the packet away. A machine next to the host only needs a route to the container's network."));
        Assert.That(surprise.Advice, Does.Contain("drop in DOCKER-USER what comes in by eth0 or eth1"));
        Assert.That(surprise.Cells.Select(one => one.Source.Name), Is.EqualTo(new[] { "internet", "beyond eth1" }));
        Assert.That(Tables.Of().Kinds(), Does.Not.Contain(SurpriseKind.UnpublishedPort));
    }

    [Test]
    public void The_rule_that_opens_it_is_named()
    {
        var open = Tables.Of(Tables.WithRules(rules => rules.Replace(
            "-A DOCKER -d", "-A DOCKER -d 172.18.0.3/32 -p tcp -j ACCEPT\n-A DOCKER -d")));
        Assert.That(
            open.Surprises.Single(one => one.Kind == SurpriseKind.UnpublishedPort).Says,
            Does.Contain("what lets it pass is iptables filter DOCKER: -A DOCKER -d 172.18.0.3/32 -p tcp -j ACCEPT"));
    }

    [Test]
    public void A_port_published_only_on_loopback_counts_as_not_published()
    {
        var host = Tables.With(one => one.Name == "shop-web-1"
            ? one with { Published = [new(IPAddress.Loopback, 8443, "tcp", 443)] }
            : one);
        Assert.That(
            Tables.Of(host).Surprises.Where(one => one.Kind == SurpriseKind.UnpublishedPort)
                .SelectMany(one => one.Cells)
                .Select(cell => cell.Service.Name)
                .Distinct(),
            Is.EqualTo(new[] { "shop-web-1:443/tcp" }));
    }

    [Test]
    public void The_policy_of_INPUT_does_not_close_a_published_port()
    {
        var surprise = Tables.Of().Surprises.Single(one => one.Kind == SurpriseKind.PolicyOfInput);
        Assert.That(
            surprise.Says,
            Is.EqualTo("The port host:8443/tcp (shop-web-1:443) is reached from the internet and beyond eth1, though a packet for the host would be dropped in iptables filter INPUT by its policy: DNAT makes it a packet for the container before INPUT, so it crosses FORWARD instead."));
        var accepting = Tables.Of(Tables.WithRules(rules => rules.Replace(":INPUT DROP", ":INPUT ACCEPT")));
        Assert.That(accepting.Kinds(), Does.Not.Contain(SurpriseKind.PolicyOfInput));
    }

    [Test]
    public void A_rule_of_INPUT_does_not_close_a_published_port()
    {
        // As ufw writes it.
        var host = Tables.WithRules(rules => rules.Replace(
            "-A INPUT -i lo", "-A INPUT -j ufw-user-input\n-A INPUT -i lo").Replace(
            ":DOCKER - [0:0]\n:DOCKER-USER", ":ufw-user-input - [0:0]\n:DOCKER - [0:0]\n:DOCKER-USER").Replace(
            "-A FORWARD -j DOCKER-USER", "-A ufw-user-input -p tcp -m tcp --dport 8443 -j DROP\n-A FORWARD -j DOCKER-USER"));
        var surprise = Tables.Of(host).Surprises.Single(one => one.Kind == SurpriseKind.RuleOfInput);
        Assert.That(
            surprise.Says,
            Does.Contain("dropped in iptables filter ufw-user-input by rule 1: -A ufw-user-input -p tcp -m tcp --dport 8443 -j DROP. The rule never sees it"));
        Assert.That(surprise.Advice, Does.Contain("publish it on 127.0.0.1 only"));
        Assert.That(Tables.Of().Kinds(), Does.Not.Contain(SurpriseKind.RuleOfInput));
    }

    [Test]
    public void A_port_that_FORWARD_closes_too_is_no_surprise()
    {
        var host = Tables.WithRules(rules => rules.Replace(
            "-A DOCKER-USER -i eth0", "-A DOCKER-USER -p tcp -m tcp --dport 443 -j DROP\n-A DOCKER-USER -i eth0"));
        Assert.That(Tables.Of(host).Surprises, Is.Empty);
    }

    [Test]
    public void What_IPv4_closes_is_open_for_IPv6()
    {
        var surprise = Tables.Of(Tables.WithIpv6(Open6)).Surprises.Single(one => one.Kind == SurpriseKind.OpenByIpv6);
        Assert.That(
            surprise.Says,
            Is.EqualTo("The port shop-db-1:5432/tcp by IPv6 is reached from the internet, but not by IPv4: what closes it there is iptables filter FORWARD: its policy, and IPv6 has rules of its own."));
        Assert.That(Tables.Of(Tables.WithIpv6(Closed6)).Kinds(), Does.Not.Contain(SurpriseKind.OpenByIpv6));
    }

    [Test]
    public void With_forwarding_off_published_ports_are_not_reached()
    {
        var host = Shop.On(Shop.Topology with
        {
            Devices =
            [
                .. Shop.Topology.Devices.Select(one => one with
                {
                    Settings = one.Settings with { Forwarding = one.Name != "eth0" },
                }),
            ],
        });
        var surprise = Tables.Of(host).Surprises.Single(one => one.Kind == SurpriseKind.ForwardingOff);
        Assert.That(
            surprise.Says,
            Is.EqualTo("The port host:8443/tcp (shop-web-1:443) is published and not reached from the internet: the host forwards nothing that comes in by eth0 (net.ipv4.ip_forward is off)."));
        Assert.That(surprise.Cells.Select(one => one.Source.Name), Is.EqualTo(new[] { "internet" }));
        Assert.That(Tables.Of().Kinds(), Does.Not.Contain(SurpriseKind.ForwardingOff));
    }

    [Test]
    public void Many_ports_are_one_surprise_that_lists_some()
    {
        var town = Town.Of(20);
        var open = town with
        {
            Rules = town.Rules with
            {
                Chains = [.. town.Rules.Chains.Where(chain => chain.Id.Table != "raw").Select(chain => chain with
                {
                    Policy = chain.Id.Name == "FORWARD" ? Policy.Accept : chain.Policy,
                    Rules = chain.Id.Name == "DOCKER" && chain.Id.Table == "filter" ? [] : chain.Rules,
                })],
            },
            Topology = town.Topology with
            {
                Containers = [.. town.Topology.Containers.Select(one => one with { Published = [] })],
            },
        };
        var surprise = Tables.Of(open).Surprises.Single();
        Assert.That(surprise.Says, Does.StartWith("The ports house0:80/tcp, house1:80/tcp, ").And.Contain(", and 12 more are reached from the internet "));
        Assert.That(surprise.Cells, Has.Length.EqualTo(20));
    }
}
