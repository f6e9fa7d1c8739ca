using Hooktrail.Observation.Import;

namespace Hooktrail.Tests.Observation.Import;

/// <summary>Lines of a user's LOG rules: a lab's, with other prefixes and headers.</summary>
public class KernelLogLinesTests
{
    private const string Fields =
        "IN=lab0 OUT= MAC=02:00:00:00:00:02:02:00:00:00:00:01:08:00 SRC=192.0.2.2 DST=192.0.2.3 LEN=84 TOS=0x00 PREC=0x00 TTL=64 ID=7 DF PROTO=ICMP TYPE=8 CODE=0 ID=9 SEQ=1 ";
    private const string Frame =
        " IN=veth1 OUT= MAC source = 02:00:00:00:00:01 MAC dest = 02:00:00:00:00:02 proto = 0x0800 IP SRC=192.0.2.2 IP DST=192.0.2.3, IP tos=0x00, IP proto=1";

    [TestCase("iptables-raw-PREROUTING ", "iptables raw PREROUTING")]
    [TestCase("raw:PRE ", "iptables raw PREROUTING")]
    [TestCase("[POSTROUTING/mangle] ", "iptables mangle POSTROUTING")]
    [TestCase("ipt_filter_fwd:", "iptables filter FORWARD")]
    [TestCase("NAT OUT ", "iptables nat OUTPUT")]
    [TestCase("bridge nat PREROUTING ", "ebtables nat PREROUTING")]
    [TestCase("filter.INPUT", "iptables filter INPUT")]
    [TestCase("TRACE: raw:PREROUTING:policy:2 ", "iptables raw PREROUTING")]
    public void A_prefix_names_table_and_chain(string prefix, string point) =>
        Assert.That(Point(prefix + Fields), Is.EqualTo(point));

    [TestCase("[ebt nat PRE]", "ebtables nat PREROUTING")]
    [TestCase("broute", "ebtables broute BROUTING")]
    [TestCase("BROUTING", "ebtables broute BROUTING")]
    [TestCase("filter-FORWARD:", "ebtables filter FORWARD")]
    public void The_line_tells_that_it_is_of_ebtables(string prefix, string point) =>
        Assert.That(Point(prefix + Frame), Is.EqualTo(point));

    [Test]
    public void Of_ipv6_it_is_ip6tables() => Assert.That(
        Point(
            "raw PREROUTING IN=lab0 OUT= SRC=2001:db8::1 DST=2001:db8::2 LEN=104 TC=0 HOPLIMIT=64 FLOWLBL=7 PROTO=ICMPv6 TYPE=128 CODE=0 ID=1 SEQ=1 "),
        Is.EqualTo("ip6tables raw PREROUTING"));

    [TestCase("")]
    [TestCase("[ 3268.687973] ")]
    [TestCase("[Tue Nov 24 15:55:32 2026] ")]
    [TestCase("[Nov24 15:55] ")]
    [TestCase("[  +0.000012] ")]
    [TestCase("2026-11-24T15:55:32,123456+00:00 ")]
    [TestCase("kern  :warn  : [ 3268.687973] ")]
    [TestCase("<4>[ 3268.687973] ")]
    [TestCase("Nov 24 15:55:32 box kernel: ")]
    [TestCase("Nov 24 15:55:32 box kernel: [ 3268.687973] ")]
    [TestCase("2026-11-24T15:55:32.123456+00:00 box kernel: ")]
    [TestCase("4,374,3268687973,-;")]
    public void A_known_head_is_left_out(string header)
    {
        Assert.That(Point(header + "raw PRE " + Fields), Is.EqualTo("iptables raw PREROUTING"));
        Assert.That(Point(header + "[ebt nat PRE]" + Frame), Is.EqualTo("ebtables nat PREROUTING"));
        Assert.That(Read(header + "raw PRE " + Fields).Packets[0].First.Line, Is.EqualTo(("raw PRE " + Fields).Trim()));
    }

