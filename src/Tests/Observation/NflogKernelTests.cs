using System.Diagnostics;
using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;
using TraceSwitch = Hooktrail.Observation.Nflog.TraceSwitch;

namespace Hooktrail.Tests.Observation;

/// <summary>The real kernel records what the tables ask for, in separate network namespaces.</summary>
[NonParallelizable]
public class NflogKernelTests
{
    private const string Install = "nft -f install || say refused\nip -o link\n";

    private static readonly ImmutableArray<NflogPlace> Tools =
        NflogPlaces.OfTools(Backend.Nft, Backend.Nft, Backend.Nft);

    private static readonly NflogTable All = new(Captured.Run, 7, NflogTraffic.Everything, Tools);

    [TestCase(4, "127.0.0.1", "iptables")]
    [TestCase(6, "::1", "ip6tables")]
    public void Over_loopback_a_packet_passes_output_and_input_and_nat_on_the_way_out_only(
        int family, string address, string layer)
    {
        using var run = new NflogNamespace($"{NflogNamespace.Ct}{Install}echo{family} {address} 4\nnext", All);

        var window = Live(run.Next);
        var hops = window.Sightings.Select(Short).ToArray();

        var way = """
            raw OUTPUT →lo, mangle OUTPUT →lo, nat OUTPUT →lo, filter OUTPUT →lo, security OUTPUT →lo, mangle POSTROUTING →lo, nat POSTROUTING →lo
            raw PREROUTING lo→, mangle PREROUTING lo→, mangle INPUT lo→, filter INPUT lo→, security INPUT lo→
            """.ReplaceLineEndings(", ").Split(", ");
        var expected = way.Concat(way.Where(hop => !hop.StartsWith("nat"))).Select(hop => $"{layer} {hop}");
        Assert.That(hops, Is.EqualTo(expected));
        Assert.That(window.Lost, Is.Zero);
        Assert.That(
            window.Sightings.Select(sighting => sighting.Sequence),
            Is.EqualTo(Enumerable.Range(0, 22).Select(n => (ulong)n)));
        Assert.That(
            window.Sightings.Select(
                sighting => (sighting.Tos, sighting.IcmpId, sighting.IcmpSequence, sighting.IsComplete)),
            Is.All.EqualTo(((byte)4, 7, 1, true)));
    }

    [Test]
    public void Recording_does_not_switch_conntrack_on()
    {
        using var run = new NflogNamespace($"{Install}echo4 127.0.0.1 4\nnext", All);

        Assert.That(
            Live(run.Next).Sightings.Select(sighting => sighting.Point.Table), Is.Not.Empty.And.None.EqualTo("nat"));
    }

    [Test]
    public void The_connection_is_told_where_it_was_asked_for()
    {
        using var run = new NflogNamespace($"{NflogNamespace.Ct}{Install}echo4 127.0.0.1 4\nnext", All, "ct");

        var window = Live(run.Next);

        Assert.That(
            window.Sightings.Where(sighting => sighting.Point is { Layer: Layer.Iptables, Table: "raw" or "filter" })
                .Select(sighting => sighting.Connection),
            // A kernel without NETFILTER_NETLINK_GLUE_CT cannot tell.
            Is.All.Null.Or.EqualTo(new ConnectionState?[]
            {
                null, ConnectionState.New, ConnectionState.New, ConnectionState.New,
                null, ConnectionState.EstablishedReply,
                ConnectionState.EstablishedReply, ConnectionState.EstablishedReply,
            }));
    }

