using System.Net;
using Hooktrail.Trails.Topologies;
using static Hooktrail.Model.Tests.OwnHosts;

namespace Hooktrail.Model.Tests;

/// <summary>What only users' hosts have: devices without addresses, VLANs in a bridge, and proxy_arp.</summary>
public sealed class OwnHostTests
{
    private static readonly Endpoint Far = Endpoint.Outside("203.0.113.7");

    private static RuleChain Redirect(Layer layer) => new(
        new(layer, "nat", "PREROUTING"), Policy.Accept,
        [new("-A PREROUTING -j REDIRECT", [], new RedirectTarget(null))]);

    [TestCase("198.51.100.2/24", IpVersion.V4, "delivered to host")]
    [TestCase("2001:db8::2/64", IpVersion.V4, "dropped at iptables nat PREROUTING (-A PREROUTING -j REDIRECT)")]
    [TestCase("2001:db8::2/64", IpVersion.V6, "delivered to host")]
    [TestCase("198.51.100.2/24", IpVersion.V6, "dropped at ip6tables nat PREROUTING (-A PREROUTING -j REDIRECT)")]
    public void REDIRECT_drops_what_comes_in_by_a_device_without_an_address(string address, IpVersion ip, string outcome)
    {
        var host = OwnHosts.With(
            OwnHosts.With(one => one.Name == "eth0" ? one with { Addresses = [Own(address)] } : one),
            Redirect(Layer.Iptables), Redirect(Layer.Ip6tables));
        var leg = ip == IpVersion.V4
            ? Ask(host, Far, Named("a"), "10.0.0.2", ip)
            : Ask(host, Endpoint.Outside("2001:db8:9::7"), Named("a"), "fd00::2", ip);
        Assert.That(leg.Trail.Outcome.ToString(), Is.EqualTo(outcome));
    }

    [Test]
    public void REDIRECT_takes_the_first_address_of_the_device()
    {
        var host = OwnHosts.With(
            OwnHosts.With(one => one.Name == "eth0"
                ? one with { Addresses = [Own("198.51.100.2/24"), Own("10.0.0.9/24")] }
                : one),
            Redirect(Layer.Iptables));
        var hops = Ask(host, Far, Named("a"), "10.0.0.2").Trail.Hops;
        Assert.That(hops[^1].Destination, Is.EqualTo("198.51.100.2"));
    }

    private static RuleChain Chain(string table, string name, Target target) => new(
        new(Layer.Iptables, table, name), Policy.Accept, [new($"-A {name} -j SOMETHING", [], target)]);

    [Test]
    public void An_error_about_a_closed_port_that_is_not_tracked_speaks_of_another_packet()
    {
        var host = OwnHosts.With(Usual, Redirect(Layer.Iptables), Chain("raw", "OUTPUT", new NotrackTarget()));
        var flow = new Flow(Far, Endpoint.Host, Protocol.Udp) { Via = "10.0.0.1", By = "eth0", Port = 9 };
        Assert.That(
            Prediction.LegOf(host, flow, new(Direction.Error, 1)).Trail.Outcome.Reason,
            Is.EqualTo("it speaks of a packet for 198.51.100.2:9, and 203.0.113.7 sent one for 10.0.0.1:9"));
    }

    [Test]
    public void A_socket_takes_no_answer_for_another_address_of_the_host()
    {
        var flow = new Flow(Endpoint.Host, Far, Protocol.Udp);
        var snat = Chain("nat", "POSTROUTING", new SnatTarget("10.0.0.1", null));
        Assert.That(
            Prediction.LegOf(OwnHosts.With(Usual, snat), flow, Leg.Reply).Trail.Outcome.Kind,
            Is.EqualTo(OutcomeKind.Delivered));
        Assert.That(
            Prediction.LegOf(
                OwnHosts.With(Usual, snat, Chain("raw", "PREROUTING", new NotrackTarget())), flow, Leg.Reply)
                .Trail.Outcome.Reason,
            Is.EqualTo("it is for 10.0.0.1, and host sent from 198.51.100.2"));
    }