    [TestCase("<4>1 2026-11-24T15:55:32.123456+00:00 box kernel - - [meta sequenceId=\"7\"] ")]
    [TestCase("<4>1 2026-11-24T15:55:32Z nat-gw kernel - - - ")]
    [TestCase("[ 3268.687973] [   T77] ")]
    [TestCase("[ 3268.687973][   T77] ")]
    [TestCase("[ 3268.687973] [    C0] ")]
    [TestCase("[Di Nov 24 15:55:32 2026] ")]
    [TestCase("[火 11月 24 15:55:32 2026] ")]
    [TestCase("24 nov. 15:55:32 box kernel: ")]
    [TestCase("Nov 24 15:55:32 filter kernel: ")]
    [TestCase("Tue Nov 24 15:55:32 2026 kern.warn kernel: [ 3268.687973] ")]
    [TestCase("Nov 24 15:55:32 box ")]
    [TestCase("\e[32m[ 3268.687973] \e[0m\e[33m")]
    [TestCase("#033[32m[ 3268.687973] #033[0m")]
    [TestCase("12:Nov 24 15:55:32 box kernel: ")]
    [TestCase("syslog.1:12:[ 3268.687973] ")]
    [TestCase("> Nov 24 15:55:32 box kernel: ")]
    [TestCase("\"[ 3268.687973] ")]
    [TestCase("{\"MESSAGE\":\"")]
    [TestCase("\t")]
    [TestCase("Nov 24 15:55:32\tbox\tkernel:\t")]
    public void A_line_is_found_by_its_record_whatever_is_before_it(string head)
    {
        Assert.That(Point(head + "raw PRE " + Fields), Is.EqualTo("iptables raw PREROUTING"));
        Assert.That(Point(head + "[ebt nat PRE]" + Frame), Is.EqualTo("ebtables nat PREROUTING"));
        Assert.That(Point(head + "TRACE: nat:PREROUTING:policy:2 " + Fields), Is.EqualTo("iptables nat PREROUTING"));
    }

    [TestCase("\"")]
    [TestCase("\e[0m")]
    [TestCase("'")]
    public void What_is_quoted_may_end_with_the_quote(string end)
    {
        var trace = Read("raw PRE " + Fields + end);
        Assert.That((trace.Cut, trace.Packets.Single().IcmpSequence), Is.EqualTo(((string?)null, 1)));
    }

    [Test]
    public void Tabs_are_blanks() => Assert.That(
        Point("raw PRE " + Fields.Replace(' ', '\t')), Is.EqualTo("iptables raw PREROUTING"));

    [Test]
    public void The_log_of_ulogd_has_no_0x() => Assert.That(
        Read(
            "Nov 24 15:55:32 box raw PRE IN=lab0 OUT= MAC=02:00:00:00:00:02:02:00:00:00:00:01:08:00 SRC=192.0.2.2 DST=192.0.2.3 LEN=60 TOS=00 PREC=0x00 TTL=64 ID=7 DF PROTO=TCP SPT=40000 DPT=80 SEQ=1 ACK=0 WINDOW=64240 SYN URGP=0 MARK=0 ")
            .Packets.Single().Flags,
        Is.EqualTo(TcpFlags.Syn));

    [Test]
    public void A_prefix_that_names_nothing_is_said_to_mean_a_place()
    {
        var trace = ForeignTrace.Read(
            ["[1.0] P1: " + Fields, "[1.1] [UFW BLOCK] " + Fields, "[1.2] eth0: renamed"],
            "it",
            null,
            LogPrefixes.Parse(["P1:=iptables mangle PREROUTING"]));
        Assert.That(ImportTests.Points(trace.Packets.Single()), Is.EqualTo("i.mangle.PREROUTING"));
        Assert.That(trace.Notes.Single(), Does.StartWith(
            "1 line from rules whose prefix names no hook point was skipped, first line 2 (\"[1.1] [UFW BLOCK]"));
        Assert.That(trace.Notes.Single(), Does.EndWith("map the prefix with --prefix, or use --format ufw."));
    }

