using System.Diagnostics;
using Hooktrail.Observation.Import;

namespace Hooktrail.Tests.Observation.Import;

/// <summary>
/// Traces as nft 1.0.6 and xtables-monitor 1.8.9 printed them on Linux 6.18, with a Docker host's rules of 20.10 and
/// chains in every table but security; the addresses of the containers were put in the place of others.
/// </summary>
public class ImportTests
{
    private static readonly Flow Ping = new(Endpoint.Client, Endpoint.Server, Protocol.Icmp);
    private static readonly Flow Out = new(Endpoint.Client, Endpoint.Wan, Protocol.Icmp);
    private static readonly Flow Published = new(Endpoint.Wan, Endpoint.Host, Protocol.Tcp) { Port = 8080 };
    private static readonly Flow Refused = new(Endpoint.Client, Endpoint.Host, Protocol.Udp) { Port = 99 };
    private static readonly Flow Inwards = new(Endpoint.Wan, Endpoint.Server, Protocol.Icmp);

    private static readonly Hooktrail.Observation.LabMap Map = ForeignNames.Parse(
    [
        "198.51.100.1=lab.gateway", "198.51.100.2=client", "198.51.100.3=server", "192.0.2.1=host.wan", "192.0.2.2=wan",
        "veth12ab=client.port", "veth34cd=server.port", "br0=lab", "eth0=wan.nic",
    ]);

    [Test]
    public void A_packet_is_followed_by_nft_trace_though_its_id_changes_where_the_bridge_hands_it_up()
    {
        var trace = Read("nft-towan.txt");
        Assert.That(trace.Format, Is.EqualTo(TraceFormat.NftTrace));
        Assert.That(trace.Packets, Has.Length.EqualTo(2));
        Assert.That(trace.Packets[0].Hops.Select(hop => hop.TraceId).Distinct().Count(), Is.EqualTo(2));
        Assert.That(Points(trace.Packets[0]), Is.EqualTo(
            "n.bridge tr.pre e.nat.PREROUTING n.ip tr.pre i.raw.PREROUTING i.mangle.PREROUTING i.nat.PREROUTING e.filter.INPUT i.mangle.FORWARD i.filter.FORWARD i.mangle.POSTROUTING i.nat.POSTROUTING"));
    }

    [TestCase("nft-towan.txt")]
    [TestCase("xt-towan.txt")]
    public void Masquerade_is_undone_in_the_middle_of_the_reply(string file)
    {
        var flow = ForeignFlow.Of(Read(file), Out, Map);
        Assert.That(flow.Legs.Select(leg => leg.Leg), Is.EqualTo((Leg[])[Leg.Request, Leg.Reply]));
        var reply = flow.Legs[1].Trail;
        var destinations = reply.Hops.Where(hop => hop.Point.Layer != Layer.Nftables).ToDictionary(
            hop => hop.Point, hop => hop.Destination);
        Assert.Multiple(() =>
        {
            Assert.That(destinations[new(Layer.Iptables, "raw", "PREROUTING")], Is.EqualTo("host.wan"));
            Assert.That(destinations[new(Layer.Iptables, "mangle", "FORWARD")], Is.EqualTo("client"));
            Assert.That(destinations[new(Layer.Ebtables, "nat", "POSTROUTING")], Is.EqualTo("client"));
            Assert.That(
                flow.Legs.Select(leg => leg.Trail.Outcome),
                Is.EqualTo((Outcome[])[Outcome.Delivered(Endpoint.Wan), Outcome.Delivered(Endpoint.Client)]));
        });
    }

    [TestCase("nft-dnat.txt")]
    [TestCase("xt-dnat.txt")]
    public void A_connection_to_a_published_port_has_its_six_legs(string file)
    {
        var legs = ForeignFlow.Of(Read(file), Published, Map).Legs;
        Assert.That(legs.Select(leg => leg.Leg), Is.EquivalentTo(Leg.OfTcp.Select(one => one.Leg)));
        var syn = legs[0].Trail;
        Assert.Multiple(() =>
        {
            Assert.That(Hop(syn, Layer.Iptables, "nat", "PREROUTING").Destination, Is.EqualTo("host.wan:8080"));
            Assert.That(Hop(syn, Layer.Iptables, "filter", "FORWARD").Destination, Is.EqualTo("server:80"));
            Assert.That(Hop(syn, Layer.Ebtables, "nat", "POSTROUTING"), Is.EqualTo(
                new Hop(
                    new(Layer.Ebtables, "nat", "POSTROUTING"), null, "server.port", null, null, "wan", "server:80")));
            Assert.That(syn.Outcome, Is.EqualTo(Outcome.Delivered(Endpoint.Server)));
            Assert.That(
                legs.Where(leg => leg.Leg != Leg.Request)
                    .SelectMany(leg => leg.Trail.Hops)
                    .Where(hop => hop.Point is { Layer: Layer.Iptables, Table: "nat" }),
                Is.Empty);
        });
    }