    private static Topology Vlans(params (string Device, PassingVlans Vlan)[] passing) => OwnHosts.With(one => one with
    {
        FiltersVlans = one.Name == "br0",
        Vlans = [.. passing.Where(of => of.Device == one.Name).Select(of => of.Vlan)],
    });

    private static PassingVlans Untagged(int vlan) => new(vlan, vlan, IsOfUntagged: true, LeavesUntagged: true);

    [TestCase("a", "b", "delivered to b")]
    [TestCase("b", "a", "delivered to a")]
    [TestCase("a", "c", "not seen again after iptables nat POSTROUTING (nobody in VLAN 1 of br0 has the MAC address that it is for)")]
    [TestCase("c", "a", "not seen again after iptables nat PREROUTING (nobody in VLAN 20 of br0 has the MAC address that it is for)")]
    public void Frames_pass_only_between_ports_of_their_VLAN(string from, string to, string outcome)
    {
        var host = OwnHosts.With(Vlans(
            ("br0", Untagged(1)), ("va", Untagged(1)), ("vb", Untagged(1)), ("vc", Untagged(20))));
        Assert.That(Ask(host, Named(from), Named(to)).Trail.Outcome.ToString(), Is.EqualTo(outcome));
    }

    [Test]
    public void The_bridge_itself_is_a_port_too()
    {
        var host = OwnHosts.With(Vlans(("br0", Untagged(1)), ("va", Untagged(1)), ("vc", Untagged(20))));
        Assert.That(Ask(host, Named("a"), Endpoint.Host, "10.0.0.1").Trail.Outcome.ToString(), Is.EqualTo("delivered to host"));
        Assert.That(Ask(host, Endpoint.Host, Named("a")).Trail.Outcome.ToString(), Is.EqualTo("delivered to a"));
        Assert.That(
            Ask(host, Named("c"), Endpoint.Host, "10.0.0.1").Trail.Outcome.Reason,
            Is.EqualTo("nobody in VLAN 20 of br0 has the MAC address that it is for"));
        Assert.That(
            Ask(host, Endpoint.Host, Named("c")).Trail.Outcome.Reason,
            Is.EqualTo("nobody in VLAN 1 of br0 has the MAC address that it is for"));
    }

    [Test]
    public void A_frame_for_an_address_of_another_VLAN_is_sent_by_every_port_of_its_own()
    {
        var host = OwnHosts.With(Vlans(
            ("br0", Untagged(1)), ("va", Untagged(1)), ("vb", Untagged(1)), ("vc", Untagged(20))));
        var sent = Ask(host, Endpoint.Host, Named("c")).Trail.Hops.Where(hop => hop.Point.Layer == Layer.Ebtables);
        Assert.That(sent.Select(hop => hop.Out).Distinct(), Is.EqualTo(new[] { "vb", "va" }));
    }

    [Test]
    public void A_port_without_a_PVID_takes_no_frame_without_a_tag()
    {
        var host = OwnHosts.With(Vlans(("br0", Untagged(1)), ("va", new(1, 4)), ("vb", Untagged(1))));
        Assert.That(
            Ask(host, Named("a"), Named("b")).Trail.Outcome.Reason,
            Is.EqualTo("br0 tells VLANs apart, and a frame without a tag belongs to none at va"));
    }

    [Test]
    public void What_keeps_its_tag_is_not_predicted()
    {
        var host = OwnHosts.With(Vlans(("br0", Untagged(1)), ("va", Untagged(1)), ("vb", new(1, 4094))));
        var outcome = Ask(host, Named("a"), Named("b")).Trail.Outcome;
        Assert.That(outcome.Kind, Is.EqualTo(OutcomeKind.Unknown));
        Assert.That(
            outcome.Reason, Is.EqualTo("it passes vb with the tag of VLAN 1, and the model does not follow such frames"));
    }

