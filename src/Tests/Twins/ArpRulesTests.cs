using Hooktrail.Records;
using Hooktrail.Trails.Topologies;
using Hooktrail.Twins;
using Hooktrail.Verification;

namespace Hooktrail.Tests.Twins;

/// <summary>
/// Rules that stop an ARP request or its answer: on a kernel that has no entry yet, the packet that needs it does not
/// get further than the model says.
/// </summary>
[TestFixture]
[CancelAfter(600_000)]
internal sealed class ArpRulesTests
{
    private const string Dropped = "-A INPUT -j DROP";

    private static IEnumerable<TestCaseData> Cases =>
    [
        Case("no answer is heard", "c0", "host", Arptables("-A OUTPUT -j DROP"), "answer to the ARP request"),
        Case("no question is heard", "c0", "host", Arptables(Dropped), "the ARP request for 172.20.0.1"),
        Case("the host hears no answer", "host", "c0", Arptables(Dropped), "answer to the ARP request"),
        Case("the host cannot ask", "host", "c0", Arptables("-A OUTPUT -j DROP"), "the ARP request for 172.20.0.2"),
        Case("the host hears answers alone", "c0", "host", Arptables("-A INPUT --opcode 1 -j DROP"), "the ARP request"),
        Case("the host may ask", "host", "c0", Arptables("-A INPUT --opcode 1 -j DROP"), null),
        Case("of another container", "c0", "host", Arptables("-A INPUT -s 172.20.0.3 -j DROP"), null),
        Case("of another device", "host", "c0", Arptables("-A INPUT -i eth0 -j DROP"), null),
        Case("family arp", "host", "c0", Nft("arp", "input", "arp operation reply drop"), "answer to the ARP request"),
        Case("family arp, the other way", "c0", "host", Nft("arp", "input", "arp operation reply drop"), null),
        Case("family bridge", "c0", "c1", Nft("bridge", "forward", "ether type arp drop"), "the ARP request for 172.20.0.3"),
        Case("family bridge, and none for the host", "c0", "host", Nft("bridge", "forward", "ether type arp drop"), null),
        Case("of IP alone", "c0", "c1", Nft("bridge", "forward", "ether type ip6 drop"), null),
        Case("ebtables", "c0", "host", Ebtables("-A INPUT -p ARP -j DROP"), "the ARP request for 172.20.0.1"),
        Case("ebtables, the answer", "c0", "c1",
            Ebtables("-A FORWARD -p ARP --arp-op Reply -j DROP"), "answer to the ARP request"),
        Case("at a device", "c0", "host",
            new("nft -f -", "table netdev mine {\n chain c {\n  type filter hook ingress device \"veth0\" priority 0;\n  ether type arp drop\n }\n}\n"),
            "the ARP request for 172.20.0.1"),
    ];

    private static TestCaseData Case(string name, string from, string to, LoadedRules rules, string? stopped) =>
        new TestCaseData(from, to, rules, stopped).SetArgDisplayNames(name);

    private static LoadedRules Arptables(string rule) =>
        new("arptables-nft-restore --noflush", $"*filter\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n{rule}\nCOMMIT\n");

    private static LoadedRules Ebtables(string rule) => new(
        "ebtables-nft-restore --noflush",
        $"*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n{rule}\nCOMMIT\n");

    private static LoadedRules Nft(string family, string hook, string rule) => new(
        "nft -f -", $"table {family} mine {{\n chain c {{\n  type filter hook {hook} priority 10;\n  {rule}\n }}\n}}\n");

    [TestCaseSource(nameof(Cases))]
    public async Task The_kernel_stops_what_needs_ARP_as_predicted(
        string from, string to, LoadedRules rules, string? stopped, CancellationToken cancellation)
    {
        var topology = HostAnswersTests.Host with
        {
            Devices = [.. HostAnswersTests.Host.Devices.Select(one => one with { Port = null })],
        };
        var plan = new TwinPlan(topology) { Settings = [("net/ipv4/ip_forward", "1")], Rules = [rules] };
        await using var twin = await LiveTwin.StartAsync(plan, cancellation);
        var flow = new Flow(Named(topology, from), Named(topology, to), Protocol.Icmp)
        {
            Via = to == "host" ? "172.20.0.1" : null,
        };

        var seen = await TwinObservation.OfAsync(twin, twin.Profile, flow, cancellation);

        var outcome = seen.Legs[0].Predicted!.Outcome;
        Assert.That(outcome.Kind, Is.EqualTo(stopped is null ? OutcomeKind.Delivered : OutcomeKind.Vanished), $"{outcome}");
        if (stopped is not null)
            Assert.That(outcome.Reason, Does.Contain(stopped).And.Contain("dropped at "));
        Assert.That(Judged.Differences(flow, seen), Is.Empty);
        Assert.That(seen.Legs.Select(leg => leg.Verdict), Is.All.EqualTo(LegVerdict.Agreed), seen.Legs[0].Reason);
        Assert.That(seen.Legs, Has.Length.EqualTo(stopped is null ? 2 : 1));
    }

    private static Endpoint Named(Topology topology, string name) => name == "host"
        ? Endpoint.Host
        : topology.EndpointOf(topology.Containers.First(one => one.Name == name));
}