    [TestCase("nft-drop.txt", "policy drop")]
    [TestCase("xt-drop.txt", "policy DROP")]
    public void A_drop_says_where_and_by_what(string file, string reason)
    {
        var trace = Read(file);
        var dropped = Outcome.Dropped(new(Layer.Iptables, "filter", "FORWARD"), reason);
        Assert.That(trace.Packets.Single().Trail(Map, trace.Format).Outcome, Is.EqualTo(dropped));
        Assert.That(ForeignFlow.Of(trace, Inwards, Map).Legs.Single().Trail.Outcome, Is.EqualTo(dropped));
    }

    [TestCase("nft-reject.txt", "udp dport 99 reject")]
    [TestCase("xt-reject.txt", "-4 -t filter -A INPUT -p udp -m udp --dport 99 -j REJECT --reject-with icmp-port-unreachable")]
    public void A_rejection_is_told_from_a_drop(string file, string rule) => Assert.That(
        ForeignFlow.Of(Read(file), Refused, Map).Legs.First().Trail.Outcome,
        Is.EqualTo(Outcome.Rejected(new(Layer.Iptables, "filter", "INPUT"), rule)));

    [TestCase("nft-families.txt", "tcp dport 9 drop", "tcp dport 10 reject", "udp dport 99 log prefix \"reject \" reject with icmpx admin-prohibited", "udp dport 98 drop comment \"reject here\"")]
    [TestCase("xt-families.txt", "-4 -t filter -A DOCKER-USER -p tcp -m tcp --dport 9 -m comment --comment \"do not reject this\" -j DROP", "-4 -t filter -A DOCKER-USER -p tcp -m tcp --dport 10 -j REJECT --reject-with icmp-port-unreachable", "rule, handle 0x6 → DROP", "rule, handle 0x7 → DROP")]
    public void A_verdict_is_of_the_chain_that_its_line_names_and_a_user_s_chain_is_no_hook(
        string file, string drop, string reject, string own, string comment)
    {
        var trace = Read(file);
        var ends = trace.Packets.SelectMany(packet => packet.Hops).Where(hop => hop.IsEnd)
            .Select(hop => $"{hop.Decision} {hop.Sighting.Point}: {hop.Because}");
        Assert.That(ends, Is.EqualTo((string[])
        [
            // xtables-monitor prints no rule of other families, so a rejection there looks like a drop.
            $"{(file[0] == 'n' ? "Rejected" : "Dropped")} nftables inet own rej: {own}",
            $"Dropped nftables inet own rej: {comment}",
            $"Dropped iptables filter FORWARD: {drop}",
            $"Rejected iptables filter FORWARD: {reject}",
        ]));
        Assert.That(
            trace.Packets.SelectMany(packet => packet.Hops).Select(hop => hop.Sighting.Point.Chain),
            Has.None.AnyOf("DOCKER-USER", "deep", "sub"));
        Assert.That(Points(trace.Packets.First(packet => packet.Flags == TcpFlags.Syn)), Is.EqualTo(
            "n.netdev nd.ing n.ip traced.pre i.nat.PREROUTING i.mangle.FORWARD n.inet own.forw i.filter.FORWARD"));
    }

    [Test]
    public void Both_tools_show_the_same_packets()
    {
        var (nft, xtables) = (Read("nft-families.txt"), Read("xt-families.txt"));
        Assert.That(xtables.Packets.Select(Points), Is.EqualTo(nft.Packets.Select(Points)));
        Assert.That(
            xtables.Packets.Select(Handles), Is.EqualTo(nft.Packets.Select(Handles)));

        static string Handles(ForeignPacket packet) => string.Join(' ', packet.Hops.SelectMany(hop => hop.Rules).Select(
            rule =>
                $"{rule.Chain}:{(rule.Handle is { } handle ? Convert.ToInt32(handle, handle.StartsWith("0x", StringComparison.Ordinal) ? 16 : 10) : rule.Step)}"));
    }

