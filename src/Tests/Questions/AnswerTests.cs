using System.Net;
using Hooktrail.Questions;
using Hooktrail.Questions.Changes;
using Hooktrail.Trails.Accounts;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Tests.Questions;

public sealed class AnswerTests
{
    private static Answer Ask(
        string from, string to, Protocol protocol = Protocol.Tcp, HostProfile? host = null)
    {
        var profile = host ?? Shop.Profile;
        return Answer.Of(profile, Question.Of(profile.Topology, from, to, protocol, null));
    }

    [TestCase("web:8443")]
    [TestCase("web:443")]
    [TestCase("shop/web:443")]
    [TestCase("host:8443")]
    public void A_published_port_is_open_though_the_policy_of_INPUT_is_DROP(string to)
    {
        var answer = Ask("internet", to);
        Assert.That(answer.Ending, Is.EqualTo(Ending.Delivered), answer.Says);
        Assert.That(answer.Says, Is.EqualTo("delivered to shop-web-1"));
    }

    [Test]
    public void The_rule_that_drops_is_named_by_chain_number_and_text()
    {
        var answer = Ask("203.0.113.7@eth0", "web:443");
        Assert.That(
            answer.Says,
            Is.EqualTo("dropped in iptables filter DOCKER-USER by rule 2: -A DOCKER-USER -i eth0 -s 203.0.113.0/25 -j DROP"));
        Assert.That(answer.Rule, Is.EqualTo(answer.Legs[0].Account.Rules[^1]));
    }

    [Test]
    public void Each_rule_that_mattered_has_its_verdict()
    {
        var legs = Ask("203.0.113.200@eth0", "web:8443").Legs;
        Assert.That(
            Said(legs[0]),
            Is.EqualTo(new[]
            {
                "PREROUTING 1 jump", "DOCKER 1 translate", "FORWARD 1 jump", "FORWARD 3 jump", "DOCKER 1 accept",
            }));
        Assert.That(Said(Ask("internet", "host:22").Legs[0]), Is.EqualTo(new[] { "PREROUTING 1 jump", "INPUT  drop" }));
    }

    [Test]
    public void Every_rule_that_was_asked_has_its_verdict_too()
    {
        var question = Question.Of(Shop.Topology, "192.0.2.99@eth1", "web:443", Protocol.Tcp, null);
        var leg = Answer.Of(Shop.Profile, question, everyRule: true).Legs[0];
        Assert.That(
            Said(leg).SkipWhile(said => said != "FORWARD 1 jump"),
            Is.EqualTo(new[]
            {
                "FORWARD 1 jump", "DOCKER-USER 1 continue", "DOCKER-USER 2 no match", "FORWARD 2 no match",
                "FORWARD 3 jump", "DOCKER 1 accept", "POSTROUTING 1 no match",
            }));
        Assert.That(
            AnswerText.OfLeg(leg, everyHook: true),
            Does.Contain("\n      DOCKER-USER 2: -A DOCKER-USER -i eth0 -s 203.0.113.0/25 -j DROP (does not match)\n")
                .And.Contain("\n      DOCKER-USER 1: -A DOCKER-USER -s 192.0.2.99/32 -j LOG\n"));
    }

    private static Answer AskEstablished(string from, string to, params string[] commands)
    {
        var host = commands.Aggregate(Shop.Profile, HostCommand.Apply);
        var question = Question.Of(host.Topology, from, to, Protocol.Tcp, null);
        return Answer.Of(host, question with { Flow = question.Flow with { IsEstablished = true } });
    }

    [Test]
    public void A_rule_that_refuses_first_packets_lets_a_connection_that_exists_go_on()
    {
        const string closed = "iptables -I DOCKER-USER -i eth0 -m conntrack --ctstate NEW -j DROP";

        Assert.That(
            Ask("internet", "web:443", host: HostCommand.Apply(Shop.Profile, closed)).Ending, Is.EqualTo(Ending.Dropped));
        var answer = AskEstablished("internet", "web:443", closed);
        Assert.That(answer.Says, Is.EqualTo("delivered to shop-web-1"));
        Assert.That(
            Said(answer.Legs[0]), Is.EqualTo(new[] { "FORWARD 1 jump", "FORWARD 2 accept" }), "nat is not asked again");
        Assert.That(answer.Legs[0].Trail.Hops[^1].Destination, Is.EqualTo("172.18.0.2:443"));
    }