    [TestCase("DENY ", "IN=eth0 OUT= ", "iptables filter INPUT")]
    [TestCase("DENY ", "IN=eth0 OUT=lab0 ", "iptables filter FORWARD")]
    [TestCase("DENY ", "IN= OUT=eth0 ", "iptables filter OUTPUT")]
    [TestCase("", "IN=eth0 OUT=lab0 ", "iptables mangle FORWARD")]
    [TestCase("[ 1.0] ", "IN=eth0 OUT=lab0 ", "iptables mangle FORWARD")]
    [TestCase("Nov 24 15:55:32 box kernel: DENY ", "IN=eth0 OUT= ", "iptables filter INPUT")]
    public void Of_the_chains_of_one_prefix_the_devices_choose(string prefix, string devices, string point) =>
        Assert.That(
        ForeignTrace.Read(
            [prefix + devices + Fields[Fields.IndexOf("MAC=", StringComparison.Ordinal)..]],
            "it",
            null,
            LogPrefixes.Parse(["DENY=iptables filter INPUT,FORWARD,OUTPUT", "=iptables mangle FORWARD"]))
            .Packets.Single().First.Point.ToString(),
        Is.EqualTo(point));

    [Test]
    public void A_prefix_of_both_versions_of_IP_means_the_chain_of_each() => Assert.That(
        ForeignTrace.Read(
            ["X IN=lab0 OUT= SRC=2001:db8::1 DST=2001:db8::2 LEN=104 TC=0 HOPLIMIT=64 FLOWLBL=7 PROTO=ICMPv6 TYPE=128 CODE=0 ID=1 SEQ=1 "],
            "it",
            null,
            LogPrefixes.Parse(["X=iptables filter INPUT"])).Packets.Single().First.Point.ToString(),
        Is.EqualTo("ip6tables filter INPUT"));

    [Test]
    public void Lines_that_mean_nothing_are_skipped_without_a_note()
    {
        var trace = ForeignTrace.Read(
            ["raw PRE " + Fields, "noise " + Fields], "it", null, LogPrefixes.Parse(["noise=none"]));
        Assert.That((trace.Packets.Length, trace.Notes), Is.EqualTo((1, ImmutableArray<string>.Empty)));
    }

    [TestCase("ufw", "[UFW BLOCK] IN=eth0 OUT=lab0 ", "iptables filter FORWARD", TracedDecision.Dropped)]
    [TestCase("ufw", "[UFW AUDIT] IN= OUT=lab0 ", "iptables filter OUTPUT", TracedDecision.Untold)]
    [TestCase("ufw", "[UFW ALLOW] IN=eth0 OUT= ", "iptables filter INPUT", TracedDecision.Passed)]
    [TestCase("ufw", "[UFW LIMIT BLOCK] IN=eth0 OUT= ", "iptables filter INPUT", TracedDecision.Rejected)]
    [TestCase("firewalld", "filter_IN_public_REJECT: IN=eth0 OUT= ", "nftables inet firewalld filter_INPUT", TracedDecision.Rejected)]
    [TestCase("firewalld", "\"FINAL_REJECT: \"IN=eth0 OUT=lab0 ", "nftables inet firewalld filter_FORWARD", TracedDecision.Rejected)]
    [TestCase("firewalld", "STATE_INVALID_DROP: IN=eth0 OUT= ", "nftables inet firewalld filter_INPUT", TracedDecision.Dropped)]
    [TestCase("firewalld", "rpfilter_DROP: IN=eth0 OUT= ", "nftables inet firewalld filter_PREROUTING", TracedDecision.Dropped)]
    [TestCase("shorewall", "Shorewall:net2fw:DROP:IN=eth0 OUT= ", "iptables filter INPUT", TracedDecision.Dropped)]
    [TestCase("shorewall", "Shorewall:loc-net:REJECT:IN=lab0 OUT=eth0 ", "iptables filter FORWARD", TracedDecision.Rejected)]
    [TestCase("shorewall", "net-fw ACCEPT IN=eth0 OUT= ", "iptables filter INPUT", TracedDecision.Passed)]
    [TestCase("shorewall", "Shorewall:net_dnat:DNAT:IN=eth0 OUT= ", "iptables nat PREROUTING", TracedDecision.Untold)]
    public void A_program_s_prefixes_mean_its_chains_and_verdicts(
        string format, string line, string point, TracedDecision decision)
    {
        var tool = TraceFormats.Parse(format);
        var hop = ForeignTrace.Read(
            ["Nov 24 15:55:32 box kernel: [ 3.1] " + line + Fields[Fields.IndexOf("MAC=", StringComparison.Ordinal)..]],
            "it",
            tool,
            LogPrefixes.Parse([], tool)).Packets.Single().Hops.Single();
        Assert.That((hop.Sighting.Point.ToString(), hop.Decision), Is.EqualTo((point, decision)));
    }