    [TestCase("xt-families.txt")]
    [TestCase("xt-towan.txt")]
    [TestCase("xt-dnat.txt")]
    [TestCase("xt-drop.txt")]
    public void Up_to_1_8_7_the_packet_comes_after_its_chain_s_first_line(string file)
    {
        var lines = Lines(file).ToArray();
        for (var at = 0; at + 1 < lines.Length; at++)
            if (lines[at].StartsWith("PACKET", StringComparison.Ordinal))
                (lines[at], lines[at + 1]) = (lines[++at], lines[at - 1]);
        var old = ForeignTrace.Read(lines, "old", null, LogPrefixes.None);
        var now = Read(file);
        Assert.That(old.Packets.Select(Points), Is.EqualTo(now.Packets.Select(Points)));
        Assert.That(old.Packets.Select(Rules), Is.EqualTo(now.Packets.Select(Rules)));
        Assert.That(old.Cut, Is.Null);

        static string Rules(ForeignPacket packet) => string.Join(", ", packet.Hops.SelectMany(hop => hop.Rules));
    }

    [Test]
    public void Fields_without_a_blank_between_are_told_apart()
    {
        var lines = Lines("xt-dnat.txt")
            .Select(line => line.Replace(" DF SPORT", "DF SPORT", StringComparison.Ordinal));
        var glued = ForeignTrace.Read(lines, "glued", null, LogPrefixes.None);
        Assert.That(
            glued.Packets.Select(packet => packet.First.IpId),
            Is.EqualTo(Read("xt-dnat.txt").Packets.Select(packet => packet.First.IpId)));
        Assert.That(
            ForeignTrace.Read(
                ["PACKET: 2 1 IN=eth0 SRC=192.0.2.2 DST=192.0.2.1 LEN=60 TOS=0x0 TTL=64ID=9001SPORT=80 DPORT=8080 SYN", " TRACE: 2 1 raw:PREROUTING:policy:ACCEPT "],
                "glued",
                null,
                LogPrefixes.None).Packets.Single().First,
            Has.Property("IpId").EqualTo(9001).And.Property("SourcePort").EqualTo(80));
    }

    [Test]
    public void A_verdict_whose_packet_was_lost_is_a_crossing_without_addresses()
    {
        var lines = Lines("nft-drop.txt");
        var lost = lines.LastIndexOf(lines.Last(line => line.Contains("packet:", StringComparison.Ordinal)));
        var packet = ForeignTrace.Read(lines.RemoveAt(lost), "lost", null, LogPrefixes.None).Packets.Single();
        Assert.That(packet.Hops[^1], Has.Property("ShowsPacket").False.And.Property("IsEnd").True);
        Assert.That(packet.Hops[^1].Sighting.Point, Is.EqualTo(new HookPoint(Layer.Iptables, "filter", "FORWARD")));
    }

    [TestCase("12:00:01 ")]
    [TestCase("37:")]
    [TestCase("> ")]
    [TestCase("\e[1m")]
    public void A_line_of_a_trace_is_found_whatever_is_before_it(string head)
    {
        foreach (var file in (string[])["nft-dnat.txt", "xt-dnat.txt"])
            Assert.That(
                ForeignTrace.Read(Lines(file).Select(line => head + line), "it", null, LogPrefixes.None)
                    .Packets.Select(Points),
                Is.EqualTo(Read(file).Packets.Select(Points)));
    }

    [Test]
    public void Another_program_s_packet_is_no_leg()
    {
        // A report of IGMP was traced before the ping.
        var trace = Read("nft-bridge.txt");
        Assert.That(trace.Packets, Has.Length.EqualTo(3));
        Assert.That(
            ForeignFlow.Of(trace, Ping, Map).Legs.Select(leg => leg.Leg), Is.EqualTo((Leg[])[Leg.Request, Leg.Reply]));
    }

