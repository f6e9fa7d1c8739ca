using System.Net;
using Hooktrail.Hosts.Anonymous;
using Hooktrail.Hosts.Reading;

namespace Hooktrail.Tests.Hosts;

/// <summary>The entries of conntrack in a snapshot.</summary>
public class ConnectionReaderTests
{
    private const string Published =
        "ipv4     2 tcp      6 431999 ESTABLISHED src=5.9.1.2 dst=203.0.113.10 sport=51000 dport=8080 src=172.18.0.2 dst=5.9.1.2 sport=80 dport=51000 [ASSURED] mark=7 use=1";

    private static TrackedConnections Of(string lines) => ConnectionReader.Of(Taken.Of((ConnectionReader.Part, lines)))!;

    [Test]
    public void The_two_directions_of_an_entry_are_read()
    {
        var entry = Of(Published).All.Single();

        Assert.That(entry, Is.EqualTo(new TrackedConnection(
            Protocol.Tcp,
            new(IPEndPoint.Parse("5.9.1.2:51000"), IPEndPoint.Parse("203.0.113.10:8080")),
            new(IPEndPoint.Parse("172.18.0.2:80"), IPEndPoint.Parse("5.9.1.2:51000")))
        {
            Mark = 7,
        }));
    }

    [TestCase("ipv4 2 tcp 6 431999 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 packets=3 bytes=180 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 packets=2 bytes=120 [ASSURED] mark=0 secctx=system_u:object_r:unlabeled_t:s0 zone=5 delta-time=9 use=2", 5, false)]
    [TestCase("ipv4 2 tcp 6 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 zone-orig=3 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 [OFFLOAD] mark=0 use=2", 3, true)]
    [TestCase("ipv4 2 udp 17 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 zone-reply=4 [HW_OFFLOAD] use=2", 0, true)]
    [TestCase("ipv6 10 udp 17 29 src=2001:0db8:0000:0000:0000:0000:0000:0001 dst=2001:0db8:0000:0000:0000:0000:0000:0002 sport=1 dport=2 src=2001:0db8:0000:0000:0000:0000:0000:0002 dst=2001:0db8:0000:0000:0000:0000:0000:0001 sport=2 dport=1 mark=0 use=2", 0, false)]
    public void What_else_a_kernel_prints_is_no_obstacle(string line, int zone, bool isOffloaded)
    {
        var entry = Of(line).All.Single();

        Assert.That((entry.Zone, entry.IsOffloaded), Is.EqualTo((zone, isOffloaded)));
        Assert.That((entry.Original.Source.Port, entry.Original.Destination.Port), Is.EqualTo((1, 2)));
        Assert.That(entry.Ip, Is.EqualTo(line.StartsWith("ipv4", StringComparison.Ordinal) ? IpVersion.V4 : IpVersion.V6));
    }

    [Test]
    public void The_last_line_says_whether_there_are_more()
    {
        Assert.That(Of(Published).HasMore, Is.False);
        Assert.That(Of($"{Published}\nmore").HasMore, Is.True);
        Assert.That(Of($"{Published}\nmore").All, Has.Length.EqualTo(1));
    }

    [Test]
    public void What_was_not_read_is_not_none()
    {
        Assert.That(ConnectionReader.Of(new([])), Is.Null);
        Assert.That(ConnectionReader.Of(new([new(ConnectionReader.Part, "connections", 1, [], ["no"])])), Is.Null);
        Assert.That(ConnectionReader.Of(new([new(ConnectionReader.Part, "connections", 0, [], [])]))!.All, Is.Empty);
    }

    [TestCase("nonsense")]
    [TestCase("ipv4 2 tcp 6 9 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 mark=0")]
    [TestCase("ipv4 2 tcp 6 9 ESTABLISHED src=10.0.0.1 dst=::1 sport=1 dport=2 src=::1 dst=10.0.0.1 sport=2 dport=1")]
    [TestCase("ipv4 2 tcp 6 9 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=1 dport=99999 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1")]
    public void Another_line_gets_a_sentence(string line) => Assert.That(
        () => Of($"{Published}\n{line}"),
        Throws.TypeOf<HooktrailException>().With.Message.EqualTo(
            "The snapshot's part \"conntrack\" is no list of connections: line 2 is none; write the snapshot again."));

    [Test]
    public void An_anonymous_entry_has_the_addresses_of_the_other_parts()
    {
        var anonymous = AnonymousSnapshot.Of(Taken.Of(
            (ConnectionReader.Part, Published.Replace("203.0.113.10", "5.9.1.10", StringComparison.Ordinal)
                + "\nipv6 10 udp 17 29 src=2a01:04f8:0000:0000:0000:0000:0000:0001 dst=fd00::2 sport=1 dport=2 src=fd00::2 dst=2a01:04f8:0000:0000:0000:0000:0000:0001 sport=2 dport=1 mark=0 use=2"),
            ("iptables-nft", "-A INPUT -s 5.9.1.2/32 -j DROP\n-A INPUT -s 2a01:4f8::1/128 -j DROP")));
        var all = ConnectionReader.Of(anonymous)!.All;

        Assert.That(Taken.Written(anonymous), Does.Not.Contain("5.9.1.").And.Not.Contain("2a01"));
        Assert.That(all[0].Reply.Destination, Is.EqualTo(all[0].Original.Source));
        Assert.That(all[0].Reply.Source, Is.EqualTo(IPEndPoint.Parse("172.18.0.2:80")));
        Assert.That(anonymous.Lines("iptables-nft")[0], Does.Contain($"-s {all[0].Original.Source.Address}/32"));
        Assert.That(anonymous.Lines("iptables-nft")[1], Does.Contain($"-s {all[1].Original.Source.Address}/128"));
        Assert.That(Taken.Written(AnonymousSnapshot.Of(anonymous)), Is.EqualTo(Taken.Written(anonymous)));
    }
}
