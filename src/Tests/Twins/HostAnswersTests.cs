using System.Net;
using Hooktrail.Records;
using Hooktrail.Trails.Topologies;
using Hooktrail.Twins;
using Hooktrail.Verification;

namespace Hooktrail.Tests.Twins;

/// <summary>
/// Whether the host answers a container that asks by ARP or neighbour discovery for the address of another: the kernel
/// of a twin does as the model says, for each setting and entry that decides it.
/// </summary>
[TestFixture]
[CancelAfter(600_000)]
internal sealed class HostAnswersTests
{
    private const string Far = "203.0.113.9";
    private const string Far6 = "2001:db8:ff::9";
    private const string Other = "10.90.0.1";
    private const string Neighbour = "172.20.0.3";
    private const string Neighbour6 = "fd00:1::3";

    private static IEnumerable<TestCaseData> Cases =>
    [
        Case("none answers", Far, OutcomeKind.Vanished),
        Case("proxy_arp", Far, OutcomeKind.Delivered, "ipv4/conf/br-a/proxy_arp=1"),
        Case("one medium", Far, OutcomeKind.Vanished,
            "ipv4/conf/br-a/proxy_arp=1", "ipv4/conf/br-a/medium_id=3", "ipv4/conf/eth0/medium_id=3"),
        Case("two media", Far, OutcomeKind.Delivered,
            "ipv4/conf/br-a/proxy_arp=1", "ipv4/conf/br-a/medium_id=3", "ipv4/conf/eth0/medium_id=4"),
        Case("no medium", Far, OutcomeKind.Vanished, "ipv4/conf/br-a/proxy_arp=1", "ipv4/conf/br-a/medium_id=-1"),
        Case("an entry", Far, OutcomeKind.Delivered, $"{Far} br-a"),
        Case("an entry of another device", Far, OutcomeKind.Vanished, $"{Far} eth0"),
        Case("proxy_ndp without an entry", Far6, OutcomeKind.Vanished, "ipv6/conf/br-a/proxy_ndp=1"),
        Case("an entry without proxy_ndp", Far6, OutcomeKind.Vanished, $"{Far6} br-a"),
        Case("an entry with proxy_ndp", Far6, OutcomeKind.Delivered, $"{Far6} br-a", "ipv6/conf/br-a/proxy_ndp=1"),
        Case("isolated ports", Neighbour, OutcomeKind.Vanished),
        Case("isolated ports with proxy_arp", Neighbour, OutcomeKind.Vanished, "ipv4/conf/br-a/proxy_arp=1"),
        Case("isolated ports with an entry", Neighbour, OutcomeKind.Vanished, $"{Neighbour} br-a"),
        Case("isolated ports with proxy_arp_pvlan", Neighbour, OutcomeKind.Delivered,
            "ipv4/conf/br-a/proxy_arp_pvlan=1"),
        Case("proxy_arp_pvlan of all", Neighbour, OutcomeKind.Delivered, "ipv4/conf/all/proxy_arp_pvlan=1"),
        Case("isolated ports with an entry and proxy_ndp", Neighbour6, OutcomeKind.Delivered,
            // Its answer needs an entry too.
            $"{Neighbour6} br-a", "fd00:1::2 br-a", "ipv6/conf/br-a/proxy_ndp=1"),
        Case("another address of the host", Other, OutcomeKind.Delivered),
        Case("arp_ignore", Other, OutcomeKind.Vanished, "ipv4/conf/br-a/arp_ignore=1"),
        Case("arp_filter", Other, OutcomeKind.Delivered, "ipv4/conf/br-a/arp_filter=1"),
    ];

    // A value is written to a sysctl, and an address with a device is a proxy neighbour.
    private static TestCaseData Case(string name, string asked, OutcomeKind ends, params string[] has) =>
        new TestCaseData(asked, ends, has).SetArgDisplayNames(name);

