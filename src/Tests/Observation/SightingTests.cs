using System.Net;
using Hooktrail.Observation;

namespace Hooktrail.Tests.Observation;

/// <summary>Every log format. Lines not captured follow net/netfilter/nf_log_syslog.c and ebt_log.c.</summary>
public class SightingTests
{
    [Test]
    public void An_echo_on_a_bridge_as_captured()
    {
        var sighting = Parse(
            "htx7k2q i.mangle.FORWARD IN=br-5f0c12ab34cd OUT=br-5f0c12ab34cd PHYSIN=veth1a2b3c2 PHYSOUT=veth1a2b3c3 "
            + "MAC=da:bb:cd:ce:53:d1:9e:f9:ac:7e:58:bc:08:00 SRC=172.29.88.2 DST=172.29.88.3 LEN=84 TOS=0x04 PREC=0x20 TTL=64 ID=37480 DF "
            + "PROTO=ICMP TYPE=8 CODE=0 ID=20303 SEQ=1 MARK=0x2a ");

        Assert.That(sighting, Is.EqualTo(new Sighting
        {
            Sequence = 7,
            Run = Captured.Run,
            Point = new(Layer.Iptables, "mangle", "FORWARD"),
            Line = sighting.Line,
            IsComplete = true,
            In = "br-5f0c12ab34cd",
            Out = "br-5f0c12ab34cd",
            PhysIn = "veth1a2b3c2",
            PhysOut = "veth1a2b3c3",
            MacDestination = "da:bb:cd:ce:53:d1",
            MacSource = "9e:f9:ac:7e:58:bc",
            EtherType = 0x0800,
            Source = IPAddress.Parse("172.29.88.2"),
            Destination = IPAddress.Parse("172.29.88.3"),
            Length = 84,
            Tos = 0x24,
            Ttl = 64,
            IpId = 37480,
            Protocol = "ICMP",
            IcmpType = 8,
            IcmpCode = 0,
            IcmpId = 20303,
            IcmpSequence = 1,
            Mark = 0x2a,
        }));
    }

    [Test]
    public void Tcp_with_options_sequence_and_user()
    {
        var sighting = Parse(
            "htx7k2q i.filter.OUTPUT IN= OUT=eth0 SRC=192.0.2.2 DST=192.0.2.9 LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=0 CE DF MF FRAG:185 "
            + "OPT (94040000) PROTO=TCP SPT=40000 DPT=443 SEQ=3000000001 ACK=0 WINDOW=64240 RES=0x00 CWR ECE SYN URGP=0 "
            + "OPT (020405B40402080A) UID=1000 GID=1000 ");

        Assert.That(
            (
                sighting.IsComplete, sighting.In, sighting.Out,
                sighting.Protocol, sighting.SourcePort, sighting.DestinationPort),
            Is.EqualTo((true, (string?)null, "eth0", "TCP", 40000, 443)));
        Assert.That(
            (sighting.TcpSequence, sighting.IcmpSequence, sighting.UserId),
            Is.EqualTo((3000000001, (int?)null, 1000u)));
    }

    [Test]
    public void Flags_of_tcp_and_a_fragments_place()
    {
        const string head =
            "htx7k2q i.filter.INPUT IN=lo OUT= SRC=192.0.2.2 DST=192.0.2.9 LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=0 ";
        var syn = Parse(head + "DF PROTO=TCP SPT=1 DPT=2 SEQ=7 ACK=9 WINDOW=64240 RES=0x00 CWR ECE ACK SYN URGP=0 ");
        var nothing = Parse(head + "PROTO=TCP SPT=1 DPT=2 WINDOW=0 RES=0x00 URGP=0 ");

        Assert.That(
            (syn.TcpFlags, syn.TcpAcknowledgement),
            Is.EqualTo(((TcpFlags?)(TcpFlags.Cwr | TcpFlags.Ece | TcpFlags.Ack | TcpFlags.Syn), 9L)));
        Assert.That(
            (nothing.TcpFlags, nothing.TcpAcknowledgement), Is.EqualTo(((TcpFlags?)TcpFlags.None, (long?)null)));
        Assert.That((syn.FragmentOffset, syn.MoreFragments), Is.EqualTo(((int?)null, false)));
        var (first, last) = (Parse(head + "MF PROTO=UDP SPT=1 DPT=2 LEN=4008 "), Parse(head + "FRAG:370 PROTO=UDP "));
        Assert.That(
            (first.FragmentOffset, first.MoreFragments, first.PayloadLength), Is.EqualTo(((int?)0, true, (int?)4000)));
        Assert.That((last.FragmentOffset, last.MoreFragments, last.IsComplete), Is.EqualTo(((int?)2960, false, true)));
    }