    [Test]
    public void The_trace_is_read_while_it_is_on_and_tells_of_the_recorded_traffic_only()
    {
        var traffic = NflogTraffic.To("127.0.0.2/32");
        var trace = new TraceSwitch(Captured.Run, Tools) { Traffic = traffic };
        using var run = new NflogNamespace(
            $"""
            {Install}
            nft -f - <<'END' || say refused
            {trace.On()}END
            echo4 127.0.0.2 4
            next
            echo trace on >&5
            next
            echo4 127.0.0.1 4
            next
            echo4 127.0.0.2 4
            next
            echo trace off >&5
            next
            echo4 127.0.0.2 4
            next
            nft -f - <<'END' || say refused
            {trace.Off()}END
            nft list tables | grep -q trace && say left
            next
            """, All with { Traffic = traffic });

        Assert.That((Live(run.Next).Sightings.IsEmpty, Traced()), Is.EqualTo((false, 0)));
        run.Next();
        Assert.That((run.Next().Sightings.IsEmpty, Traced()), Is.EqualTo((true, 0)));
        var window = run.Next();
        Assert.That(window.Sightings, Is.Not.Empty);
        Assert.That(window.Lost, Is.Zero);
        run.Next();
        var traced = Traced();
        Assert.That(traced, Is.Positive);
        Assert.That((run.Next().Sightings.IsEmpty, Traced()), Is.EqualTo((false, traced)));
        run.Next();
        Assert.That(run.Said, Is.Empty);

        int Traced() => run.Lines.Count(line => line.StartsWith("trace ", StringComparison.Ordinal));
    }

    [Test]
    public void A_traced_packet_tells_the_rules_it_meets_each_at_its_hop()
    {
        var table = All with
        {
            Traces = true,
            Places =
            [
                .. Tools,
                new(new(Layer.Nftables, "inet mine", "early"), NftFamily.Inet, NftHook.Output, -5),
                new(new(Layer.Nftables, "inet mine", "late"), NftFamily.Inet, NftHook.Output, -5),
            ],
        };
        using var run = new NflogNamespace(
            $"""
            nft -f - <<'END' || exit 77
            table inet mine {"{"}
                chain other {"{"} icmp type echo-request counter return; {"}"}
                chain early {"{"} type filter hook output priority -5; policy accept; ip daddr 127.0.0.9 drop; jump other; {"}"}
                chain late {"{"} type filter hook output priority -5; policy drop; ip daddr 127.0.0.1 accept; {"}"}
            {"}"}
            END
            {Install}
            echo4 127.0.0.1 4
            echo4 127.0.0.2 4
            next
            """, table, "trace");

        var window = Live(run.Next);
        var steps = window.Sightings
            .Where(sighting => !sighting.Steps.IsEmpty)
            .Select(sighting => $"{sighting.Destination} {sighting.Point.Chain}: "
                + string.Join(", ", sighting.Steps.Select(
                    step => $"{step.Family} {step.Table} {step.Chain} {(step.Handle is null ? "policy" : "rule")}")));

        // The request to .1, its reply, and the request to .2, which gets no further: of two chains at one priority the
        // later one runs first.
        Assert.That(
            steps,
            Is.EqualTo(
                (string[])
                [
                    "127.0.0.1 late: Inet mine late rule",
                    "127.0.0.1 early: Inet mine early rule, Inet mine other rule",
                    "127.0.0.1 late: Inet mine late rule",
                    "127.0.0.1 early: Inet mine early rule",
                    "127.0.0.2 late: Inet mine late policy",
                ]));
        Assert.That(window.Lost, Is.Zero);
    }

    [TestCase(4, "10.9.0.3", "iptables")]
    [TestCase(6, "fd09::3", "ip6tables")]
    public void On_a_bridge_ports_and_bridge_are_as_the_tools_log_them(int family, string server, string layer)
    {
        using var run = new NflogNamespace(
            $"""
            {Bridge}
            sysctl -qw net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1 || exit 77
            {NflogNamespace.Ct}{Install}
            nsenter -t $client -n perl echo.pl {family} {server} 8 2
            next
            """, All);

        // ARP and neighbour discovery have no type of service.
        var window = Live(run.Next);
        var hops = window.Sightings.Where(sighting => sighting.Tos == 8).Select(Short).ToArray();

        var first = Way("client.port", "server.port", nat: true);
        var reply = Way("server.port", "client.port", nat: false);
        var second = Way("client.port", "server.port", nat: false);
        Assert.That(hops, Is.EqualTo(first.Concat(reply).Concat(second).Concat(reply)));
        // Only the bridge sees bridged ARP; a request that the host gets a copy of is another matter.
        var arp = window.Sightings.Where(sighting => sighting.ArpOperation is not null).ToArray();
        Assert.That(
            arp.Where(sighting => sighting.Source!.ToString() == "10.9.0.2").Take(6).Select(Short),
            Is.EqualTo(family == 6 ? [] : new[]
            {
                "ebtables broute BROUTING client.port→", "ebtables nat PREROUTING client.port→",
                "ebtables filter FORWARD client.port→server.port", "ebtables nat POSTROUTING →server.port",
                "ebtables filter INPUT client.port→", "arptables filter INPUT lab→",
            }));
        Assert.That(
            arp.Where(sighting => sighting.ArpOperation == 2).Select(sighting => sighting.Point.Layer),
            Has.None.EqualTo(Layer.Arptables));

        string[] Way(string from, string to, bool nat) =>
        [
            $"ebtables broute BROUTING {from}→", $"ebtables nat PREROUTING {from}→",
            $"{layer} raw PREROUTING lab→ {from}→", $"{layer} mangle PREROUTING lab→ {from}→",
            .. nat ? (string[])[$"{layer} nat PREROUTING lab→ {from}→"] : [],
            $"ebtables filter FORWARD {from}→{to}",
            .. new[] { "mangle", "filter", "security" }.Select(table => $"{layer} {table} FORWARD lab→lab {from}→{to}"),
            $"ebtables nat POSTROUTING →{to}",
            $"{layer} mangle POSTROUTING →lab {from}→{to}",
            .. nat ? (string[])[$"{layer} nat POSTROUTING →lab {from}→{to}"] : [],
        ];
    }