    [Test]
    public void Two_lines_of_one_chain_are_one_crossing()
    {
        var fields = "IN=eth0 OUT=lab0 " + Fields[Fields.IndexOf("MAC=", StringComparison.Ordinal)..];
        var again = fields.Replace("ID=7 ", "ID=8 ", StringComparison.Ordinal);
        var trace = ForeignTrace.Read(
            ["[UFW AUDIT] " + fields, "[UFW BLOCK] " + fields, "[UFW AUDIT] " + again, "[UFW BLOCK] " + again],
            "it",
            TraceFormat.Ufw,
            LogPrefixes.Parse([], TraceFormat.Ufw));
        Assert.That(
            trace.Packets.Select(packet => (packet.Hops.Single().Decision, packet.Hops.Single().Rules.Single().Text)),
            Is.All.EqualTo((TracedDecision.Dropped, "[UFW BLOCK]")));
        Assert.That(trace.Packets, Has.Length.EqualTo(2));
    }
    [TestCase("P1", "\"P1\" is not a prefix with its hook point; write it as")]
    [TestCase("P1=raw PREROUTING", "\"P1=raw PREROUTING\" is not a prefix with its hook point")]
    [TestCase("P1=iptables raw INPUT", "The table raw of iptables has no chain \"INPUT\"; its chains are PREROUTING, OUTPUT.")]
    public void A_meaning_is_a_hook_point(string said, string says) => Assert.That(
        () => LogPrefixes.Parse([said]), Throws.TypeOf<HooktrailException>().With.Message.StartsWith(says));

    [TestCase("raw nat PRE ")]
    [TestCase("raw INPUT ")]
    [TestCase("PRE POST nat ")]
    [TestCase("nat ")]
    public void A_prefix_that_names_two_places_or_none_names_nothing(string prefix) => Assert.That(
        LogPrefixes.None.Of(prefix, isBridge: false, isV6: false, isArp: false), Is.Null);

    [Test]
    public void Blanks_that_were_lost_at_the_end_do_not_matter_but_lost_fields_do()
    {
        Assert.That(Read("raw PRE " + Fields.TrimEnd()).Cut, Is.Null);
        Assert.That(Read("raw PRE " + Fields[..^7]).Cut, Does.StartWith("line 1 "));
        Assert.That(Read("raw PRE " + Fields, "mangle PRE " + Fields[..60]).Cut, Does.StartWith("line 2 "));
        Assert.That(Read("raw PRE " + Fields, "mangle PRE IN=lab0 OU").Cut, Does.StartWith("line 2 "));
    }

    [Test]
    public void Pieces_of_a_frame_s_line_are_joined()
    {
        var cut = Frame.IndexOf(" IP SRC", StringComparison.Ordinal);
        var packet = Read("nat PRE" + Frame[..cut], Frame[cut..], "raw PRE " + Fields).Packets.Single();
        Assert.That(ImportTests.Points(packet), Is.EqualTo("e.nat.PREROUTING i.raw.PREROUTING"));
        Assert.That(packet.First.Source?.ToString(), Is.EqualTo("192.0.2.2"));
    }

