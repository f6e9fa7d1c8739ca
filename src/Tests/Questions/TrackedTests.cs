using System.Net;
using Hooktrail.Questions;
using Hooktrail.Questions.Changes;

namespace Hooktrail.Tests.Questions;

/// <summary>An established connection that the host tracks keeps what its entry has, whatever the rules say now.</summary>
public sealed class TrackedTests
{
    private const string Unpublished = "iptables -t nat -D DOCKER 1";

    private static readonly TrackedConnection Entry = new(
        Protocol.Tcp, Ends("9.9.9.9:51000", "198.51.100.2:8443"), Ends("172.18.0.2:443", "9.9.9.9:51000"));

    private static ConnectionEnds Ends(string source, string destination) =>
        new(IPEndPoint.Parse(source), IPEndPoint.Parse(destination));

    private static HostProfile Host(params ImmutableArray<TrackedConnection> all) =>
        Shop.Profile with { Tracked = new(all, HasMore: false) };

    private static Answer Ask(
        HostProfile host, string from = "9.9.9.9", string to = "web:443", Protocol protocol = Protocol.Tcp)
    {
        var question = Question.Of(host.Topology, from, to, protocol, null);
        return Answer.Of(host, question with { Flow = question.Flow with { IsEstablished = true } });
    }

    [Test]
    public void The_NAT_of_the_entry_stays_when_its_rule_is_gone()
    {
        var answer = Ask(HostCommand.Apply(Host(Entry), Unpublished));

        Assert.That(answer.Says, Is.EqualTo("delivered to shop-web-1"));
        Assert.That(answer.Legs[0].Trail.Hops[^1].Destination, Is.EqualTo("172.18.0.2:443"));
        Assert.That(answer.Legs[^1].Trail.Outcome, Is.EqualTo(Outcome.Delivered(Endpoint.Outside("9.9.9.9"))));
        Assert.That(answer.Connection, Is.EqualTo(new Tracking(
            true, "the host tracks this connection; its NAT and mark are those of the entry")));
    }

    [Test]
    public void Without_an_entry_the_NAT_is_that_of_the_present_rules()
    {
        var answer = Ask(HostCommand.Apply(Host(), Unpublished));

        Assert.That(answer.Says, Does.StartWith("dropped in iptables filter INPUT by its policy"));
        Assert.That(answer.Connection, Is.EqualTo(new Tracking(
            false, "the host tracks no such connection; the NAT is that of the present rules")));
        Assert.That(Ask(Host()).Says, Is.EqualTo("delivered to shop-web-1"));
    }

    [TestCase("9.9.9.8", "web:443", Protocol.Tcp)]
    [TestCase("9.9.9.9", "host:22", Protocol.Tcp)]
    [TestCase("9.9.9.9", "host:8443", Protocol.Udp)]
    [TestCase("web", "9.9.9.9:51000", Protocol.Tcp, Description = "asks as the end that spoke second")]
    public void An_entry_of_other_ends_is_another_connection(string from, string to, Protocol protocol) =>
        Assert.That(Ask(Host(Entry), from, to, protocol).Connection!.IsTracked, Is.False);

    [Test]
    public void An_entry_that_the_snapshot_may_lack_is_not_said_to_be_absent() => Assert.That(
        Ask(Shop.Profile with { Tracked = new([Entry], HasMore: true) }, "9.9.9.8").Connection!.Says,
        Is.EqualTo("the host tracks no such connection among the first 1, which the snapshot has; the NAT is that of the present rules"));

    [Test]
    public void Connections_that_were_not_read_are_not_known()
    {
        Assert.That(Ask(Shop.Profile).Connection!.IsTracked, Is.Null);
        Assert.That(Ask(Host(), to: "web", protocol: Protocol.Icmp).Connection!.IsTracked, Is.Null);
    }

    [TestCase(7u, Ending.Dropped)]
    [TestCase(8u, Ending.Delivered)]
    public void Rules_see_the_mark_of_the_entry(uint mark, Ending ending) => Assert.That(
        Ask(HostCommand.Apply(
            Host(Entry with { Mark = mark }), "iptables -I FORWARD -m connmark --mark 7 -j DROP")).Ending,
        Is.EqualTo(ending));

