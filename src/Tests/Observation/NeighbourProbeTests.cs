using Hooktrail.Observation;

namespace Hooktrail.Tests.Observation;

/// <summary>The host probes a neighbour by itself, while the lab asks by ARP.</summary>
public class NeighbourProbeTests
{
    private const string HostMac = "02:42:ac:1d:58:01";
    private const string ClientMac = "02:42:ac:1d:58:02";
    private const string All = "ff:ff:ff:ff:ff:ff";

    private static readonly string[] Question = Asks(All);
    private static readonly string[] Probe = Asks(ClientMac);
    private static readonly string[] Answer =
    [
        $"e.nat.PREROUTING IN=veth1a2b3c2 OUT= {Frame(ClientMac, HostMac)} OPCODE=2 {Body(ClientMac, "172.29.88.2", HostMac, "172.29.88.1")}",
        $"e.filter.INPUT IN=veth1a2b3c2 OUT= {Frame(ClientMac, HostMac)} OPCODE=2 {Body(ClientMac, "172.29.88.2", HostMac, "172.29.88.1")}",
    ];

    private static readonly string[][][] Orders =
    [
        [Question, Answer],
        [Probe, Answer, Question, Answer],
        [Question, Answer, Probe, Answer],
        [Probe, Question, Answer, Answer],
        [Question, Probe, Answer, Answer],
        [Question[..1], Probe[..1], Question[1..], Probe[1..], Answer, Answer],
    ];

    [TestCaseSource(nameof(Orders))]
    public void A_probe_and_its_answer_are_no_legs_of_the_labs_question(params string[][] packets)
    {
        var legs = ((Finding.Observed)Assemble(new(1, [1]), packets)).Legs;

        Assert.That(
            legs.Select(leg => $"{leg.Leg}: {leg.Trail.Hops.Length}, {leg.Trail.Outcome}"),
            Is.EqualTo(new[] { "request: 2, delivered to client", "reply: 2, delivered to host" }));
        Assert.That(legs[0].Evidence.Select(record => record.Line), Has.All.Contains($"MAC dest = {All}"));
    }

    [Test]
    public void Two_questions_to_all_are_still_one_too_many() =>
        Assert.That(Assemble(new(1, [1]), Question, Answer, Question, Answer), Is.TypeOf<Finding.Inconclusive>());

    private static string[] Asks(string to) =>
    [
        $"e.nat.OUTPUT IN= OUT=veth1a2b3c2 {Frame(HostMac, to)} OPCODE=1 {Body(HostMac, "172.29.88.1", "00:00:00:00:00:00", "172.29.88.2")}",
        $"e.nat.POSTROUTING IN= OUT=veth1a2b3c2 {Frame(HostMac, to)} OPCODE=1 {Body(HostMac, "172.29.88.1", "00:00:00:00:00:00", "172.29.88.2")}",
    ];

    private static string Frame(string from, string to) =>
        $"MAC source = {from} MAC dest = {to} proto = 0x0806 ARP HTYPE=1, PTYPE=0x0800,";

    private static string Body(string mac, string ip, string targetMac, string target) =>
        $"ARP MAC SRC={mac} ARP IP SRC={ip} ARP MAC DST={targetMac} ARP IP DST={target}";

    private static Finding Assemble(Exchanged exchanged, params string[][] packets) => TrailAssembler.Assemble(
        new(Endpoint.Host, Endpoint.Client, Protocol.Arp),
        Captured.Map,
        Captured.Read(
            packets.SelectMany(lines => lines).Select((line, number) => $"7,{number + 1},1,-;htx7k2q {line}")),
        0,
        null,
        exchanged);
}
