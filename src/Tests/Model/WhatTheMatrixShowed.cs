using static Hooktrail.Model.Tests.Walks;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Model.Tests;

/// <summary>What the exhaustive matrix showed of Linux 6.18 that no source had described.</summary>
public class WhatTheMatrixShowed
{
    [Test]
    public void A_port_in_hairpin_mode_sends_a_broadcast_back_too()
    {
        var trail = Prediction.Of(Hosts.Open with { Hairpin = true }, new(Left, Right, Protocol.Arp), Leg.Request);

        Assert.That(
            trail.Hops.Where(hop => hop.Point.ToString() == "ebtables filter FORWARD")
                .Select(hop => $"{hop.In}→{hop.Out}"),
            Is.EqualTo(new[] { "left.port→right.port", "left.port→left.port" }));
        Assert.That(trail.Outcome, Is.EqualTo(Outcome.Delivered(Right)));
    }

    [Test]
    public void Nobody_waits_for_his_own_broadcast() =>
        Assert.That(
            Prediction.Of(
                Hosts.Open with { Hairpin = true },
                new(Client, Everyone, Protocol.Udp) { Port = 67 },
                Leg.Request).Outcome,
            Is.EqualTo(Outcome.Delivered(Everyone)));

    [Test]
    public void MASQUERADE_of_IPv6_for_the_host_itself_takes_the_destination()
    {
        var trail = Prediction.Of(
            Hosts.With("ip6tables nat -A POSTROUTING -j MASQUERADE"),
            new(Endpoint.Host, Endpoint.Host, Protocol.Udp) { Ip = IpVersion.V6, Via = LabNames.Gateway },
            Leg.Request);

        Assert.That(trail.At("ip6tables raw PREROUTING").Source, Does.StartWith("lab.gateway"));
    }

    [Test]
    public void Which_address_MASQUERADE_of_IPv4_takes_by_loopback_nobody_can_say()
    {
        var outcome = Prediction.Of(
            Hosts.With("iptables nat -A POSTROUTING -j MASQUERADE"),
            Ping(Endpoint.Host, Endpoint.Host),
            Leg.Request).Outcome;

        Assert.That(outcome.Kind, Is.EqualTo(OutcomeKind.Unknown));
        Assert.That(outcome.Reason, Does.Contain("MASQUERADE"));
    }

    [Test]
    public void Who_has_the_SYN_ACK_sends_data_and_FIN_though_nothing_of_it_arrives()
    {
        var legs = Prediction.Legs(
            Hosts.With("iptables filter -A INPUT -m conntrack --ctstate ESTABLISHED -j DROP"),
            new(Client, Endpoint.Host, Protocol.Tcp));

        Assert.That(
            legs.Select(leg => $"{leg.Leg} {leg.Trail.Outcome.Kind}"),
            Is.EqualTo(new[]
            {
                "request Delivered", "reply Delivered", "request 2 Dropped", "request 3 Dropped", "request 4 Dropped"
            }));
    }

    [Test]
    public void A_socket_gets_no_error_about_a_packet_that_NAT_rewrote()
    {
        // The answer crosses the bridge past conntrack, so that it speaks of server:7 and not of what the client sent.
        var profile = Hosts.With("iptables nat -A PREROUTING -p udp --dport 80 -j DNAT --to-destination server:7");

        Assert.That(Error(profile).Kind, Is.EqualTo(OutcomeKind.Delivered));
        Assert.That(Error(profile with { BridgeNfCallIptables = false }).Kind, Is.EqualTo(OutcomeKind.Vanished));

        static Outcome Error(HostProfile profile) =>
            Prediction.Of(profile, new(Client, Wan, Protocol.Udp), Leg.Error).Outcome;
    }

    [TestCase(IpVersion.V4, OutcomeKind.Vanished)]
    [TestCase(IpVersion.V6, OutcomeKind.Delivered)]
    public void IPv6_takes_a_packet_from_its_own_address_and_IPv4_does_not(IpVersion ip, OutcomeKind outcome)
    {
        var profile = Hosts.With($"{ip.Layer().Name()} nat -A PREROUTING -d wan -j DNAT --to-destination client") with
        {
            BridgeNfCallIptables = false,
            BridgeNfCallIp6tables = false,
        };
        var legs = Prediction.Legs(profile, new(Client, Wan, Protocol.Udp) { Ip = ip });

        Assert.That(legs[0].Trail.Outcome.Kind, Is.EqualTo(outcome));
        Assert.That(legs.Where(leg => leg.Leg.Direction == Direction.Reply), Is.Empty, "its answer does not leave it");
    }

    [TestCase(IpVersion.V4, "lab.gateway")]
    [TestCase(IpVersion.V6, "away.gateway")]
    public void What_NAT_led_elsewhere_in_the_bridge_came_in_there_to_IPv6(IpVersion ip, string source)
    {
        var tool = ip.Layer().Name();
        var profile = Hosts.With(
            $"{tool} nat -A PREROUTING -d wan -j DNAT --to-destination stranger",
            $"{tool} filter -A FORWARD -d stranger -j REJECT");

        Assert.That(
            Prediction.Of(profile, Ping(Client, Wan) with { Ip = ip }, Leg.Error).At($"{tool} raw OUTPUT").Source,
            Is.EqualTo(source));
    }