    [TestCase("nft-ip6.txt", 4)]
    [TestCase("xt-ip6.txt", 2)]
    public void Of_ipv6_a_ping_is_followed_through_ip6tables(string file, int packets)
    {
        // Beside it two hosts ask for a router; their packets have one destination.
        var trace = Read(file);
        Assert.That(trace.Packets, Has.Length.EqualTo(packets));
        var map = ForeignNames.Parse(
            ["2001:db8::2=client", "2001:db8::3=server", "veth12ab=client.port", "veth34cd=server.port", "br0=lab"]);
        var legs = ForeignFlow.Of(trace, Ping with { Ip = IpVersion.V6 }, map).Legs;
        Assert.That(legs.Select(leg => leg.Leg), Is.EqualTo((Leg[])[Leg.Request, Leg.Reply]));
        Assert.That(Hop(legs[0].Trail, Layer.Ip6tables, "filter", "FORWARD"), Is.EqualTo(
            new Hop(new(Layer.Ip6tables, "filter", "FORWARD"), "lab", "lab", null, null, "client", "server")));
        Assert.That(Hop(legs[1].Trail, Layer.Ebtables, "filter", "FORWARD").Source, Is.EqualTo("server"));
        foreach (var packet in trace.Packets)
            Assert.That(
                packet.Hops.Select(hop => hop.Sighting.Source).Distinct().Count(), Is.EqualTo(1), Points(packet));
    }

    [Test]
    public void Two_packets_whose_lines_alternate_are_told_apart()
    {
        var alone = Read("nft-two.txt");
        Assert.That(alone.Packets, Has.Length.EqualTo(12));
        var lines = Lines("nft-two.txt");
        var (one, other) = (alone.Packets[0], alone.Packets[6]);
        var mixed = Of(lines, one).Index()
            .Concat(Of(lines, other).Index()).OrderBy(line => line.Index).Select(line => line.Item).ToList();
        var trace = ForeignTrace.Read(mixed, "mixed", null, LogPrefixes.None);
        Assert.That(
            trace.Packets.Select(packet => packet.First.Source?.ToString()),
            Is.EqualTo((string[])["192.0.2.2", "198.51.100.2"]));
        Assert.That(
            trace.Packets.Select(packet => packet.Hops.Count), Is.EqualTo((int[])[one.Hops.Count, other.Hops.Count]));

        static IEnumerable<string> Of(ImmutableArray<string> lines, ForeignPacket packet) =>
            lines.Where(
                line => packet.Hops.Any(hop => line.StartsWith($"trace id {hop.TraceId} ", StringComparison.Ordinal)));
    }

    [Test]
    public void A_later_packet_with_the_same_trace_id_is_another_packet()
    {
        var lines = Lines("nft-drop.txt");
        Assert.That(
            ForeignTrace.Read([.. lines, .. lines], "twice", null, LogPrefixes.None).Packets
                .Select(packet => packet.Hops.Count),
            Is.EqualTo((int[])[6, 6]));
    }

    [TestCase("nft-towan.txt")]
    [TestCase("xt-dnat.txt")]
    public void Line_ends_of_Windows_and_lines_of_others_make_no_difference(string file)
    {
        var lines = Lines(file);
        var strange = lines.SelectMany(
            (line, index) => (string[])[line + "\r", index % 3 == 0 ? "make: Nothing to be done" : ""]);
        var trace = ForeignTrace.Read(strange, "strange", null, LogPrefixes.None);
        Assert.That(trace.Packets.Select(Points), Is.EqualTo(Read(file).Packets.Select(Points)));
        Assert.That(trace.Cut, Is.Null);
    }

    [TestCase("nft-towan.txt", 100)]
    [TestCase("nft-towan.txt", 22)]
    [TestCase("xt-dnat.txt", 60)]
    public void A_cut_line_is_named(string file, int length)
    {
        var lines = Lines(file);
        var last = lines.Last(line => line.Contains("packet:", StringComparison.Ordinal)
            || line.Contains("PACKET:", StringComparison.Ordinal));
        var cut = lines.Select(line => line == last ? line[..length] : line);
        Assert.That(
            ForeignTrace.Read(cut, "cut", null, LogPrefixes.None).Cut,
            Does.StartWith($"line {lines.IndexOf(last) + 1} ("));
    }