    [Test]
    public void Without_VLAN_filtering_memberships_decide_nothing()
    {
        var topology = Vlans(("br0", Untagged(1)), ("va", Untagged(1)), ("vc", Untagged(20)));
        var host = OwnHosts.With(topology with
        {
            Devices = [.. topology.Devices.Select(one => one with { FiltersVlans = false })],
        });
        Assert.That(Ask(host, Named("a"), Named("c")).Trail.Outcome.ToString(), Is.EqualTo("delivered to c"));
    }

    private static Topology Proxy(string device, Func<DeviceSettings, DeviceSettings>? more = null) =>
        OwnHosts.With(one => one.Name == device
            ? one with { Settings = (more ?? (same => same))(one.Settings with { ProxyArp = true, ProxyNdp = true }) }
            : one);

    [Test]
    public void With_proxy_arp_the_host_answers_for_what_it_routes_elsewhere()
    {
        Assert.That(
            Ask(OwnHosts.With(Usual), Named("a"), Far).Trail.Outcome.ToString(),
            Is.EqualTo("never seen (nobody on br0 has the address 203.0.113.7)"));
        Assert.That(
            Ask(OwnHosts.With(Proxy("br0")), Named("a"), Far).Trail.Outcome.ToString(),
            Is.EqualTo("delivered to 203.0.113.7"));
    }

    [Test]
    public void It_does_not_where_it_would_not_forward_or_routes_by_the_same_device()
    {
        var still = OwnHosts.With(Proxy("br0", settings => settings with { Forwarding = false }));
        Assert.That(Ask(still, Named("a"), Far).Trail.Outcome.Kind, Is.EqualTo(OutcomeKind.Vanished));
        var missing = Endpoint.Outside("10.0.0.77");
        Assert.That(
            Ask(OwnHosts.With(Proxy("br0")), Named("a"), missing).Trail.Outcome.Reason,
            Is.EqualTo("nobody on br0 has the address 10.0.0.77"));
    }

    [Test]
    public void A_container_on_a_cable_of_its_own_asks_only_the_host()
    {
        Assert.That(
            Ask(OwnHosts.With(Usual), Named("d"), Far).Trail.Outcome.Reason,
            Is.EqualTo("nobody on vd has the address 169.254.1.1"));
        Assert.That(
            Ask(OwnHosts.With(Proxy("vd")), Named("d"), Far).Trail.Outcome.ToString(),
            Is.EqualTo("delivered to 203.0.113.7"));
    }

    [TestCase(0, OutcomeKind.Delivered)]
    [TestCase(1, OutcomeKind.Vanished)]
    public void The_host_answers_for_its_other_addresses_if_it_would_take_the_packet(int filter, OutcomeKind outcome)
    {
        var topology = OwnHosts.With(one => one.Name == "br0"
            ? one with { Settings = one.Settings with { RpFilter = filter } }
            : one);
        var container = topology.Containers[0];
        var host = OwnHosts.With(topology with
        {
            // The way back to the container leads elsewhere.
            Routes = [.. topology.Routes, To("10.0.0.2/32", "vd")],
            Containers = [container with { Routes = [To("0.0.0.0/0", "eth0")] }, .. topology.Containers[1..]],
        });
        var trail = Ask(host, Named("a"), Endpoint.Host, "198.51.100.2").Trail;
        Assert.That(trail.Outcome.Kind, Is.EqualTo(outcome));
        Assert.That(trail.Hops.IsEmpty, Is.EqualTo(outcome == OutcomeKind.Vanished));
    }

    private static Topology Proxied(Topology topology, string address, string device = "br0") =>
        topology with { Proxies = [new(IPAddress.Parse(address), device)] };

    private static OutcomeKind Asked(Topology topology, string address) => Ask(
        OwnHosts.With(topology), Named("a"), Endpoint.Outside(address),
        ip: address.Contains(':') ? IpVersion.V6 : IpVersion.V4).Trail.Outcome.Kind;