    [Test]
    public void What_a_promiscuous_bridge_hands_up_has_lost_its_connection()
    {
        var broadcast = new Flow(Stranger, Everyone, Protocol.Udp) { Port = 67 };
        var promiscuous = Hosts.Open with { Promiscuous = true };

        Assert.That(Points(Hosts.Open), Does.Contain("iptables nat INPUT"));
        Assert.That(Points(promiscuous), Does.Not.Contain("iptables nat INPUT"));
        Assert.That(Points(promiscuous with { Kernel = new(6, 7) }), Does.Contain("iptables nat INPUT"));
        // It was brought back to stable series.
        Assert.That(Points(promiscuous with { Kernel = new(6, 1, 87) }), Does.Contain("iptables nat INPUT"));
        Assert.That(Points(promiscuous with { Kernel = new(6, 1, 88) }), Does.Not.Contain("iptables nat INPUT"));

        IEnumerable<string> Points(HostProfile profile) =>
            Prediction.Of(profile, broadcast, Leg.Request).Hops.Select(hop => hop.Point.ToString());
    }

    [TestCase("6.1.80", false)]
    [TestCase("6.1.81", true)]
    public void A_broadcast_that_goes_up_is_confirmed_before_nat_INPUT_so_SNAT_there_does_nothing(
        string kernel, bool isConfirmed)
    {
        var profile = Hosts.With(
            "iptables nat -A INPUT -j SNAT --to-source insider") with
        { Kernel = KernelVersion.Parse(kernel) };
        var broadcast = new Flow(Stranger, Everyone, Protocol.Udp) { Port = 67 };

        Assert.That(Points(1), Does.Contain("iptables nat INPUT"));
        Assert.That(
            Points(2).Contains("iptables nat INPUT"),
            Is.EqualTo(isConfirmed),
            "nothing was settled, so it is asked again");
        Assert.That(
            Prediction.Of(profile, broadcast, Leg.Request).At("iptables security INPUT").Source,
            Is.EqualTo(isConfirmed ? "stranger" : "insider"));

        IEnumerable<string> Points(int packet) =>
            Prediction.Of(profile, broadcast, new Leg(Direction.Request, packet)).Hops
                .Select(hop => hop.Point.ToString());
    }

    [TestCase("new", "request")]
    [TestCase("established", "reply")]
    public void The_bridges_own_input_chain_still_sees_the_connection_of_what_a_promiscuous_bridge_hands_up(
        string state, string leg)
    {
        var rules = RuleText.Read(
            Layer.Nftables,
            [
                "table bridge mine {", "chain c {",
                "type filter hook input priority 0; policy accept;", $"ct state {state} drop", "}", "}"
            ],
            "the test");
        var profile = Hosts.Open with { Promiscuous = true, Rules = rules };

        var trail = leg == "reply" ? Reply(Client, Server, profile) : Request(Client, Server, profile);
        Assert.That(trail.Outcome.ToString(), Does.StartWith("dropped at nftables bridge mine c"));
    }

    [TestCase(false, OutcomeKind.Delivered)]
    [TestCase(true, OutcomeKind.Dropped)]
    public void NOTRACK_does_not_outlast_a_promiscuous_bridge(bool promiscuous, OutcomeKind outcome)
    {
        var profile = Hosts.With(
            "iptables raw -A PREROUTING -j NOTRACK", "iptables filter -A INPUT -m conntrack --ctstate INVALID -j DROP");

        Assert.That(
            Prediction.Of(
                profile with { Promiscuous = promiscuous },
                new(Stranger, Everyone, Protocol.Udp) { Port = 67 },
                Leg.Request).Outcome.Kind,
            Is.EqualTo(outcome));
    }

    [TestCase("", ExpectedResult = true)]
    [TestCase("iptables raw -A OUTPUT -j NOTRACK", ExpectedResult = false)]
    public bool NOTRACK_keeps_the_error_of_a_port_without_a_socket_from_the_connection(string rule)
    {
        // DNAT has led the datagram to the host, which speaks of its own address unless conntrack knows better.
        var redirect = "iptables nat -A PREROUTING -p udp -j REDIRECT --to-ports 9";
        var legs = Prediction.Legs(
            rule.Length == 0 ? Hosts.With(redirect) : Hosts.With(redirect, rule), new(Client, Wan, Protocol.Udp));

        return legs.First(leg => leg.Leg.Direction == Direction.Error).Trail.Hops[^1].Source == "wan";
    }

    [Test]
    public void A_promiscuous_bridge_also_routes_what_NAT_led_to_a_neighbour()
    {
        var profile = Hosts.With(
            "iptables nat -A PREROUTING -d wan -j DNAT --to-destination server") with
        { SendRedirects = false };

        Assert.That(Forwards(profile), Is.EqualTo(1));
        Assert.That(Forwards(profile with { Promiscuous = true }), Is.EqualTo(2));

        static int Forwards(HostProfile profile) =>
            Request(Client, Wan, profile).Hops.Count(hop => hop.Point.ToString() == "iptables filter FORWARD");
    }

    [Test]
    public void ARP_takes_no_frame_for_another_from_a_promiscuous_bridge() =>
        Assert.That(
            Prediction.Of(Hosts.Open with { Promiscuous = true }, new(Client, Server, Protocol.Arp), Leg.Reply).Hops
                .Select(hop => hop.Point.Layer),
            Does.Not.Contain(Layer.Arptables));
}