    [Test]
    public void A_rule_that_refuses_every_packet_ends_it() => Assert.That(
        AskEstablished("internet", "web:443", "iptables -I DOCKER-USER -i eth0 -j DROP").Says,
        Is.EqualTo("dropped in iptables filter DOCKER-USER by rule 1: -A DOCKER-USER -i eth0 -j DROP"));

    [Test]
    public void What_no_rule_refuses_still_lets_no_connection_exist()
    {
        var answer = AskEstablished("internet", "host:23");

        Assert.That(answer.Ending, Is.EqualTo(Ending.Unreachable));
        Assert.That(answer.Says, Does.Contain("nothing that comes back opens a connection, so it cannot exist"));
        Assert.That(answer.Legs, Has.Length.EqualTo(1));
    }

    private static IEnumerable<string> Said(AnswerLeg leg) =>
        leg.Account.Rules.Select(rule => $"{rule.Chain} {rule.Number} {rule.Verdict.Name()}");

    [TestCase("iptables -I DOCKER-USER -j NOWHERE", "not predictable from iptables filter FORWARD on (\"-A DOCKER-USER -j NOWHERE\" jumps to NOWHERE, which is neither a chain of the table filter nor a target that the model knows)")]
    [TestCase("nft add rule inet own c tcp dport 443 jump gone", "not predictable from nftables inet own c on (\"tcp dport 443 jump gone\" jumps to gone, which is no chain of the table inet own)")]
    public void A_jump_to_a_chain_that_is_not_there_is_told_with_its_rule(string command, string says)
    {
        var host = HostCommand.AddTables(
            Shop.Profile, "table inet own {\n chain c {\n type filter hook forward priority -5\n }\n}", "a file");
        Assert.That(Ask("internet", "web:443", host: HostCommand.Apply(host, command)).Says, Is.EqualTo(says));
    }

    [TestCase("203.0.113.7@eth1", "192.0.2.2")]
    [TestCase("203.0.113.7@eth0", "198.51.100.2")]
    [TestCase("203.0.113.7", "198.51.100.2")]
    public void The_host_is_asked_at_the_address_of_the_NIC_by_which_packets_come_in(string from, string address)
    {
        var answer = Ask(from, "host", Protocol.Icmp);
        Assert.That(answer.Legs[0].Trail.Hops[0].Destination, Is.EqualTo(address));
    }

    [TestCase("203.0.113.200@eth0", Ending.Delivered, TestName = "An address beside the network of the rule")]
    [TestCase("203.0.113.7@eth1", Ending.Delivered, TestName = "Another device than the rule's")]
    public void A_rule_drops_only_what_it_names(string from, Ending ending) =>
        Assert.That(Ask(from, "web:443").Ending, Is.EqualTo(ending));

    [Test]
    public void The_policy_that_drops_is_named()
    {
        var answer = Ask("internet", "host:22");
        Assert.That(answer.Says, Is.EqualTo("dropped in iptables filter INPUT by its policy"));
        Assert.That(Ask("internet", "host", Protocol.Icmp).Ending, Is.EqualTo(Ending.Delivered));
    }

    [Test]
    public void A_port_without_a_socket_is_refused()
    {
        var answer = Ask("web", "db:5433");
        Assert.That(answer.Ending, Is.EqualTo(Ending.Unreachable));
        Assert.That(answer.Says, Is.EqualTo("delivered to shop-db-1, where no socket listens on port 5433"));
        Assert.That(Ask("web", "db:5432").Ending, Is.EqualTo(Ending.Delivered));
    }

    [Test]
    public void Of_a_published_port_the_containers_own_has_no_socket()
    {
        var deaf = Shop.On(Shop.Topology with
        {
            Containers = [.. Shop.Topology.Containers.Select(one => one with { Listening = [] })],
        });
        Assert.That(
            Ask("internet", "host:8443", host: deaf).Says,
            Is.EqualTo("delivered to shop-web-1, where no socket listens on port 443"));
    }