    [Test]
    public void Only_the_labs_own_traffic_is_recorded()
    {
        var table = All with { Traffic = NflogTraffic.To("10.9.0.0/24", "127.83.0.0/16", "fd09::/64") };
        using var run = new NflogNamespace(
            $"""
            {Bridge}
            {Install}
            for tos in 0 4; do
                echo4 127.83.0.1 $tos
                echo4 127.0.0.1 $tos
                echo6 ::1 $tos
                echo6 fd09::1 $tos
                echo4 10.9.0.3 $tos
            done
            next
            """, table);

        var window = Live(run.Next);

        Assert.That(
            window.Sightings.Where(sighting => sighting.ArpOperation is null)
                .Select(sighting => (sighting.Destination!.ToString(), sighting.Tos))
                .Distinct(),
            Is.EquivalentTo(new[] { ("127.83.0.1", (byte)4), ("fd09::1", 4), ("10.9.0.3", 4), ("10.9.0.1", 4) }));
        Assert.That(
            window.Sightings
                .Where(sighting => sighting.Destination!.ToString() == "10.9.0.3" && sighting.ArpOperation is null)
                .Select(sighting => sighting.Point.Layer)
                .Distinct(),
            Is.EquivalentTo(new[] { Layer.Iptables, Layer.Ebtables }));
        Assert.That(
            window.Sightings.Where(sighting => sighting.Point.Layer == Layer.Arptables)
                .Select(sighting => $"{sighting.Point.Chain} {sighting.Destination}"),
            Is.EqualTo(new[] { "OUTPUT 10.9.0.3", "INPUT 10.9.0.1" }));
    }

    [Test]
    public void Tcp_and_refused_udp()
    {
        using var run = new NflogNamespace(
            $$"""
            {{Install}}
            perl -MSocket=:all -e 'socket $s, AF_INET, SOCK_STREAM, 0; setsockopt $s, 0, 1, pack "i", 4; connect $s, pack_sockaddr_in(81, inet_aton "127.0.0.1")'
            perl -MSocket=:all -e 'socket $s, AF_INET, SOCK_DGRAM, 0; send $s, "four", 0, pack_sockaddr_in(82, inet_aton "127.0.0.1")'
            next
            """, All);

        var received =
            Live(run.Next).Sightings.Where(sighting => sighting.Point is { Table: "filter", Chain: "INPUT" }).ToArray();

        Assert.That(
            received.Select(sighting => sighting.TcpFlags),
            Is.EqualTo(new TcpFlags?[] { TcpFlags.Syn, TcpFlags.Rst | TcpFlags.Ack, null, null }));
        Assert.That(received[0].DestinationPort, Is.EqualTo(81));
        Assert.That(received[1].TcpAcknowledgement, Is.EqualTo((received[0].TcpSequence + 1) % (1L << 32)));
        Assert.That(
            (received[2].Protocol, received[2].DestinationPort, received[2].PayloadLength), Is.EqualTo(("UDP", 82, 4)));
        Assert.That(
            (received[3].IcmpType, received[3].IcmpCode, received[3].Inner!.DestinationPort), Is.EqualTo((3, 3, 82)));
    }

