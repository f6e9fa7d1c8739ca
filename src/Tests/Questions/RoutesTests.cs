using System.Net;
using Hooktrail.Model;
using Hooktrail.Questions;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Tests.Questions;

public sealed class RoutesTests
{
    private static readonly Route ByBoth = new("main", AddressPrefix.All(IpVersion.V4), RouteKind.Unicast)
    {
        NextHops = [new("eth0", IPAddress.Parse("198.51.100.1")), new("eth1", IPAddress.Parse("192.0.2.1"))],
    };

    private static Answer Ask(Topology topology, string from, string to, string rules = "")
    {
        var profile = Shop.On(topology, rules);
        return Answer.Of(profile, Question.Of(topology, from, to, Protocol.Tcp, null));
    }

    private static Topology Without(Func<Route, bool> route) =>
        Shop.Topology with { Routes = [.. Shop.Topology.Routes.Where(one => !route(one))] };

    private static Topology Multipath => Without(route => route.Destination.Length == 0) is var rest
        ? rest with { Routes = [.. rest.Routes, ByBoth] }
        : rest;

    [Test]
    public void Of_a_route_with_several_ways_each_is_an_answer()
    {
        var answer = Ask(Multipath, "host", "8.8.8.8:443", "*filter\n-A OUTPUT -o eth1 -j DROP\nCOMMIT\n");
        Assert.That(answer.Ending, Is.EqualTo(Ending.Depends), answer.Says);
        Assert.That(
            answer.Says,
            Does.Contain("delivered to 8.8.8.8 if the way of").And.Contain("is via 198.51.100.1 dev eth0")
                .And.Contain("-A OUTPUT -o eth1 -j DROP").And.Contain("is via 192.0.2.1 dev eth1"));
    }

    [Test]
    public void Several_ways_that_end_alike_are_no_doubt()
    {
        var answer = Ask(Multipath, "host", "8.8.8.8:443", "*filter\n-A OUTPUT -d 8.8.8.8 -j DROP\nCOMMIT\n");
        Assert.That(answer.Ending, Is.EqualTo(Ending.Dropped).Or.EqualTo(Ending.Depends), answer.Says);
        Assert.That(answer.Says, Does.Not.Contain("delivered"));
    }

    [Test]
    public void An_error_comes_from_the_address_of_the_way_that_it_takes()
    {
        var profile = Shop.On(Multipath, "*filter\n-A FORWARD -j REJECT\nCOMMIT\n");
        var flow = Question.Of(Multipath, "203.0.113.7@eth1", "172.18.0.2:81", Protocol.Tcp, null).Flow;

        var ways = Prediction.Legs(profile, flow).Single(leg => leg.Leg.Direction == Direction.Error).Ways;

        Assert.That(ways.Select(way => way.Trail!.Hops[0].Out), Is.EquivalentTo(new[] { "eth0", "eth1" }));
        Assert.That(
            ways.Select(way => way.Trail!.Hops[0]).Select(hop => (hop.Out, hop.Source)),
            Is.All.Matches<(string Out, string Source)>(hop => Multipath.Find(hop.Out)!.Addresses
                .Any(own => own.Address.ToString() == hop.Source)));
    }

    [Test]
    public void An_address_of_a_bridge_that_nobody_has_is_not_reached()
    {
        var answer = Ask(Shop.Topology, "host", "172.18.0.99:80");
        Assert.That(answer.Ending, Is.EqualTo(Ending.Unreachable));
        Assert.That(answer.Says, Does.Contain("nobody on br-shop has the address 172.18.0.99"));
    }

    [Test]
    public void How_a_container_without_a_port_is_reached_is_not_known()
    {
        var lone = new Container("lone", "docker")
        {
            Attachments = [new("eth0", [HostAddress.Parse("198.51.100.50/24")!])],
            Routes = [Shop.Route("main", "198.51.100.0/24", "eth0")],
        };
        var topology = Shop.Topology with { Containers = [.. Shop.Topology.Containers, lone] };
        Assert.That(Ask(topology, "host", "lone:80").Ending, Is.EqualTo(Ending.Unknown));
        Assert.That(Ask(topology, "lone", "host:22").Ending, Is.EqualTo(Ending.Unknown));
        Assert.That(
            Ask(topology, "host", "198.51.100.51:80", "*filter\n-A INPUT -j ACCEPT\nCOMMIT\n").Ending,
            Is.EqualTo(Ending.Delivered));
    }

    [Test]
    public void What_the_host_cannot_answer_for_want_of_a_route_is_told()
    {
        var answer = Ask(
            Without(route => route.Destination.Length == 0), "198.51.101.7@eth0", "198.51.100.2:22",
            "*filter\n-A INPUT -j ACCEPT\nCOMMIT\n");
        Assert.That(answer.Ending, Is.EqualTo(Ending.Unreachable));
        Assert.That(answer.Says, Does.Contain("delivered to host, but the answer is never seen (no route leads to 198.51.101.7)"));
    }

    [TestCase(1, Ending.Unreachable)]
    [TestCase(2, Ending.Delivered)]
    public void A_strict_rp_filter_asks_for_the_way_back_by_the_device(int filter, Ending ending) =>
        Assert.That(Ask(Filtered(filter), "203.0.113.7@eth1", "host:8443").Ending, Is.EqualTo(ending));

    [Test]
    public void A_policy_rule_for_the_answers_satisfies_rp_filter()
    {
        var topology = Filtered(1) with
        {
            Rules =
            [
                new(0, "from all lookup local") { Table = "local" },
                new(100, "from 192.0.2.2 lookup 200") { From = Prefix("192.0.2.2/32"), Table = "200" },
                new(32766, "from all lookup main") { Table = "main" },
            ],
            Routes = [.. Filtered(1).Routes, Shop.Route("200", "default", "eth1", "192.0.2.1")],
        };
        Assert.That(
            Ask(topology, "203.0.113.7@eth1", "192.0.2.2:22", "*filter\n-A INPUT -j ACCEPT\nCOMMIT\n").Ending,
            Is.EqualTo(Ending.Delivered));
    }

    private static Topology Filtered(int filter) => Shop.Topology with
    {
        Devices =
        [
            .. Shop.Topology.Devices.Select(one => one.Name == "eth1"
                ? one with { Settings = one.Settings with { RpFilter = filter } }
                : one),
        ],
    };

    private static AddressPrefix Prefix(string text) =>
        AddressPrefix.TryParse(text, IpVersion.V4, out var prefix) ? prefix : throw new ArgumentException(text);
}