    [TestCase("", null, "It is empty; use the output of nft monitor trace")]
    [TestCase("\n\n", null, "It is empty; use")]
    [TestCase("hello\nworld", null, "It is not a trace: no line can be used, first line 1 (\"hello\"); use the output of")]
    [TestCase("\nPACKET: 2 1 IN=", TraceFormat.NftTrace, "It is not a trace in the format nft-trace: no line can be used, first line 2 (\"PACKET: 2 1 IN=\")")]
    [TestCase("[1.2] mine: IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 LEN=20 TTL=64 ID=1 PROTO=2 ", null, "It names no hook point: 1 line from rules whose prefix names no hook point was skipped")]
    public void What_is_no_trace_is_refused_with_its_first_line(string text, TraceFormat? format, string says) =>
        Assert.That(
            () => ForeignTrace.Read(text.Split('\n', StringSplitOptions.None), "It", format, LogPrefixes.None),
            Throws.TypeOf<HooktrailException>().With.Message.StartsWith(says));

    [Test]
    public void Time_is_in_proportion_to_the_lines()
    {
        var once = Lines("nft-towan.txt");
        Assert.That(
            Clock(40) * 6 + TimeSpan.FromSeconds(1),
            Is.GreaterThan(Clock(240)),
            "240 times the lines take more than 6 times as long as 40 times");
        TimeSpan Clock(int times)
        {
            var clock = Stopwatch.StartNew();
            var trace = ForeignTrace.Read(
                Enumerable.Repeat(once, times).SelectMany(lines => lines), "much", null, LogPrefixes.None);
            Assert.That(trace.Packets, Has.Length.EqualTo(2 * times));
            return clock.Elapsed;
        }
    }

    [Test]
    public void Without_names_there_is_no_flow()
    {
        Assert.That(
            () => ForeignFlow.Of(Read("nft-towan.txt"), Out, ForeignNames.Parse(["192.0.2.2=wan"])),
            Throws.TypeOf<HooktrailException>().With.Message.StartsWith(
                "Nothing in the trace is named client; name its address, such as --name 198.51.100.2=client; these addresses have no name: 198.51.100.2"));
        Assert.That(
            () => ForeignFlow.Of(Read("nft-towan.txt"), Ping, Map),
            Throws.TypeOf<HooktrailException>().With.Message.StartsWith(
                "No packet of the trace is a request of client → server (icmp)"));
    }

    [TestCase("192.0.2.2", "\"192.0.2.2\" is not a name; write")]
    [TestCase("192.0.2.2=veth0", "Unknown address \"veth0\"; the addresses of the lab are")]
    [TestCase("docker0=client", "Unknown device \"client\" in \"docker0=client\"; the devices of the lab are lab, away")]
    public void A_name_is_one_of_the_lab(string said, string says) => Assert.That(
        () => ForeignNames.Parse([said]), Throws.TypeOf<HooktrailException>().With.Message.StartsWith(says));

    [Test]
    public void What_the_user_names_goes_before_what_the_topology_says()
    {
        var map = ForeignNames.Parse(["docker0=lab"], new Topology());
        Assert.That(
            (map.Device("docker0"), map.Device("eth0"), map.Address(System.Net.IPAddress.Parse("192.0.2.2"))),
            Is.EqualTo(("lab", "wan.nic", "wan")));
    }

    private sealed class Topology : IForeignTopology
    {
        public IEnumerable<(string Printed, string Name)> Devices => [("docker0", "away"), ("eth0", "wan.nic")];

        public IEnumerable<(System.Net.IPAddress Printed, string Name)> Addresses =>
            [(System.Net.IPAddress.Parse("192.0.2.2"), "wan")];
    }

    internal static ImmutableArray<string> Lines(string name) =>
        [.. Captured.Text(name).Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    internal static string Points(ForeignPacket packet) =>
        string.Join(' ', packet.Hops.Select(hop => hop.Sighting.Point)
            .Select(point => $"{point.Layer.Name()[0]}.{point.Table}.{point.Chain}"));

    private static ForeignTrace Read(string name) => ForeignTrace.Read(Lines(name), name, null, LogPrefixes.None);

    private static Hop Hop(Trail trail, Layer layer, string table, string chain) =>
        trail.Hops.Single(hop => hop.Point == new HookPoint(layer, table, chain));
}
