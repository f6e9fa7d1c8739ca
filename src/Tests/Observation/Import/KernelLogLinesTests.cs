using Hooktrail.Observation.Import;

namespace Hooktrail.Tests.Observation.Import;

/// <summary>Lines of a user's LOG rules: a lab's, with other prefixes and headers.</summary>
public class KernelLogLinesTests
{
    private const string Fields = "IN=lab0 OUT= MAC=02:00:00:00:00:02:02:00:00:00:00:01:08:00 SRC=192.0.2.2 DST=192.0.2.3 LEN=84 TOS=0x00 PREC=0x00 TTL=64 ID=7 DF PROTO=ICMP TYPE=8 CODE=0 ID=9 SEQ=1 ";
    private const string Frame = " IN=veth1 OUT= MAC source = 02:00:00:00:00:01 MAC dest = 02:00:00:00:00:02 proto = 0x0800 IP SRC=192.0.2.2 IP DST=192.0.2.3, IP tos=0x00, IP proto=1";

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
        Point("raw PREROUTING IN=lab0 OUT= SRC=2001:db8::1 DST=2001:db8::2 LEN=104 TC=0 HOPLIMIT=64 FLOWLBL=7 PROTO=ICMPv6 TYPE=128 CODE=0 ID=1 SEQ=1 "),
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
    public void Whatever_stands_before_a_line(string header)
    {
        Assert.That(Point(header + "raw PRE " + Fields), Is.EqualTo("iptables raw PREROUTING"));
        Assert.That(Point(header + "[ebt nat PRE]" + Frame), Is.EqualTo("ebtables nat PREROUTING"));
        Assert.That(Read(header + "raw PRE " + Fields).Packets[0].First.Line, Is.EqualTo(("raw PRE " + Fields).Trim()));
    }

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
        LogPrefixes.None.PointOf(prefix, isBridge: false, isV6: false, isArp: false), Is.Null);

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
