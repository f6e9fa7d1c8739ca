using System.Diagnostics;
using Hooktrail.Labs;
using Hooktrail.Namespaces;
using Hooktrail.Observation;
using Switch = Hooktrail.Rules.Switch;

namespace Hooktrail.Tests.Flows;

/// <summary>A flow's packets become its legs, also where the bridge shows as little as ebt_log does.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class FlowTests
{
    private const string Connection =
        "request → {1}, reply → {0}, request 2 → {1}, request 3 → {1}, request 4 → {1}, reply 2 → {0}";

    private NamespaceLab _lab = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _lab = await Live.StartAsync(new() { Topology = NamespaceTopology.Small, Docker = null });
        await _lab.ChangeAsync(new HostChange.NftTable(
            """
            table inet user {
              chain published { type nat hook prerouting priority -101; meta nfproto ipv4 meta l4proto { tcp, udp } th dport 8080 dnat ip to server:80; }
              chain masquerading { type nat hook postrouting priority 101; ip saddr lab oifname "wan.nic" masquerade; }
              chain through { type filter hook forward priority 1; jump refused; }
              chain local { type filter hook input priority 1; jump refused; }
              chain refused {
                tcp dport 7777 reject with tcp reset
                udp dport 7777 reject
                meta l4proto { tcp, udp } th dport 7778 drop
              }
            }
            """));
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_lab is not null)
            await _lab.DisposeAsync();
    }

    [Test]
    public async Task Each_packet_of_every_journey_is_a_leg(
        [Values] IpVersion ip,
        [Values(Protocol.Icmp, Protocol.Udp, Protocol.Tcp)] Protocol protocol,
        [Values("client server", "client host", "host client", "client wan", "wan client", "host host", "host wan", "wan host")] string ends)
    {
        var flow = Flow(ends, protocol, ip);
        var legs = await LegsAsync(flow, protocol == Protocol.Tcp ? 1 : 2);

        Assert.That(
            Ends(legs),
            Is.EqualTo(string.Format(
                protocol == Protocol.Tcp ? Connection : "request → {1}, reply → {0}, request 2 → {1}, reply 2 → {0}",
                flow.From,
                flow.To)));
        Assert.That(legs.Select(leg => leg.Trail.Hops.Length), Has.None.Zero);

        // Only the first packet crosses nat, and the others go the same way.
        var layer = ip.Layer();
        Assert.That(
            legs.Select(leg => leg.Trail.Hops.Any(hop => hop.Point.Layer == layer && hop.Point.Table == "nat")),
            Is.EqualTo(legs.Select(leg => leg.Leg == Leg.Request)));
        foreach (var direction in legs.Skip(1).GroupBy(leg => leg.Leg.Direction))
            Assert.That(direction.Select(leg => string.Join('\n', leg.Trail.Hops)).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_published_port_is_delivered_to_the_one_behind_it(
        [Values(Protocol.Udp, Protocol.Tcp)] Protocol protocol, [Values("client", "wan")] string from)
    {
        var flow = Flow(from + " host", protocol) with { Port = 8080 };
        var legs = await LegsAsync(flow);

        Assert.That(
            Ends(legs),
            Is.EqualTo(
                string.Format(protocol == Protocol.Tcp ? Connection : "request → {1}, reply → {0}", from, "server")));
        var addressed = from == "wan" ? "host.wan:8080" : "lab.gateway:8080";
        Assert.That(
            legs[0].Trail.Hops.Select(hop => hop.Destination).Distinct(), Is.EqualTo(new[] { addressed, "server:80" }));
        Assert.That(legs[0].Trail.Hops.Select(hop => hop.Source).Distinct(), Is.EqualTo(new[] { from }));
        Assert.That(legs[1].Trail.Hops[0].Source, Is.EqualTo("server:80"));
    }

    [TestCase("client server", Protocol.Udp, 7777, "request ✗ iptables filter FORWARD, error → client", 8)]
    [TestCase("client wan", Protocol.Udp, 7777, "request ✗ iptables filter FORWARD, error → client", 8)]
    // The reset belongs to the connection of the SYN, which is not confirmed: nat POSTROUTING has not been asked about
    // it yet.
    [TestCase("wan client", Protocol.Tcp, 7777, "request ✗ iptables filter FORWARD, error → wan", 6)]
    // Out of a bridge port a reset goes past all hooks.
    [TestCase("client server", Protocol.Tcp, 7777, "request ✗ iptables filter FORWARD, error → client", 0)]
    [TestCase("client host", Protocol.Tcp, 7777, "request ✗ iptables filter INPUT, error → client", 0)]
    [TestCase("client host", Protocol.Udp, 7777, "request ✗ iptables filter INPUT, error → client", 8)]
    [TestCase("client host", Protocol.Udp, 7779, "request → host, error → client", 8)]
    [TestCase("client host", Protocol.Tcp, 7779, "request → host, error → client", 8)]
    [TestCase("client host", Protocol.Tcp, 7778, "request ✗ iptables filter INPUT", 0)]
    [TestCase("client server", Protocol.Udp, 7778, "request ✗ iptables filter FORWARD", 0)]
    public async Task What_goes_no_further_ends_where_it_was_seen_last(
        string ends, Protocol protocol, int port, string expected, int hops)
    {
        var legs = await LegsAsync(Flow(ends, protocol) with { Port = port });

        Assert.That(Ends(legs), Is.EqualTo(expected));
        Assert.That(
            legs.Skip(1).Sum(leg => leg.Trail.Hops.Length),
            Is.EqualTo(hops),
            () => string.Join("\n", legs[1].Trail.Hops));
    }

    [Test]
    public async Task An_error_of_icmpv6_has_no_mark_so_ebt_log_cannot_show_it()
    {
        var (full, log) = await _lab.ObserveAsync(Flow("client wan", Protocol.Udp, IpVersion.V6) with { Port = 7777 });

        Assert.That(Ends(Legs(full)), Is.EqualTo("request ✗ ip6tables filter FORWARD, error → client"));
        Assert.That(log, Is.InstanceOf<Finding.Inconclusive>());
    }

    [Test]
    public async Task At_ttl_1_the_host_says_so([Values] IpVersion ip)
    {
        var (full, _) = await _lab.ObserveAsync(Flow("client wan", Protocol.Icmp, ip) with { Ttl = 1 });

        Assert.That(Ends(Legs(full)), Is.EqualTo("request ✗ ebtables filter INPUT, error → client"));
    }

    [Test]
    public async Task A_broadcast_is_one_leg_with_all_its_copies()
    {
        var legs = await LegsAsync(new(Endpoint.Client, Endpoint.Everyone, Protocol.Udp) { Port = 67 });

        Assert.That(Ends(legs), Is.EqualTo("request → everyone"));
        Assert.That(
            legs[0].Trail.Hops.Select(hop => hop.Point.Chain).Distinct(),
            Is.EqualTo(new[] { "BROUTING", "PREROUTING", "FORWARD", "POSTROUTING", "INPUT" }));
    }

    [Test]
    public async Task Fragments_are_one_leg(
        [Values] IpVersion ip,
        [Values(Protocol.Icmp, Protocol.Udp)] Protocol protocol,
        [Values("client server", "client wan")] string ends)
    {
        var flow = Flow(ends, protocol, ip) with { Fragments = 3 };
        var legs = await LegsAsync(flow, 2);

        Assert.That(Ends(legs), Is.EqualTo(
            string.Format("request → {1}, reply → {0}, request 2 → {1}, reply 2 → {0}", flow.From, flow.To)));
        Assert.That(
            legs[0].Trail.Hops.Count(hop => hop.Point is { Layer: Layer.Ebtables, Chain: "PREROUTING" }),
            Is.EqualTo(3));
        Assert.That(
            legs[0].Trail.Hops.Count(hop => hop.Point.Chain == "FORWARD" && hop.Point.Table == "mangle"),
            Is.EqualTo(1));
        Assert.That(
            legs[0].Trail.Hops.Select(hop => $"{hop.Source} {hop.Destination}").Distinct(),
            Is.EqualTo(new[] { protocol == Protocol.Udp ? $"client {flow.To}:80" : $"client {flow.To}" }));
    }

    [Test]
    public async Task A_connection_that_only_the_bridge_sees_is_told_by_its_order([Values] IpVersion ip)
    {
        var calls = Switch.Parse($"bridge-nf-call-ip{(ip == IpVersion.V4 ? "" : "6")}tables");
        await using var change = await _lab.ChangeAsync(new HostChange.Turn(calls, false));
        var legs = await LegsAsync(Flow("client server", Protocol.Tcp, ip));

        Assert.That(Ends(legs), Is.EqualTo(string.Format(Connection, "client", "server")));
        Assert.That(legs.Select(leg => leg.Trail.Hops.Length), Has.All.EqualTo(4));
        Assert.That(
            Ends(await LegsAsync(Flow("client server", Protocol.Udp, ip), 2)),
            Does.EndWith("request 2 → server, reply 2 → client"));
    }

    [Test]
    public async Task Connections_one_after_the_other_are_all_told_alike()
    {
        var first = await LegsAsync(Flow("client wan", Protocol.Tcp));
        var watch = Stopwatch.StartNew();
        const int flows = 200;
        for (var i = 0; i < flows; i++)
        {
            var legs = await LegsAsync(Flow("client wan", Protocol.Tcp));
            Assert.That(
                legs.Select(leg => (leg.Leg, leg.Trail)), Is.EqualTo(first.Select(leg => (leg.Leg, leg.Trail))));
        }

        TestContext.Out.WriteLine(
            $"{watch.Elapsed.TotalMilliseconds / flows:0.0} ms a connection of six legs, observed and assembled twice");
    }

    private static Flow Flow(string ends, Protocol protocol, IpVersion ip = IpVersion.V4) =>
        ends.Split(' ') is [var from, var to]
            ? new(Endpoint.Parse(from), Endpoint.Parse(to), protocol) { Ip = ip }
            : throw new ArgumentException(ends);

    private static string Ends(IEnumerable<ObservedLeg> legs) => string.Join(
        ", ",
        legs.Select(leg => $"{leg.Leg} {(leg.Trail.Outcome.To is { } to ? $"→ {to}" : $"✗ {leg.Trail.Outcome.At}")}"));

    private static ObservedLeg[] Legs(Finding finding) =>
        finding is Finding.Observed observed ? [.. observed.Legs] : throw new AssertionException(finding.ToString());

    private async Task<ObservedLeg[]> LegsAsync(Flow flow, int count = 1)
    {
        var (full, log) = await _lab.ObserveAsync(flow, count);
        Assert.That(
            Legs(log).Select(leg => (leg.Leg, leg.Trail)), Is.EqualTo(Legs(full).Select(leg => (leg.Leg, leg.Trail))));
        return Legs(full);
    }
}