    [Test]
    public void Trace_of_the_legacy_iptables_is_a_hop_for_a_chain()
    {
        var trace = Read(
            "[1.0] TRACE: raw:PREROUTING:rule:2 " + Fields,
            "[1.0] TRACE: raw:PREROUTING:policy:3 " + Fields,
            "[1.0] TRACE: nat:PREROUTING:rule:1 " + Fields,
            "[1.0] TRACE: nat:DOCKER:return:2 " + Fields,
            "[1.0] TRACE: nat:PREROUTING:policy:2 " + Fields.Replace("LEN=84", "LEN=84", StringComparison.Ordinal));
        Assert.That(
            trace.Packets.Select(ImportTests.Points), Is.EqualTo((string[])["i.raw.PREROUTING i.nat.PREROUTING"]));
        Assert.That(
            trace.Packets.Single().Hops.Select(
                hop => string.Join(", ", hop.Rules.Select(rule => $"{rule.Chain} {rule}"))),
            Is.EqualTo((string[])
            [
                "PREROUTING rule 2, PREROUTING policy", "PREROUTING rule 1, DOCKER return 2, PREROUTING policy",
            ]));
    }

    [Test]
    public void A_mark_that_is_set_on_the_way_makes_no_other_packet() => Assert.That(
        Read(
            "TRACE: mangle:PREROUTING:rule:1 " + Fields,
            "TRACE: mangle:PREROUTING:rule:2 " + Fields + "MARK=0x7 ",
            "TRACE: mangle:PREROUTING:policy:3 " + Fields + "MARK=0x7 ")
            .Packets.Select(ImportTests.Points),
        Is.EqualTo((string[])["i.mangle.PREROUTING"]));

    [Test]
    public void Traces_whose_lines_alternate_are_told_apart()
    {
        var other = Fields.Replace("ID=7 ", "ID=8 ", StringComparison.Ordinal)
            .Replace("SEQ=1 ", "SEQ=2 ", StringComparison.Ordinal);
        string[] chains =
            ["raw:PREROUTING:policy:1", "nat:PREROUTING:rule:1", "nat:DOCKER:return:2", "nat:PREROUTING:policy:2"];
        var trace = Read([.. chains.SelectMany(
            chain => (string[])[$"TRACE: {chain} {Fields}", $"TRACE: {chain} {other}"])]);
        Assert.That(trace.Packets.Select(ImportTests.Points), Is.EqualTo((string[])
            ["i.raw.PREROUTING i.nat.PREROUTING", "i.raw.PREROUTING i.nat.PREROUTING"]));
        Assert.That(trace.Packets.Select(packet => packet.Hops[1].Rules.Count), Is.All.EqualTo(3));
    }

    [Test]
    public void A_trace_that_begins_in_a_user_s_chain_is_of_the_chain_that_it_returns_to()
    {
        var trace = Read(
            "TRACE: filter:DOCKER-USER:return:2 " + Fields,
            "TRACE: filter:FORWARD:rule:2 " + Fields,
            "TRACE: nat:DOCKER:return:2 " + Fields);
        Assert.That(trace.Packets.Select(ImportTests.Points), Is.EqualTo((string[])["i.filter.FORWARD"]));
        Assert.That(trace.Packets[0].FirstLine, Is.EqualTo(1));
    }

    [Test]
    public void Two_connections_whose_lines_alternate_are_told_apart_by_their_ports()
    {
        string[] lines = [
            .. ((string[])["raw PRE", "mangle PRE"]).SelectMany(
                prefix => (string[])[Syn(prefix, 1000), Syn(prefix, 1001)])
        ];
        Assert.That(
            Read(lines).Packets.Select(packet => string.Join(' ', packet.Hops.Select(hop => hop.Sighting.SourcePort))),
            Is.EqualTo((string[])["1000 1000", "1001 1001"]));

        static string Syn(string prefix, int port) =>
            $"{prefix} IN=lab0 OUT= SRC=2001:db8::1 DST=2001:db8::2 LEN=80 TC=0 HOPLIMIT=64 FLOWLBL=0 PROTO=TCP SPT={port} DPT=80 WINDOW=64800 RES=0x00 SYN URGP=0 ";
    }