    [Test]
    public void Fragments_of_ipv6_are_not_cut()
    {
        const string head =
            "htx7k2q 6.filter.INPUT IN=lo OUT= SRC=2001:db8::1 DST=2001:db8::2 LEN=1496 TC=0 HOPLIMIT=64 FLOWLBL=7 ";
        var (first, last) = (
            Parse(head + "FRAG:0 INCOMPLETE ID:0000002a PROTO=ICMPv6 TYPE=128 CODE=0 ID=3 SEQ=1 "),
            Parse(head + "FRAG:1448 ID:0000002a PROTO=ICMPv6 "));

        Assert.That(
            (first.IsComplete, first.FragmentOffset, first.MoreFragments, first.IcmpId, first.FlowLabel),
            Is.EqualTo((true, (int?)0, true, (int?)3, (int?)7)));
        Assert.That((last.IsComplete, last.FragmentOffset, last.MoreFragments), Is.EqualTo((true, (int?)1448, false)));
    }

    [TestCase("PROTO=TCP SPT=40000 DPT=80 SEQ=5 ACK=0 WINDOW=1 RES=0x00 SYN URGP=0 ", 40000, 80, 5L, null)]
    [TestCase("PROTO=UDP SPT=40000 DPT=53 LEN=28 ", 40000, 53, null, null)]
    [TestCase("PROTO=ICMP TYPE=8 CODE=0 ID=7 SEQ=3 ", null, null, null, 3)]
    [TestCase("PROTO=TCP INCOMPLETE [8 bytes] ", null, null, null, null)]
    public void The_packet_that_an_icmp_error_is_about(
        string inside, int? source, int? destination, long? sequence, int? echo)
    {
        var sighting = Parse(
            "htx7k2q i.filter.INPUT IN=lab OUT= SRC=192.0.2.1 DST=192.0.2.2 LEN=112 TOS=0x00 PREC=0xC0 TTL=64 ID=5 PROTO=ICMP TYPE=3 CODE=1 "
            + $"[SRC=192.0.2.2 DST=198.51.100.9 LEN=84 TOS=0x00 PREC=0x00 TTL=1 ID=77 {inside}] ");

        Assert.That((sighting.IsComplete, sighting.IpId, sighting.SourcePort), Is.EqualTo((true, 5, (int?)null)));
        Assert.That(
            (
                sighting.Inner!.Source.ToString(), sighting.Inner.Destination.ToString(),
                sighting.Inner.IpId, sighting.Inner.SourcePort, sighting.Inner.DestinationPort),
            Is.EqualTo(("192.0.2.2", "198.51.100.9", 77, source, destination)));
        Assert.That((sighting.Inner.TcpSequence, sighting.Inner.IcmpSequence), Is.EqualTo((sequence, echo)));
    }

    [Test]
    public void The_length_is_that_of_the_ip_packet_not_of_udp()
    {
        var sighting = Parse(
            "htx7k2q i.filter.INPUT IN=lo OUT= SRC=127.0.0.1 DST=127.0.0.1 LEN=48 TOS=0x00 PREC=0x00 TTL=64 ID=9 PROTO=UDP SPT=1 DPT=2 LEN=28 ");

        Assert.That((sighting.Length, sighting.DestinationPort), Is.EqualTo((48, 2)));
    }

    [Test]
    public void The_packet_inside_an_icmp_error_is_passed_over()
    {
        var sighting = Parse(
            "htx7k2q i.filter.INPUT IN=lab OUT= SRC=192.0.2.1 DST=192.0.2.2 LEN=112 TOS=0x00 PREC=0xC0 TTL=64 ID=5 PROTO=ICMP TYPE=3 CODE=4 "
            + "[SRC=192.0.2.2 DST=198.51.100.9 LEN=84 TOS=0x00 PREC=0x00 TTL=1 ID=77 PROTO=UDP INCOMPLETE [8 bytes] ] MTU=1400 MARK=0x1 ");

        Assert.That(
            (
                sighting.IsComplete, sighting.Source!.ToString(), sighting.IpId,
                sighting.IcmpType, sighting.IcmpCode, sighting.Tos, sighting.Mark),
            Is.EqualTo((true, "192.0.2.1", 5, 3, 4, (byte)0xC0, 1u)));
    }

    [TestCase("PROTO=ESP SPI=0x1 ", true)]
    [TestCase("PROTO=132 ", true)]
    [TestCase("PROTO=TCP INCOMPLETE [4 bytes] ", false)]
    [TestCase("PROTO=ICMP TYPE=8 CODE=0 ID=5 ", false)]
    [TestCase("PROTO=IC", false)]
    [TestCase("", false)]
    public void A_line_that_was_cut_is_not_complete(string end, bool complete) => Assert.That(
        Parse(
            $"htx7k2q i.filter.INPUT IN=lab OUT= SRC=192.0.2.1 DST=192.0.2.2 LEN=84 TOS=0x00 PREC=0x00 TTL=64 ID=5 {end}")
            .IsComplete,
        Is.EqualTo(complete));

    [Test]
    public void Ipv6()
    {
        var sighting = Parse(
            "htx7k2q 6.raw.PREROUTING IN=lab OUT= MAC=33:33:00:00:00:01:02:42:ac:12:00:02:86:dd "
            + "SRC=2001:0db8:0000:0000:0000:0000:0000:0002 DST=2001:0db8:0000:0000:0000:0000:0000:0001 LEN=104 TC=4 HOPLIMIT=64 FLOWLBL=12345 "
            + "PROTO=ICMPv6 TYPE=128 CODE=0 ID=3 SEQ=1 ");

        Assert.That(
            (
                sighting.Point.Layer, sighting.Source!.ToString(), sighting.Tos,
                sighting.Ttl, sighting.IpId, sighting.IcmpType, sighting.IcmpSequence),
            Is.EqualTo((Layer.Ip6tables, "2001:db8::2", (byte)4, 64, (int?)null, 128, 1)));
        Assert.That((sighting.EtherType, sighting.IsComplete), Is.EqualTo((0x86DD, true)));
    }