    [Test]
    public void Users_chains_of_every_family_are_hook_points_too()
    {
        HookPoint Point(string table, string chain) => new(Layer.Nftables, table, chain);
        var table = All with
        {
            Places =
            [
                new(Point("inet mine", "early"), NftFamily.Inet, NftHook.Prerouting, -450),
                new(Point("inet mine", "nat"), NftFamily.Inet, NftHook.Output, -190, NftChainType.Nat),
                new(Point("inet mine", "door"), NftFamily.Inet, NftHook.Ingress, -1, Device: "lo"),
                new(Point("netdev mine", "in"), NftFamily.Netdev, NftHook.Ingress, 0, Device: "lo"),
                new(Point("netdev mine", "out"), NftFamily.Netdev, NftHook.Egress, 0, Device: "lo"),
                new(Point("arp mine", "in"), NftFamily.Arp, NftHook.Input, 5),
                new(Point("bridge mine", "post"), NftFamily.Bridge, NftHook.Postrouting, 5),
                .. Tools.Where(place => place.Point is { Layer: Layer.Iptables, Table: "raw" or "nat" }),
            ],
        };
        using var run = new NflogNamespace($"{NflogNamespace.Ct}{Install}echo4 127.0.0.1 4\nnext", table);

        Assert.That(Live(run.Next).Sightings.Take(9).Select(sighting => sighting.Point.ToString()), Is.EqualTo(new[]
        {
            "iptables raw OUTPUT", "nftables inet mine nat", "iptables nat OUTPUT", "iptables nat POSTROUTING",
            "nftables netdev mine out", "nftables inet mine door", "nftables netdev mine in",
            "nftables inet mine early", "iptables raw PREROUTING",
        }));
        Assert.That(run.Said, Is.Empty);
    }

    [Test]
    public void The_record_comes_before_a_rule_that_drops_at_the_same_priority()
    {
        using var run = new NflogNamespace(
            $$"""
            nft 'table ip filter { chain INPUT { type filter hook input priority 0; policy drop; }; }'
            {{Install}}
            perl echo.pl 4 127.0.0.1 4 1 flood
            next
            """, All);

        Assert.That(Live(run.Next).Sightings[^1].Point, Is.EqualTo(new HookPoint(Layer.Iptables, "filter", "INPUT")));
    }

    [Test]
    public void Tables_go_in_and_out_as_one_and_nothing_else_changes()
    {
        using var run = new NflogNamespace(
            """
            nft 'table ip filter { chain INPUT { type filter hook input priority 0; policy drop; }; }'
            nft list ruleset > before
            nft -f install && say "$(nft list tables | grep -c 'hooktrail-x7k2q-nflog$')" "$(nft list ruleset | grep -c 'group 7')"
            nft -f remove
            nft list ruleset > after
            cmp before after && say same
            sed '$s/.*/chain x { type filter hook ingress device "none" priority 0; }\n}/' install | nft -f - 2>/dev/null || say refused
            nft list ruleset > after
            cmp before after && say same
            next
            """, All);

        Live(run.Next);

        Assert.That(run.Said, Is.EqualTo(new[] { $"4 {Tools.Length}", "same", "refused", "same" }));
    }

    [Test]
    public void The_script_that_removes_taps_removes_the_tables()
    {
        using var run = new NflogNamespace(
            $$"""
            {{Install}}
            cat > undo <<'END'
            {{TapRemoval.Script}}
            END
            sed s/x7k2q/other/ install | nft -f -
            say $(sh undo --list)
            sh undo htx7k2q
            say $(nft list tables | awk '{ print $3 }' | sort -u)
            next
            """, All);

        Live(run.Next);

        Assert.That(run.Said, Is.EqualTo(new[] { "htother htx7k2q", "hooktrail-other-nflog" }));
    }

    [Test]
    public void A_thousand_echoes_lose_nothing()
    {
        using var run = new NflogNamespace(
            $"{NflogNamespace.Ct}{Install}echo4 127.0.0.1 4 500\nnext\necho4 127.0.0.1 4 500\nnext\nsay $(nft list ruleset | grep 'group 7')",
            All);

        var (first, second) = (Live(run.Next), Live(run.Next));

        Assert.That((first.Lost, second.Lost), Is.EqualTo((0L, 0L)));
        Assert.That((first.Sightings.Length, second.Sightings.Length), Is.EqualTo((500 * 20 + 2, 500 * 20)));
        Assert.That(
            second.Sightings.Select(sighting => (int)sighting.Sequence), Is.EqualTo(Enumerable.Range(10_002, 10_000)));
    }

