using System.Net;
using Hooktrail.Hosts;
using Hooktrail.Hosts.Reading;

namespace Hooktrail.Tests.Hosts;

/// <summary>How the script reads the connections that a host tracks.</summary>
public class ConnectionScriptTests
{
    [Test]
    public void A_connection_that_was_answered_is_in_the_snapshot()
    {
        var printed = PrivateNamespace.Run(
            """
            [ -e /proc/net/nf_conntrack ] && command -v perl >/dev/null || exit 77
            nft 'table ip t { chain o { type filter hook output priority 0; ct state new accept; }; }'
            perl -MIO::Socket::INET -e '
                $server = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1", LocalPort => 4433) or die;
                $client = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => 4433) or die;
                $accepted = $server->accept;
                socket($silent, 2, 2, 17) && send($silent, "x", 0, pack("Sna4x8", 2, 4435, "\x7f\0\0\1"));
                exit system("sh", "snapshot.sh", "namespace") >> 8'
            """,
            ("snapshot.sh", Snapshot.Script));
        var tracked = ConnectionReader.Of(Taken.Read(printed))!;

        Assert.That(tracked.HasMore, Is.False);
        var entry = tracked.All.Single();
        Assert.That(entry.Original.Destination, Is.EqualTo(IPEndPoint.Parse("127.0.0.1:4433")));
        Assert.That(
            (entry.Reply.Source, entry.Reply.Destination),
            Is.EqualTo((entry.Original.Destination, entry.Original.Source)), "there is no NAT");
    }

    [Test]
    public void Without_the_list_of_the_kernel_the_tool_is_asked_and_the_number_is_bounded()
    {
        var (asked, snapshot) = WithTool("""
            echo 'ipv4     2 tcp      6 118 TIME_WAIT src=192.0.2.7 dst=192.0.2.1 sport=9 dport=80 src=192.0.2.1 dst=192.0.2.7 sport=80 dport=9 [ASSURED] mark=0 use=1'
            echo 'ipv4     2 icmp     1 29 src=192.0.2.7 dst=192.0.2.1 type=8 code=0 id=1 src=192.0.2.1 dst=192.0.2.7 type=0 code=0 id=1 mark=0 use=1'
            echo 'ipv4     2 udp      17 29 src=192.0.2.7 dst=192.0.2.1 sport=9 dport=53 [UNREPLIED] src=192.0.2.1 dst=192.0.2.7 sport=53 dport=9 mark=0 use=1'
            echo 'ipv4     2 tcp      6 431999 ESTABLISHED src=192.0.2.7 dst=192.0.2.1 sport=9 dport=22 src=192.0.2.1 dst=192.0.2.7 sport=22 dport=9 [ASSURED] mark=0 use=1'
            seq 1 2500 | sed 's/.*/ipv4     2 udp      17 29 src=192.0.2.7 dst=192.0.2.1 sport=& dport=53 src=192.0.2.1 dst=192.0.2.7 sport=53 dport=& mark=0 use=1/'
            """);
        var tracked = ConnectionReader.Of(snapshot)!;

        Assert.That(asked, Is.EqualTo("-L -o extended\n"));
        Assert.That(tracked.All, Has.Length.EqualTo(2000));
        Assert.That(tracked.HasMore, Is.True);
        Assert.That(tracked.All[0].Original.Destination.Port, Is.EqualTo(22));
        Assert.That(tracked.All.Skip(1).Select(one => one.Original.Source.Port), Is.EqualTo(Enumerable.Range(1, 1999)));
    }

    [Test]
    public void A_tool_that_fails_lists_no_connection()
    {
        var (_, snapshot) = WithTool("echo 'conntrack v1.4.8: Operation failed: Operation not permitted' >&2; exit 1");

        Assert.That(ConnectionReader.Of(snapshot), Is.Null);
        Assert.That(snapshot.Failures, Has.Some.EqualTo(
            "\"connections\" failed with exit code 1: conntrack v1.4.8: Operation failed: Operation not permitted."));
    }

    private static (string Asked, Snapshot Snapshot) WithTool(string program)
    {
        var printed = PrivateNamespace.Run(
            """
            grep -q ' ctnetlink_dump_table' /proc/kallsyms || exit 77
            mkdir bin
            { printf '#!/bin/sh\necho "$*" >>%s/asked\n' "$PWD"; cat program; } >bin/conntrack
            chmod +x bin/conntrack
            PATH=$PWD/bin:$PATH sh snapshot.sh namespace
            echo ====
            cat asked
            """,
            ("program", program),
            ("snapshot.sh", Snapshot.Script.Replace("/proc/net/nf_conntrack", "/nowhere", StringComparison.Ordinal)))
            .Split("====\n");
        return (printed[1], Taken.Read(printed[0]));
    }
}