    [TestCase("--ctstate DNAT", Ending.Dropped)]
    [TestCase("--ctstate SNAT", Ending.Delivered)]
    [TestCase("--ctstate NEW", Ending.Delivered)]
    public void Rules_see_the_state_of_the_entry(string match, Ending ending) => Assert.That(
        Ask(HostCommand.Apply(Host(Entry), $"iptables -I FORWARD -i eth0 -m conntrack {match} -j DROP")).Ending,
        Is.EqualTo(ending));

    [Test]
    public void An_entry_of_another_zone_is_not_found()
    {
        var answer = Ask(HostCommand.Apply(Host(Entry with { Zone = 5 }), Unpublished));

        Assert.That(answer.Ending, Is.EqualTo(Ending.Dropped));
        Assert.That(answer.Connection, Is.EqualTo(new Tracking(
            false, "the host tracks this connection only in zone 5, where the packet is not looked up; the NAT is that of the present rules")));
    }

    [Test]
    public void A_flowtable_takes_the_packets_past_the_hooks()
    {
        var answer = Ask(Host(Entry with { IsOffloaded = true }));

        Assert.That(answer.Ending, Is.EqualTo(Ending.Unknown));
        Assert.That(
            answer.Says,
            Is.EqualTo("not predictable (a flowtable forwards the packets of this connection, past the hooks)"));
        Assert.That(answer.Legs.Single().Trail.Hops, Is.Empty);
    }

    [Test]
    public void Of_several_the_one_from_the_lowest_port_is_meant()
    {
        var other = Entry with
        {
            Original = Ends("9.9.9.9:50000", "198.51.100.2:8443"),
            Reply = Ends("172.18.0.3:5432", "9.9.9.9:50000"),
        };
        var alike = Entry with
        {
            Original = Ends("9.9.9.9:52000", "198.51.100.2:8443"),
            Reply = Ends("172.18.0.2:443", "9.9.9.9:52000"),
        };

        Assert.That(Ask(Host(Entry, alike)).Connection!.Says, Does.Not.Contain("others"), "the same but for their ports");
        var answer = Ask(Host(Entry, other, alike));
        Assert.That(answer.Says, Is.EqualTo("delivered to shop-db-1"));
        Assert.That(
            answer.Connection!.Says,
            Is.EqualTo("the host tracks this connection, and others between the same ends with another NAT or mark (1); this is the one from port 50000"));
    }

    [Test]
    public void Its_end_is_a_socket_of_its_own()
    {
        var deaf = Shop.Topology with
        {
            Containers = [.. Shop.Topology.Containers.Select(one => one with { Listening = [] })],
        };

        Assert.That(Ask(Shop.On(deaf)).Ending, Is.EqualTo(Ending.Unreachable));
        Assert.That(
            Ask(Shop.On(deaf) with { Tracked = new([Entry], HasMore: false) }).Ending, Is.EqualTo(Ending.Delivered));
    }

    [Test]
    public void The_host_keeps_the_source_that_its_connection_has()
    {
        var entry = new TrackedConnection(
            Protocol.Tcp, Ends("192.0.2.2:40000", "9.9.9.9:443"), Ends("9.9.9.9:443", "192.0.2.2:40000"));

        var answer = Ask(Host(entry), "host", "9.9.9.9:443");

        Assert.That(answer.Connection!.IsTracked, Is.True);
        Assert.That(answer.Legs[0].Trail.Hops[0].Source, Is.EqualTo("192.0.2.2"));
        Assert.That(Ask(Host(), "host", "9.9.9.9:443").Legs[0].Trail.Hops[0].Source, Is.EqualTo("198.51.100.2"));
    }

    [Test]
    public void A_connection_from_a_container_keeps_its_source_NAT()
    {
        var entry = new TrackedConnection(
            Protocol.Udp, Ends("172.18.0.2:40000", "9.9.9.9:53"), Ends("9.9.9.9:53", "192.0.2.77:40000"));

        var answer = Ask(Host(entry), "web", "9.9.9.9:53", Protocol.Udp);

        Assert.That(answer.Says, Is.EqualTo("delivered to 9.9.9.9"));
        Assert.That(answer.Legs[0].Trail.Hops[0].Source, Is.EqualTo("172.18.0.2"));
        Assert.That(answer.Connection!.IsTracked, Is.True);
    }
}
