using System.Net;
using Hooktrail.Questions.Reach;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Tests.Questions.Reach;

public sealed class TableTests
{
    private const string Published = "host:8443/tcp (shop-web-1:443)";

    [Test]
    public void Sources_are_the_internet_other_networks_containers_and_the_host() => Assert.That(
        Tables.Of(null, "203.0.113.7@eth0").Sources.Select(one => (one.Name, one.Kind, one.IsOutside)),
        Is.EqualTo(new[]
        {
            ("internet", SourceKind.Internet, true), ("beyond eth1", SourceKind.Neighbour, true),
            ("203.0.113.7@eth0", SourceKind.Address, true), ("shop-web-1", SourceKind.Container, false),
            ("shop-db-1", SourceKind.Container, false), ("host", SourceKind.Host, false),
        }));

    [Test]
    public void Services_are_published_ports_sockets_of_the_host_and_ports_of_containers() => Assert.That(
        Tables.Of().Services.Select(one => (one.Name, one.Kind)),
        Is.EqualTo(new[]
        {
            (Published, ServiceKind.Published), ("host:22/tcp", ServiceKind.Host),
            ("shop-web-1:443/tcp", ServiceKind.Container), ("shop-db-1:5432/tcp", ServiceKind.Container),
        }));

    [Test]
    public void A_port_that_is_exposed_is_a_service_though_nothing_listens()
    {
        var host = Tables.With(one => one.Name != "shop-db-1" ? one
            : one with { Exposed = [new("tcp", 33060), new("tcp", 5432)] });
        var table = Tables.Of(host);
        Assert.That(
            table.Services.Where(one => one.Container?.Name == "shop-db-1").Select(one => (one.Name, one.Kind)),
            Is.EqualTo(new[]
            {
                ("shop-db-1:5432/tcp", ServiceKind.Container), ("shop-db-1:33060/tcp", ServiceKind.Exposed),
            }));
        var cell = table.At("shop-web-1", "shop-db-1:33060/tcp");
        Assert.That(
            (cell.Verdict, cell.Found.Says),
            Is.EqualTo((Verdict.No, "delivered to shop-db-1, where no socket listens on port 33060")));
        Assert.That(
            table.At("internet", "shop-db-1:33060/tcp").Found.Says,
            Is.EqualTo("dropped in iptables filter FORWARD by its policy"));
    }

    [Test]
    public void Where_sockets_of_a_container_could_not_be_read_an_exposed_port_is_not_known()
    {
        var host = Tables.With(one => one.Name != "shop-db-1" ? one
            : one with { Exposed = [new("tcp", 33060)], Listening = [] });
        var cell = Tables.Of(host with
        {
            Topology = host.Topology with { NotKnown = [new(Subject.Containers, "no right")] },
        }).At("shop-web-1", "shop-db-1:33060/tcp");
        Assert.That(cell.Verdict, Is.EqualTo(Verdict.NotKnown));
        Assert.That(cell.Found.Says, Does.StartWith("the sockets of shop-db-1 could not be read; "));
    }

    [TestCase("internet", Published, Verdict.Yes, "delivered to shop-web-1")]
    [TestCase("203.0.113.7@eth0", Published, Verdict.No, "dropped in iptables filter DOCKER-USER by rule 2: -A DOCKER-USER -i eth0 -s 203.0.113.0/25 -j DROP")]
    [TestCase("internet", "host:22/tcp", Verdict.No, "dropped in iptables filter INPUT by its policy")]
    [TestCase("internet", "shop-db-1:5432/tcp", Verdict.No, "dropped in iptables filter FORWARD by its policy")]
    [TestCase("shop-web-1", "shop-db-1:5432/tcp", Verdict.Yes, "delivered to shop-db-1")]
    [TestCase("shop-web-1", "shop-web-1:443/tcp", Verdict.None, "shop-web-1 does not ask itself")]
    [TestCase("host", "host:22/tcp", Verdict.Yes, "delivered to host")]
    public void A_cell_says_whether_and_by_which_rule_not(string source, string service, Verdict verdict, string says)
    {
        var cell = Tables.Of(null, "203.0.113.7@eth0").At(source, service);
        Assert.That((cell.Verdict, cell.Found.Says), Is.EqualTo((verdict, says)));
    }

    [Test]
    public void The_rule_of_a_cell_has_table_chain_and_number()
    {
        var rule = Tables.Of(null, "203.0.113.7@eth0").At("203.0.113.7@eth0", Published).Found.Rule!;
        Assert.That((rule.Layer, rule.Table, rule.Chain, rule.Number), Is.EqualTo((Layer.Iptables, "filter", "DOCKER-USER", 2)));
    }

    [Test]
    public void On_a_host_with_many_containers_one_of_each_network_asks()
    {
        var town = Town.Of(20);
        var table = ReachTable.Of(town, new ReachScope([], EachContainer: false).For(town.Topology));
        Assert.That(
            table.Sources.Select(one => one.Name), Is.EqualTo(new[] { "internet", "net0", "net1", "host" }));
        // The first container of the network does not ask itself.
        Assert.That(table.At("net0", "house0:80/tcp").Question!.From, Is.EqualTo("house1"));
        Assert.That(table.At("net0", "house1:80/tcp").Question!.From, Is.EqualTo("house0"));
        Assert.That(table.At("net0", "house1:80/tcp").Verdict, Is.EqualTo(Verdict.Yes));
        Assert.That(table.At("net0", "house11:80/tcp").Verdict, Is.EqualTo(Verdict.No));
    }