    [Test]
    public void Where_sockets_could_not_be_read_no_port_counts_as_closed()
    {
        var unread = Shop.On(Shop.Topology with
        {
            NotKnown = [new(Subject.Sockets, "no right")],
            Containers = [.. Shop.Topology.Containers.Select(one => one with { Listening = [] })],
        });
        Assert.That(Ask("web", "db:5433", host: unread).Ending, Is.EqualTo(Ending.Delivered));
    }

    [Test]
    public void Two_containers_may_share_a_device_and_two_engines_a_name()
    {
        var first = Shop.Topology.Containers[0];
        var host = Shop.On(Shop.Topology with
        {
            Containers =
            [
                .. Shop.Topology.Containers, first with { Name = "sidecar" }, first with { Engine = "podman" },
            ],
        });
        Assert.That(Ask("internet", "host:8443", host: host).Ending, Is.EqualTo(Ending.Delivered));
    }

    [Test]
    public void The_answer_takes_the_table_that_a_policy_rule_chooses()
    {
        var routed = Shop.Topology with
        {
            Rules =
            [
                new(0, "from all lookup local") { Table = "local" },
                new(100, "from 172.18.0.2 lookup 100")
                {
                    From = AddressPrefix.Around(IPAddress.Parse("172.18.0.2"), 32),
                    Table = "100",
                },
                new(32766, "from all lookup main") { Table = "main" },
            ],
            Routes = [.. Shop.Topology.Routes, Shop.Route("100", "default", "eth1", "192.0.2.1")],
        };
        var leaving = Ask("web", "internet:443", host: Shop.On(routed));
        Assert.That(leaving.Legs[0].Trail.Hops[^1].Out, Is.EqualTo("eth1"));
        Assert.That(leaving.Legs[0].Trail.Hops[^1].Point.Chain, Is.EqualTo("POSTROUTING"));
        Assert.That(Ask("web", "internet:443").Legs[0].Trail.Hops[^1].Out, Is.EqualTo("eth0"));
    }

    [Test]
    public void A_route_that_leads_nowhere_is_named()
    {
        AddressPrefix.TryParse("198.18.0.0/15", IpVersion.V4, out var nowhere);
        var host = Shop.On(Shop.Topology with
        {
            Routes = [.. Shop.Topology.Routes, new("main", nowhere, RouteKind.Blackhole)],
        });
        var answer = Ask("web", "198.18.0.7:443", host: host);
        Assert.That(answer.Ending, Is.EqualTo(Ending.Unreachable));
        Assert.That(answer.Says, Does.Contain("the route to 198.18.0.7 is \"blackhole 198.18.0.0/15\""));
    }

    [TestCase(1, Ending.Unreachable)]
    [TestCase(2, Ending.Delivered)]
    public void The_rp_filter_of_the_device_decides(int filter, Ending ending)
    {
        var host = Shop.On(Shop.Topology with
        {
            Devices =
            [
                .. Shop.Topology.Devices.Select(device => device.Name != "eth1" ? device
                    : device with { Settings = device.Settings with { RpFilter = filter } }),
            ],
        });
        Assert.That(Ask("203.0.113.200@eth1", "host", Protocol.Icmp, host).Ending, Is.EqualTo(ending));
        Assert.That(Ask("203.0.113.200@eth0", "host", Protocol.Icmp, host).Ending, Is.EqualTo(Ending.Delivered));
    }

    [TestCase("shop", "The host has no endpoint \"shop\"; there are shop-web-1, shop-db-1, host, internet, and addresses.")]
    [TestCase("192.0.2.7@eth9", "The host has no device \"eth9\"; the devices that lead out are eth0, eth1.")]
    public void An_endpoint_that_is_not_there_is_answered_with_what_there_is(string from, string says) =>
        Assert.That(() => Ask(from, "host:22"), Throws.TypeOf<HooktrailException>().With.Message.EqualTo(says));

    [TestCase("web", "\"web\" has no port; write web:443, or another port.")]
    [TestCase("web:0", "\"0\" in \"web:0\" is not a port; write a number from 1 to 65535.")]
    public void A_port_that_is_missing_or_wrong_is_named(string to, string says) =>
        Assert.That(() => Ask("internet", to), Throws.TypeOf<HooktrailException>().With.Message.EqualTo(says));
}