    [TestCase("2001:db8:7::7", "br0", true, true, OutcomeKind.Delivered)]
    [TestCase("2001:db8:7::7", "br0", false, true, OutcomeKind.Vanished)]
    [TestCase("2001:db8:7::7", "br0", true, false, OutcomeKind.Vanished)]
    [TestCase("2001:db8:7::7", "eth0", true, true, OutcomeKind.Vanished)]
    [TestCase("2001:db8:7::8", "br0", true, true, OutcomeKind.Vanished)]
    public void The_host_answers_by_proxy_ndp_for_what_its_list_has(
        string address, string device, bool proxyNdp, bool forwarding, OutcomeKind outcome)
    {
        var topology = OwnHosts.With(one => one.Name == "br0"
            ? one with { Settings = one.Settings with { ProxyNdp = proxyNdp, Forwarding6 = forwarding } }
            : one);
        Assert.That(Asked(Proxied(topology, address, device), "2001:db8:7::7"), Is.EqualTo(outcome));
    }

    [TestCase("203.0.113.7", "br0", true, OutcomeKind.Delivered)]
    [TestCase("203.0.113.7", null, true, OutcomeKind.Delivered)]
    [TestCase("203.0.113.7", "br0", false, OutcomeKind.Vanished)]
    [TestCase("203.0.113.7", "eth0", true, OutcomeKind.Vanished)]
    [TestCase("203.0.113.8", "br0", true, OutcomeKind.Vanished)]
    public void The_host_answers_ARP_for_what_its_list_has_and_it_forwards(
        string address, string? device, bool forwarding, OutcomeKind outcome)
    {
        var topology = OwnHosts.With(one => one.Name == "br0"
            ? one with { Settings = one.Settings with { Forwarding = forwarding } }
            : one);
        Assert.That(Asked(Proxied(topology, address, device!), "203.0.113.7"), Is.EqualTo(outcome));
    }

    [Test]
    public void It_does_not_answer_ARP_for_what_it_routes_by_the_device_of_the_request() =>
        Assert.That(Asked(Proxied(Usual, "10.0.0.77"), "10.0.0.77"), Is.EqualTo(OutcomeKind.Vanished));

    [TestCase("203.0.113.7")]
    [TestCase("2001:db8:7::7")]
    public void Without_the_list_it_is_not_known_whether_the_host_answers(string address)
    {
        var topology = Proxy("br0", settings => settings with { ProxyArp = false }) with
        {
            NotKnown = [new(Subject.Proxies, "no right")],
        };
        var outcome = Ask(
            OwnHosts.With(topology), Named("a"), Endpoint.Outside(address),
            ip: address.Contains(':') ? IpVersion.V6 : IpVersion.V4).Trail.Outcome;
        Assert.That(outcome.Kind, Is.EqualTo(OutcomeKind.Unknown));
        Assert.That(
            outcome.Reason,
            Is.EqualTo($"whether the host answers for {address} on br0 is not known, as its proxy neighbours were not read"));
    }

    [Test]
    public void Where_the_list_decides_nothing_its_lack_does_not_matter()
    {
        var topology = Usual with { NotKnown = [new(Subject.Proxies, "no right")] };
        Assert.That(Asked(topology, "2001:db8:7::7"), Is.EqualTo(OutcomeKind.Vanished), "proxy_ndp is off");
        Assert.That(Asked(topology, "10.0.0.77"), Is.EqualTo(OutcomeKind.Vanished), "it is routed by the same device");
    }

    [TestCase(0, 0, OutcomeKind.Delivered)]
    [TestCase(0, -1, OutcomeKind.Delivered)]
    [TestCase(3, 0, OutcomeKind.Delivered)]
    [TestCase(3, 4, OutcomeKind.Delivered)]
    [TestCase(3, 3, OutcomeKind.Vanished)]
    [TestCase(3, -1, OutcomeKind.Vanished)]
    [TestCase(-1, 4, OutcomeKind.Vanished)]
    public void Within_one_medium_there_is_no_proxy_arp(int here, int there, OutcomeKind outcome)
    {
        var topology = Proxy("br0", settings => settings with { MediumId = here });
        Assert.That(
            Asked(
                topology with
                {
                    Devices =
                    [
                        .. topology.Devices.Select(one => one.Name == "eth0"
                            ? one with { Settings = one.Settings with { MediumId = there } }
                            : one),
                    ],
                },
                "203.0.113.7"),
            Is.EqualTo(outcome));
    }