    [Test]
    public void A_match_that_cannot_be_decided_makes_a_cell_depend()
    {
        var host = Tables.WithRules(rules => rules.Replace(
            "-A DOCKER-USER -i eth0", "-A DOCKER-USER -m recent --rcheck --name bad -j DROP\n-A DOCKER-USER -i eth0"));
        var cell = Tables.Of(host).At("internet", Published);
        Assert.That(cell.Verdict, Is.EqualTo(Verdict.Depends));
        Assert.That(cell.Found.Says, Does.Contain("recent of "));
    }

    [Test]
    public void A_target_that_the_model_lacks_makes_a_cell_not_known()
    {
        var host = Tables.WithRules(rules => rules.Replace(
            "-A DOCKER-USER -i eth0", "-A DOCKER-USER -j NFQUEUE --queue-num 1\n-A DOCKER-USER -i eth0"));
        Assert.That(Tables.Of(host).At("internet", Published).Verdict, Is.EqualTo(Verdict.NotKnown));
    }

    [TestCase(Subject.Rules, "of the host could not be read: rules; as far as known, delivered to shop-web-1")]
    [TestCase(Subject.Routes, "of the host could not be read: routes; as far as known, delivered to shop-web-1")]
    [TestCase(Subject.Sockets, "of the host could not be read: sockets; as far as known, delivered to shop-web-1")]
    public void What_could_not_be_read_is_never_a_yes(Subject what, string says)
    {
        var host = Shop.On(Shop.Topology with { NotKnown = [new(what, "no right")] });
        var cell = Tables.Of(host).At("internet", Published);
        Assert.That((cell.Verdict, cell.Found.Says), Is.EqualTo((Verdict.NotKnown, says)));
    }

    [Test]
    public void What_concerns_no_packet_makes_no_doubt()
    {
        var host = Shop.On(Shop.Topology with { NotKnown = [new(Subject.Neighbours, "no right")] });
        Assert.That(Tables.Of(host).At("internet", Published).Verdict, Is.EqualTo(Verdict.Yes));
    }

    [Test]
    public void A_container_whose_sockets_could_not_be_read_is_not_known_instead_of_closed()
    {
        var host = Tables.With(one => one with { Listening = [] });
        var unread = host with
        {
            Topology = host.Topology with { NotKnown = [new(Subject.Containers, "no right")] },
        };
        Assert.That(Tables.Of(host).At("internet", Published).Verdict, Is.EqualTo(Verdict.No));
        Assert.That(Tables.Of(unread).At("internet", Published).Verdict, Is.EqualTo(Verdict.NotKnown));
    }

    [Test]
    public void A_container_beyond_a_macvlan_is_not_known()
    {
        var host = Tables.With(one => one.Name != "shop-db-1" ? one
            : one with { Attachments = [one.Attachments[0] with { Port = null }] });
        Assert.That(
            Tables.Of(host).At("shop-web-1", "shop-db-1:5432/tcp").Found,
            Is.EqualTo(new Found(Verdict.NotKnown, null, "where the network of shop-db-1 meets the host is not known")));
    }

    [Test]
    public void Sctp_is_not_known()
    {
        var host = Tables.With(one => one with { Published = [new(IPAddress.Any, 9, "sctp", 9)] });
        Assert.That(
            Tables.Of(host).At("internet", "host:9/sctp (shop-web-1:9)").Found.Says, Is.EqualTo("sctp is not modelled"));
    }

    [Test]
    public void A_port_of_loopback_is_only_for_the_host()
    {
        var host = Shop.On(Shop.Topology with { Listening = [new("tcp", IPAddress.Loopback, 5432)] });
        var table = Tables.Of(host);
        Assert.That(table.At("host", "127.0.0.1:5432/tcp").Verdict, Is.EqualTo(Verdict.Yes));
        Assert.That(table.At("internet", "127.0.0.1:5432/tcp").Verdict, Is.EqualTo(Verdict.No));
        Assert.That(table.At("shop-web-1", "127.0.0.1:5432/tcp").Verdict, Is.EqualTo(Verdict.No));
    }

    [Test]
    public void Each_version_of_IP_is_a_row_of_its_own()
    {
        var table = Tables.Of(Tables.WithIpv6("*filter\n:FORWARD DROP [0:0]\n-A FORWARD -i br-shop -o br-shop -j ACCEPT\nCOMMIT\n"));
        Assert.That(table.At("internet", "shop-db-1:5432/tcp", IpVersion.V6).Found.Says, Is.EqualTo("dropped in ip6tables filter FORWARD by its policy"));
        Assert.That(table.At("shop-web-1", "shop-db-1:5432/tcp", IpVersion.V6).Verdict, Is.EqualTo(Verdict.Yes));
        Assert.That(table.At("beyond eth1", "shop-db-1:5432/tcp", IpVersion.V6).Found.Says, Is.EqualTo("beyond eth1 has no address of ipv6"));
    }

    [Test]
    public void Too_many_questions_are_refused()
    {
        var host = Shop.On(Shop.Topology with
        {
            Listening = [.. Enumerable.Range(1, 60_000).Select(port => new ListeningSocket("tcp", IPAddress.Any, port))],
        });
        Assert.That(() => Tables.Of(host), Throws.TypeOf<HooktrailException>().With.Message.Contains("which are more than 250000 questions; leave out --verbose"));
    }
}
