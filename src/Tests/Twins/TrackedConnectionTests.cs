using Hooktrail.Hosts;
using Hooktrail.Hosts.Anonymous;
using Hooktrail.Hosts.Reading;
using Hooktrail.Labs;
using Hooktrail.Questions;
using Hooktrail.Questions.Changes;
using Hooktrail.Snapshots;
using Hooktrail.Trails.Topologies;
using Hooktrail.Twins;
using Hooktrail.Verification;

namespace Hooktrail.Tests.Twins;

/// <summary>
/// A connection that the host tracks has the NAT and the mark of its entry, whatever the rules would make of it now; a
/// twin gets the entry.
/// </summary>
[TestFixture]
[CancelAfter(300_000)]
internal sealed class TrackedConnectionTests
{
    private const string Unpublished = "iptables -t nat -D DOCKER 2";

    private const string Published =
        "ipv4     2 tcp      6 431999 ESTABLISHED src=192.0.2.66 dst=203.0.113.10 sport=51000 dport=8080 src=172.18.0.2 dst=192.0.2.66 sport=80 dport=51000 [ASSURED] mark=7 use=1";

    // By MASQUERADE, when the rule was there.
    private const string Asking =
        "ipv4     2 udp      17 29 src=172.18.0.2 dst=192.0.2.53 sport=40000 dport=53 src=192.0.2.53 dst=203.0.113.10 sport=53 dport=40000 mark=0 use=1";

    private static readonly Snapshot Ufw = With(HostSnapshots.Read("ufw"), Published, Asking);

    private static Snapshot With(Snapshot snapshot, params ImmutableArray<string> entries) =>
        snapshot with { Parts = snapshot.Parts.Add(new(ConnectionReader.Part, "connections", 0, entries, [])) };

    private static HostProfile Of(Snapshot snapshot, params IEnumerable<string> commands)
    {
        var topology = TopologyReader.Of(snapshot);
        return commands.Aggregate(
            SnapshotProfile.Of(snapshot, topology) with { Topology = topology }, HostCommand.Apply);
    }

    private static Question Established(Topology topology, string from, string to, Protocol protocol = Protocol.Tcp)
    {
        var question = Question.Of(topology, from, to, protocol, null);
        return question with { Flow = question.Flow with { IsEstablished = true } };
    }

    [TestCase(Protocol.Tcp, "192.0.2.66", "web:8080", null, Ending.Delivered, true)]
    [TestCase(Protocol.Tcp, "192.0.2.66", "web:8080", Unpublished, Ending.Delivered, true)]
    [TestCase(Protocol.Tcp, "192.0.2.67", "web:8080", null, Ending.Delivered, false)]
    [TestCase(Protocol.Tcp, "192.0.2.66", "web:8080", "iptables -I FORWARD -m connmark --mark 7 -j DROP", Ending.Dropped, true)]
    [TestCase(Protocol.Tcp, "192.0.2.67", "web:8080", "iptables -I FORWARD -m connmark --mark 7 -j DROP", Ending.Delivered, false)]
    [TestCase(Protocol.Udp, "web", "192.0.2.53:53", "iptables -t nat -F POSTROUTING", Ending.Delivered, true)]
    public async Task The_twin_has_the_entry_of_the_host(
        Protocol protocol, string from, string to, string? command, Ending ending, bool isTracked)
    {
        ImmutableArray<string> commands = command is null ? [] : [command];
        var host = Of(Ufw, commands);
        var question = Established(host.Topology, from, to, protocol);
        var answer = Answer.Of(host, question);
        Assert.That(answer.Ending, Is.EqualTo(ending), answer.Says);
        Assert.That(answer.Connection!.IsTracked, Is.EqualTo(isTracked));

        var plan = commands.Aggregate(
            SnapshotPlan.Of(Ufw), (one, next) => one.With(new HostChange.Rule(next), host.Iptables, host.Ebtables));
        await using var twin = await LiveTwin.OfAsync(() => TwinOfHost.StartAsync(plan, host));
        var verified = await twin.AskAsync(question.Flow);

        Assert.That(verified.Agrees, Is.True, verified.Says);
    }

    [Test]
    public void The_host_itself_is_asked_once_the_entry_is_gone()
    {
        var host = Of(HostSnapshots.Read("ufw"), Unpublished);

        Assert.That(
            Answer.Of(host, Established(host.Topology, "192.0.2.66", "web:8080")).Says,
            Is.Not.EqualTo("delivered to shop-web-1"));
    }

    [TestCase("5.9.1.2", true)]
    [TestCase("5.9.1.3", false)]
    public void An_anonymous_snapshot_has_the_same_answer(string from, bool isTracked)
    {
        var own = With(
            HostSnapshots.Read("ufw"), Published.Replace("192.0.2.66", "5.9.1.2", StringComparison.Ordinal),
            Published.Replace("192.0.2.66", "5.9.1.3", StringComparison.Ordinal)
                .Replace("dport=8080", "dport=8081", StringComparison.Ordinal));
        var anonymous = AnonymousSnapshot.Of(own);
        var (host, other) = (Of(own, Unpublished), Of(anonymous, Unpublished));
        var sender = ConnectionReader.Of(own)!.All.Zip(ConnectionReader.Of(anonymous)!.All)
            .Single(pair => pair.First.Original.Source.Address.ToString() == from)
            .Second.Original.Source.Address.ToString();
        Assert.That(sender, Is.Not.EqualTo(from));

        var answer = Answer.Of(host, Established(host.Topology, from, "web:8080"));
        var same = Answer.Of(other, Established(other.Topology, sender, "container-1:8080"));

        Assert.That(answer.Connection!.IsTracked, Is.EqualTo(isTracked));
        Assert.That(same.Connection, Is.EqualTo(answer.Connection));
        Assert.That(
            same.Says.Replace("container-1", "shop-web-1", StringComparison.Ordinal), Is.EqualTo(answer.Says));
        Assert.That(
            same.Legs.Select(leg => leg.Trail.Hops.Length), Is.EqualTo(answer.Legs.Select(leg => leg.Trail.Hops.Length)));
    }
}