    [TestCaseSource(nameof(Cases))]
    public async Task The_kernel_answers_as_predicted(
        string asked, OutcomeKind ends, string[] has, CancellationToken cancellation)
    {
        var topology = Host with
        {
            Proxies =
            [
                .. has.Where(one => one.Contains(' ')).Select(one => one.Split(' '))
                    .Select(words => new ProxyNeighbour(IPAddress.Parse(words[0]), words[1])),
            ],
        };
        var plan = new TwinPlan(topology)
        {
            Settings =
            [
                ("net/ipv4/ip_forward", "1"), ("net/ipv6/conf/all/forwarding", "1"),
                ("net/ipv4/conf/all/send_redirects", "0"), ("net/ipv4/conf/br-a/send_redirects", "0"),
                .. has.Where(one => one.Contains('=')).Select(one => one.Split('='))
                    .Select(words => ($"net/{words[0]}", words[1])),
            ],
        };
        await using var twin = await LiveTwin.StartAsync(plan, cancellation);
        var to = asked switch
        {
            Other => Endpoint.Host,
            Neighbour or Neighbour6 => topology.EndpointOf(topology.Containers[1]),
            _ => Endpoint.Outside(asked),
        };
        var flow = new Flow(topology.EndpointOf(topology.Containers[0]), to, Protocol.Icmp)
        {
            Ip = asked.Contains(':') ? IpVersion.V6 : IpVersion.V4,
            Via = asked,
        };

        var seen = await TwinObservation.OfAsync(twin, twin.Profile, flow, cancellation);

        Assert.That(twin.Profile.Topology.Proxies, Is.EquivalentTo(topology.Proxies));
        Assert.That(seen.Legs[0].Predicted!.Outcome.Kind, Is.EqualTo(ends), $"{seen.Legs[0].Predicted!.Outcome}");
        Assert.That(Judged.Differences(flow, seen), Is.Empty);
        Assert.That(seen.Legs[0].Verdict, Is.EqualTo(LegVerdict.Agreed), seen.Legs[0].Reason);
    }

    /// <summary>A NIC, and a network whose two containers take all addresses for their own network's.</summary>
    internal static Topology Host => new()
    {
        Devices =
        [
            new("lo", DeviceKind.Loopback) { Addresses = [Own("127.0.0.1/8"), Own("::1/128")] },
            new("eth0", DeviceKind.Nic) { Addresses = [Own("10.90.0.1/24"), Own("2001:db8:90::1/64")] },
            new("br-a", DeviceKind.Bridge) { Addresses = [Own("172.20.0.1/24"), Own("fd00:1::1/64")] },
            Port("veth0"), Port("veth1"),
        ],
        Routes =
        [
            new("main", AddressPrefix.All(IpVersion.V4), RouteKind.Unicast)
            {
                NextHops = [new("eth0", IPAddress.Parse("10.90.0.254"))],
            },
            new("main", AddressPrefix.All(IpVersion.V6), RouteKind.Unicast)
            {
                NextHops = [new("eth0", IPAddress.Parse("2001:db8:90::fe"))], Metric = 1024,
            },
        ],
        Containers = [Container("c0", "veth0", 2), Container("c1", "veth1", 3)],
    };

    private static Device Port(string name) => new(name, DeviceKind.Veth)
    {
        Master = "br-a",
        Port = new(Hairpin: false, Isolated: true),
    };

    private static Container Container(string name, string port, int number) => new(name, "docker")
    {
        Attachments = [new("eth0", [Own($"172.20.0.{number}/24"), Own($"fd00:1::{number}/64")]) { Port = port }],
        Routes =
        [
            new("main", Own("172.20.0.1/24").Network, RouteKind.Unicast) { NextHops = [new("eth0")] },
            new("main", Own("fd00:1::1/64").Network, RouteKind.Unicast) { NextHops = [new("eth0")], Metric = 256 },
            new("main", AddressPrefix.All(IpVersion.V4), RouteKind.Unicast) { NextHops = [new("eth0")] },
            new("main", AddressPrefix.All(IpVersion.V6), RouteKind.Unicast) { NextHops = [new("eth0")], Metric = 1024 },
        ],
    };

    private static HostAddress Own(string text) => HostAddress.Parse(text)!;
}