    [Test]
    public void Macs_decoded_by_the_kernel()
    {
        var sighting = Parse(
            "htx7k2q i.raw.PREROUTING IN=lab OUT= MACSRC=02:42:ac:12:00:03 MACDST=02:42:ac:12:00:02 MACPROTO=0800 "
            + "SRC=172.18.0.3 DST=172.18.0.2 LEN=84 TOS=0x04 PREC=0x00 TTL=64 ID=1 PROTO=ICMP TYPE=0 CODE=0 ID=1 SEQ=1 ");

        Assert.That(
            (sighting.MacSource, sighting.MacDestination, sighting.EtherType),
            Is.EqualTo(("02:42:ac:12:00:03", "02:42:ac:12:00:02", 0x0800)));
    }

    [Test]
    public void Arp_by_the_common_logger()
    {
        var sighting = Parse(
            "htx7k2q i.filter.INPUT IN=lab OUT= ARP HTYPE=1 PTYPE=0x0800 OPCODE=1 MACSRC=02:42:ac:12:00:03 IPSRC=172.18.0.3 MACDST=00:00:00:00:00:00 IPDST=172.18.0.2");

        Assert.That(
            (
                sighting.ArpOperation, sighting.Source!.ToString(),
                sighting.Destination!.ToString(), sighting.MacSource, sighting.IsComplete),
            Is.EqualTo((1, "172.18.0.3", "172.18.0.2", "02:42:ac:12:00:03", true)));
    }

    [Test]
    public void A_frame_as_captured()
    {
        var sighting = Parse(
            "htx7k2q e.nat.POSTROUTING IN= OUT=veth1a2b3c3 MAC source = 9e:f9:ac:7e:58:bc MAC dest = da:bb:cd:ce:53:d1 proto = 0x0800 "
            + "IP SRC=172.29.88.2 IP DST=172.29.88.3, IP tos=0x04, IP proto=1");

        Assert.That(sighting, Is.EqualTo(new Sighting
        {
            Sequence = 7,
            Run = Captured.Run,
            Point = new(Layer.Ebtables, "nat", "POSTROUTING"),
            Line = sighting.Line,
            IsComplete = true,
            Out = "veth1a2b3c3",
            MacSource = "9e:f9:ac:7e:58:bc",
            MacDestination = "da:bb:cd:ce:53:d1",
            EtherType = 0x0800,
            Source = IPAddress.Parse("172.29.88.2"),
            Destination = IPAddress.Parse("172.29.88.3"),
            Tos = 4,
            Protocol = "1",
        }));
    }

    [TestCase("proto = 0x0800 IP SRC=192.0.2.1 IP DST=192.0.2.2, IP tos=0x00, IP proto=6 SPT=1 DPT=2", "192.0.2.1", "192.0.2.2", 2)]
    [TestCase("proto = 0x86dd IPv6 SRC=2001:0db8:0000:0000:0000:0000:0000:0002 IPv6 DST=2001:0db8:0000:0000:0000:0000:0000:0001, IPv6 priority=0x0, Next Header=17 SPT=5 DPT=53", "2001:db8::2", "2001:db8::1", 53)]
    [TestCase("proto = 0x0806 ARP HTYPE=1, PTYPE=0x0800, OPCODE=1 ARP MAC SRC=02:00:00:00:00:01 ARP IP SRC=192.0.2.1 ARP MAC DST=00:00:00:00:00:00 ARP IP DST=192.0.2.2", "192.0.2.1", "192.0.2.2", null)]
    public void Frames_of_all_kinds(string end, string source, string destination, int? port)
    {
        var sighting = Parse(
            $"htx7k2q e.filter.FORWARD IN=v1 OUT=v2 MAC source = 02:00:00:00:00:01 MAC dest = 02:00:00:00:00:02 {end}");

        Assert.That(
            (
                sighting.Source!.ToString(),
                sighting.Destination!.ToString(),
                sighting.DestinationPort,
                sighting.IsComplete),
            Is.EqualTo((source, destination, port, true)));
    }

    [TestCase("htx7k2q i.nat.FORWARD IN=a OUT= ")]
    [TestCase("htx7k2 i.nat.INPUT IN=a OUT= ")]
    [TestCase("htX7k2q i.nat.INPUT IN=a OUT= ")]
    [TestCase("https: //example.com")]
    public void What_is_no_tap_is_refused(string text) =>
        Assert.That(SightingParser.TryParse(7, text, out _), Is.False);

    private static Sighting Parse(string text) =>
        SightingParser.TryParse(7, text, out var sighting)
            ? sighting!
            : throw new AssertionException($"refused: {text}");
}