    [Test]
    public void Counters_equal_the_records()
    {
        using var run = new NflogNamespace(
            $"{NflogNamespace.Ct}{Install}echo4 127.0.0.1 4 3\nnext\nnft list ruleset | grep 'group 7' | sed 's/^/= /'",
            All);

        var window = Live(run.Next);
        run.End();
        var counters = All.Counters(string.Join('\n', run.Said));

        Assert.That(
            counters.Points.Select(point => (point, counters[point])).Where(pair => pair.Item2 > 0),
            Is.EquivalentTo(
                window.Sightings.CountBy(sighting => sighting.Point).Select(pair => (pair.Key, (long)pair.Value))));
    }

    [Test]
    public void A_flood_is_read_whole_or_its_loss_is_told()
    {
        using var run = new NflogNamespace($"{Install}perl echo.pl 4 127.0.0.1 4 20000 flood\nnext", All);
        var watch = Stopwatch.StartNew();

        var window = Live(run.Next);

        var lines = run.Lines.Count(line => line.Length > 100);
        TestContext.Out.WriteLine($"{lines} records in {watch.ElapsedMilliseconds} ms, all told; lost {window.Lost}");
        Assert.That(lines < 300_000 ? window.Lost : 1, Is.GreaterThan(0));
        Assert.That(window.Sightings, Is.Not.Empty);
    }

    [Test]
    public void What_a_stopped_reader_of_the_trace_misses_is_told_as_lost()
    {
        using var run = new NflogNamespace(
            $"{Install}kill -STOP $reader\nperl echo.pl 4 127.0.0.1 4 4000 flood\nkill -CONT $reader\nnext\necho4 127.0.0.1 4\nnext\necho4 127.0.0.1 4\nnext",
            All with { Traces = true }, "trace");

        // The gap shows once more, by the number of the next record.
        var (flooded, _, later) = (Live(run.Next), Live(run.Next), Live(run.Next));

        Assert.That(flooded.Lost, Is.GreaterThan(0));
        Assert.That(later.Lost, Is.Zero);
        Assert.That(later.Sightings.Select(sighting => sighting.IsTraced), Is.Not.Empty.And.All.True);
    }

    [Test]
    public void A_socket_without_room_loses_the_trace_and_tells_it()
    {
        var table = All with { Traces = true };
        using var run = new NflogNamespace(
            $"{Install}perl echo.pl 4 127.0.0.1 4 300 flood\nnext", table, "trace",
            program => program.Replace("32 << 20", "4 << 10", StringComparison.Ordinal));

        Assert.That(Live(run.Next).Lost, Is.GreaterThan(0));
    }

    // A host with the bridge lab, and behind it a client and a server.
    private const string Bridge =
        """
        ip link add lab type bridge || exit 77
        ip link set lab up
        ip address add 10.9.0.1/24 dev lab
        ip address add fd09::1/64 dev lab nodad
        n=1
        for name in client server; do
            n=$((n + 1))
            peer $name
            pid=$(eval echo \$$name)
            ip link add $name.port type veth peer name eth0 netns $pid || exit 77
            ip link set $name.port master lab up
            nsenter -t $pid -n ip address add 10.9.0.$n/24 dev eth0
            nsenter -t $pid -n ip address add fd09::$n/64 dev eth0 nodad
            nsenter -t $pid -n ip link set eth0 up
        done
        """;

    private static string Short(Sighting sighting) =>
        $"{sighting.Point} {sighting.In}→{sighting.Out}"
        + (sighting.PhysIn ?? sighting.PhysOut) switch { null => "", _ => $" {sighting.PhysIn}→{sighting.PhysOut}" };

    private static LogWindow Live(Func<LogWindow> next)
    {
        try
        {
            return next();
        }
        catch (HooktrailException exception) when (exception.Message.StartsWith("It needs"))
        {
            throw Skip.Because(exception.Message);
        }
    }
}