    [TestCase("Nov 24 15:55:32 box systemd-journald[1]: Missed 14 kernel messages", "messages were lost at line 2 (")]
    [TestCase("[ 1.0] net_ratelimit: 14 callbacks suppressed", "messages were lost at line 2 (")]
    [TestCase("** 14 printk messages dropped **", "messages were lost at line 2 (")]
    [TestCase("# ERROR: We lost some netlink events!", "messages were lost at line 2 (")]
    [TestCase("4,377,3268687974,-;mangle PRE " + Fields, "the records 375 to 376 are missing before line 2")]
    public void What_was_lost_is_found(string line, string says)
    {
        var trace = ForeignTrace.Read(["4,374,3268687973,-;raw PRE " + Fields, line], "it", null, LogPrefixes.None);
        Assert.That((trace.Loss, trace.HasGaps), Is.EqualTo((trace.Loss, true)));
        Assert.That(trace.Loss, Does.StartWith(says));
    }

    [Test]
    public void A_masked_line_is_named_by_its_number()
    {
        var trace = Read(
            "raw PRE " + Fields,
            "mangle PRE " + Fields.Replace("192.0.2.2", "x.x.x.x", StringComparison.Ordinal),
            "nat PRE " + Fields,
            "filter INPUT " + Fields.Replace("192.0.2.2", "REDACTED", StringComparison.Ordinal));
        Assert.That(trace.Cut, Does.StartWith("line 2 (\"mangle PRE").And.EndsWith(" and line 4"));
        Assert.That(trace.HasGaps, Is.True);
        Assert.That(ImportTests.Points(trace.Packets.Single()), Is.EqualTo("i.raw.PREROUTING i.nat.PREROUTING"));
    }

    [Test]
    public void A_lab_s_own_lines_are_followed_through_ebtables_and_iptables()
    {
        var trace = ForeignTrace.Read(Captured.Lines, "captured", null, LogPrefixes.None);
        Assert.That(trace.Packets, Has.Length.EqualTo(32));
        Assert.That(ImportTests.Points(trace.Packets[0]), Is.EqualTo(
            "e.nat.PREROUTING i.raw.PREROUTING i.mangle.PREROUTING i.nat.PREROUTING e.filter.FORWARD i.mangle.FORWARD i.filter.FORWARD i.security.FORWARD "
            + "e.nat.POSTROUTING i.mangle.POSTROUTING i.nat.POSTROUTING"));
        // The bridge did not call iptables for the last two pings, so all there is are addresses.
        Assert.That(
            trace.Packets[^4..].Select(ImportTests.Points),
            Is.All.EqualTo("e.nat.PREROUTING e.filter.FORWARD e.nat.POSTROUTING"));
        foreach (var flow in (Flow[])
            [
                new(Endpoint.Client, Endpoint.Wan, Protocol.Icmp),
                new(Endpoint.Host, Endpoint.Client, Protocol.Icmp),
                new(Endpoint.Wan, Endpoint.Client, Protocol.Icmp),
            ])
            Assert.That(
                ForeignFlow.Of(trace, flow, Captured.Map).Legs.Select(leg => leg.Leg.ToString()),
                Is.EqualTo((string[])["request", "reply", "request 2", "reply 2"]),
                $"{flow}");
    }

    private static string Point(string line) => Read(line).Packets.Single().First.Point.ToString();

    private static ForeignTrace Read(params string[] lines) =>
        ForeignTrace.Read(lines, "it", TraceFormat.Dmesg, LogPrefixes.None);
}