    [TestCase(false, "never seen (nobody answers for 10.0.0.3: the ports va and vb are isolated from each other)")]
    [TestCase(true, "delivered to b")]
    public void Between_isolated_ports_the_host_answers_by_proxy_arp_pvlan(bool pvlan, string outcome)
    {
        var topology = OwnHosts.With(one => one switch
        {
            { Name: "br0" } => one with { Settings = one.Settings with { ProxyArpPvlan = pvlan } },
            { Name: "va" or "vb" } => one with { Port = one.Port! with { Isolated = true } },
            _ => one,
        });
        var trail = Ask(OwnHosts.With(topology), Named("a"), Named("b"), "10.0.0.3").Trail;
        Assert.That(trail.Outcome.ToString(), Is.EqualTo(outcome));
        Assert.That(
            trail.Hops.Any(hop => hop.Point == new HookPoint(Layer.Ebtables, "filter", "INPUT")), Is.EqualTo(pvlan));
    }

    [Test]
    public void An_address_of_the_device_s_network_that_nobody_has_is_answered_with_proxy_arp_pvlan()
    {
        var topology = OwnHosts.With(one => one.Name == "br0"
            ? one with { Settings = one.Settings with { ProxyArpPvlan = true } }
            : one);
        var trail = Ask(OwnHosts.With(topology), Named("a"), Endpoint.Outside("10.0.0.77")).Trail;
        Assert.That(trail.Hops, Is.Not.Empty);
        Assert.That(trail.Outcome.Kind, Is.EqualTo(OutcomeKind.Vanished));
    }

    [TestCase(0, false, OutcomeKind.Delivered)]
    [TestCase(3, false, OutcomeKind.Delivered)]
    [TestCase(1, false, OutcomeKind.Vanished)]
    [TestCase(2, false, OutcomeKind.Vanished)]
    [TestCase(8, false, OutcomeKind.Vanished)]
    [TestCase(0, true, OutcomeKind.Delivered)]
    public void The_host_may_ignore_ARP_for_its_other_addresses(int ignore, bool filter, OutcomeKind outcome) =>
        Assert.That(AskedForOther(ignore, filter), Is.EqualTo(outcome));

    [TestCase(false, OutcomeKind.Delivered)]
    [TestCase(true, OutcomeKind.Vanished)]
    public void With_arp_filter_it_answers_only_by_the_device_that_leads_back(bool filter, OutcomeKind outcome) =>
        Assert.That(AskedForOther(0, filter, To("10.0.0.2/32", "vd")), Is.EqualTo(outcome));

    private static OutcomeKind AskedForOther(int ignore, bool filter, params Route[] routes)
    {
        var topology = OwnHosts.With(one => one.Name == "br0"
            ? one with { Settings = one.Settings with { ArpIgnore = ignore, ArpFilter = filter } }
            : one);
        var host = OwnHosts.With(topology with
        {
            Routes = [.. topology.Routes, .. routes],
            Containers =
                [topology.Containers[0] with { Routes = [To("0.0.0.0/0", "eth0")] }, .. topology.Containers[1..]],
        });
        return Ask(host, Named("a"), Endpoint.Host, "198.51.100.2").Trail.Outcome.Kind;
    }

    [Test]
    public void Where_others_may_answer_too_it_is_not_known_who_does()
    {
        var proxy = Proxy("br0");
        var host = OwnHosts.With(proxy with
        {
            Devices = [.. proxy.Devices, new("eth1", DeviceKind.Nic) { Master = "br0", Port = new(false, false) }],
        });
        Assert.That(
            Ask(host, Named("a"), Far).Trail.Outcome.Reason,
            Is.EqualTo("the host answers for 203.0.113.7 by proxy_arp on br0, and who is beyond eth1 may answer too"));
    }
}
