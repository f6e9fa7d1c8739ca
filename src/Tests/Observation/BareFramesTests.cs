using Hooktrail.Observation;

namespace Hooktrail.Tests.Observation;

/// <summary>What ebt_log can tell: addresses and ports, but neither flags nor numbers.</summary>
public class BareFramesTests
{
    private const byte Mark = 0x40;
    private const int Local = 20_000;

    private static readonly Exchanged Answered = new(1, [1]) { LocalPort = Local };

    [Test]
    public void A_bridged_connection_that_is_refused_is_a_SYN_and_its_reset()
    {
        var legs = Legs(
            Protocol.Tcp, new(1, []) { LocalPort = Local, Told = [1] }, [.. Bridged(There), .. Bridged(Back)]);

        Assert.That(
            legs.Select(leg => $"{leg.Leg} {leg.Trail.Outcome}"),
            Is.EqualTo(new[] { "request delivered to server", "reply delivered to client" }));
    }

    [Test]
    public void A_reply_to_which_nothing_follows_and_of_which_nobody_was_told_is_not_delivered()
    {
        var legs = Legs(Protocol.Tcp, new(1, []) { LocalPort = Local }, [.. Bridged(There), .. Bridged(Back)]);

        Assert.That(legs[1].Trail.Outcome.Kind, Is.EqualTo(OutcomeKind.Vanished));
    }

    [Test]
    public void A_connection_of_which_one_direction_shows_no_flags_is_told_by_the_order_there()
    {
        string[] routed =
        [
            Routed("SEQ=1 ACK=0 WINDOW=1 RES=0x00 SYN URGP=0"), .. Bridged(Back),
            Routed("SEQ=2 ACK=2 WINDOW=1 RES=0x00 ACK URGP=0"),
            Routed("SEQ=2 ACK=2 WINDOW=1 RES=0x00 ACK PSH URGP=0"),
            .. Bridged(Back),
            Routed("SEQ=3 ACK=2 WINDOW=1 RES=0x00 ACK FIN URGP=0"), .. Bridged(Back),
            Routed("SEQ=4 ACK=3 WINDOW=1 RES=0x00 ACK URGP=0"),
        ];

        Assert.That(
            Legs(Protocol.Tcp, Answered, routed).Select(leg => $"{leg.Leg}: {leg.Trail.Hops.Length}"),
            Is.EqualTo(
                new[] { "request: 1", "reply: 2", "request 2: 1", "request 3: 1", "request 4: 1", "reply 2: 2" }));
    }

    [Test]
    public void Of_fragments_the_first_one_has_the_ports()
    {
        const string Payload = " SPT=257 DPT=257";
        var legs = Legs(
            Protocol.Udp,
            Answered,
            [.. Bridged(There), .. Bridged(There, Payload), .. Bridged(Back), .. Bridged(Back, Payload)],
            fragments: 2);

        Assert.That(legs[0].Trail.Hops.Select(hop => hop.Destination).Distinct(), Is.EqualTo(new[] { "server:80" }));
        Assert.That(legs[0].Trail.Hops, Has.Length.EqualTo(4));
    }

    [Test]
    public void A_fragment_of_IPv6_is_known_by_its_header()
    {
        string[] lines =
        [
            .. from way in (string[])["SRC=fd00::2 IPv6 DST=fd00::3", "SRC=fd00::2 IPv6 DST=fd00::3"]
               from place in Places(There)
               select $"{place} proto = 0x86dd IPv6 {way}, IPv6 priority=0x4, Next Header=44",
        ];
        var flow = new Flow(Endpoint.Client, Endpoint.Server, Protocol.Icmp) { Ip = IpVersion.V6, Fragments = 2 };

        Assert.That(
            ((Finding.Observed)Assemble(flow, new(1, []), lines)).Legs.Single().Trail.Hops, Has.Length.EqualTo(4));
    }

    private static (string Ip, string Ports, string In, string Out) There =>
        ("172.29.88.2 IP DST=172.29.88.3", $" SPT={Local} DPT=80", "veth1a2b3c2", "veth1a2b3c3");

    private static (string Ip, string Ports, string In, string Out) Back =>
        ("172.29.88.3 IP DST=172.29.88.2", $" SPT=80 DPT={Local}", "veth1a2b3c3", "veth1a2b3c2");

    private static IEnumerable<string> Bridged(
        (string Ip, string Ports, string In, string Out) way, string? ports = null) =>
        Places(way).Select(place =>
            $"{place} proto = 0x0800 IP SRC={way.Ip}, IP tos=0x40, IP proto={{0}}{ports ?? way.Ports}");

    private static IEnumerable<string> Places((string Ip, string Ports, string In, string Out) way) =>
    [
        $"htx7k2q e.nat.PREROUTING IN={way.In} OUT= MAC source = 02:42:ac:1d:58:02 MAC dest = 02:42:ac:1d:58:03",
        $"htx7k2q e.filter.FORWARD IN={way.In} OUT={way.Out} MAC source = 02:42:ac:1d:58:02 MAC dest = 02:42:ac:1d:58:03",
    ];

    private static string Routed(string segment) =>
        $"htx7k2q i.raw.PREROUTING IN=br-5f0c12ab34cd OUT= SRC=172.29.88.2 DST=172.29.88.3 LEN=60 TOS=0x00 PREC=0x40 TTL=64 ID=0 DF PROTO=TCP SPT={Local} DPT=80 {segment} ";

    private static ObservedLeg[] Legs(
        Protocol protocol, Exchanged exchanged, IEnumerable<string> lines, int fragments = 1) =>
    [
        .. ((Finding.Observed)Assemble(
            new Flow(Endpoint.Client, Endpoint.Server, protocol) { Fragments = fragments },
            exchanged,
            lines.Select(
                line => string.Format(CultureInfo.InvariantCulture, line, protocol == Protocol.Tcp ? 6 : 17)))).Legs,
    ];

    private static Finding Assemble(Flow flow, Exchanged exchanged, IEnumerable<string> lines)
    {
        var window = Captured.Read(lines.Select((line, number) => $"7,{number + 1},1,-;{line}"));
        return TrailAssembler.Assemble(flow, Captured.Map, window, Mark, null, exchanged);
    }
}
