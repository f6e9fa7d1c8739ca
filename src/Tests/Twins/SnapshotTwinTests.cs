using System.Net;
using System.Net.Sockets;
using Hooktrail.Records;
using Hooktrail.Snapshots;
using Hooktrail.Trails.Topologies;
using Hooktrail.Twins;
using Hooktrail.Verification;

namespace Hooktrail.Tests.Twins;

/// <summary>
/// The hosts that features/hosts asks about, built from their snapshots: the twin is the host, and its packets go as
/// predicted.
/// </summary>
[TestFixture]
[CancelAfter(600_000)]
internal sealed class SnapshotTwinTests
{
    private const int FlowsOfHost = 60;

    private static readonly ImmutableArray<(Protocol Protocol, int Port)> Asked =
        [(Protocol.Icmp, 80), (Protocol.Tcp, 80), (Protocol.Tcp, 443), (Protocol.Tcp, 22), (Protocol.Udp, 53)];

    private static IEnumerable<string> Snapshots => HostSnapshots.Names;

    [TestCaseSource(nameof(Snapshots))]
    public async Task Its_packets_go_as_predicted(string name, CancellationToken cancellation)
    {
        var snapshot = HostSnapshots.Read(name);
        var plan = SnapshotPlan.Of(snapshot);
        await using var twin = await LiveTwin.StartAsync(plan, cancellation);
        var host = TwinOfHost.OnKernelOf(
            twin, SnapshotProfile.Of(snapshot, plan.Topology) with { Topology = plan.Topology });
        Assert.That(twin.DifferencesFrom(host), Is.Empty);

        var (legs, differences, rules) = (new List<LegRecord>(), new List<string>(), 0);
        var all = Flows(plan.Topology).ToList();
        foreach (var flow in all.Where((_, index) => index % Math.Max(1, all.Count / FlowsOfHost) == 0))
        {
            var seen = await TwinObservation.OfAsync(twin, host, flow, cancellation);
            legs.AddRange(seen.Legs);
            rules += seen.AgreedRules;
            differences.AddRange(Judged.Differences(flow, seen));
        }

        Assert.That(differences, Is.Empty, () => string.Join("\n", differences));
        TestContext.Out.WriteLine($"{legs.Count} legs, {rules} rules agreed");
        Assert.That(rules, Is.GreaterThan(legs.Count / 4));
        Assert.That(legs.Count(leg => leg.Verdict == LegVerdict.Agreed), Is.GreaterThan(legs.Count * 3 / 4));
        Assert.That(legs.Where(leg => leg.Verdict is LegVerdict.NotPredicted or LegVerdict.Inconclusive), Is.Empty);
    }

    [Test]
    public async Task A_twin_that_is_none_is_told()
    {
        var snapshot = HostSnapshots.Read(Snapshots.First());
        var plan = SnapshotPlan.Of(snapshot);
        var host = SnapshotProfile.Of(snapshot, plan.Topology) with { Topology = plan.Topology };
        var without = plan.Topology with { Routes = [.. plan.Topology.Routes.Where(route => route.Destination.Length != 0)] };
        await using var twin = await LiveTwin.StartAsync(
            plan with { Topology = without, Rules = plan.Rules[1..] }, CancellationToken.None);
        var differences = twin.DifferencesFrom(host);
        Assert.That(differences, Has.Some.Contains("lacks the route \"default"));
        Assert.That(differences, Has.Some.Contains("has no chain").Or.Some.Contains("has other rules"));
    }

    private static IEnumerable<Flow> Flows(Topology topology) =>
        from ip in Enum.GetValues<IpVersion>()
        let outside = IPAddress.Parse(ip == IpVersion.V4 ? "203.0.113.77" : "2001:db8:ffff::77")
        from sender in Senders(topology, outside)
        where sender.From.Kind != EndpointKind.Container || Addresses(topology, sender.From, ip).Any()
        from target in Targets(topology, outside, ip)
        where target.To != sender.From || target.To == Endpoint.Host
        from asked in Asked
        select new Flow(sender.From, target.To, asked.Protocol)
        {
            Ip = ip,
            Port = asked.Port,
            Via = target.Address.ToString(),
            By = sender.By,
        };

    private static IEnumerable<(Endpoint From, string? By)> Senders(Topology topology, IPAddress outside) =>
        [
            (Endpoint.Host, null),
            .. topology.Containers.Where(one => !one.IsHosted)
                .Select(one => (topology.EndpointOf(one), (string?)null)),
            .. topology.LeadingOut().Select(device => (Endpoint.Outside(outside.ToString()), (string?)device.Name)),
        ];

    private static IEnumerable<(Endpoint To, IPAddress Address)> Targets(
        Topology topology, IPAddress outside, IpVersion ip) =>
        [
            .. topology.Containers.Where(one => !one.IsHosted).Select(topology.EndpointOf).Append(Endpoint.Host)
                .SelectMany(one => Addresses(topology, one, ip).Select(address => (one, address))),
            (Endpoint.Outside(outside.ToString()), outside),
        ];

    private static IEnumerable<IPAddress> Addresses(Topology topology, Endpoint of, IpVersion ip) =>
        (of == Endpoint.Host
            ? topology.Devices.Where(device => device.Kind != DeviceKind.Loopback).SelectMany(device => device.Addresses)
            : topology.Containers.Where(one => topology.EndpointOf(one) == of)
                .SelectMany(one => one.Attachments).SelectMany(at => at.Addresses))
        .Select(own => own.Address)
        .Where(one => !one.IsIPv6LinkLocal
            && (one.AddressFamily == AddressFamily.InterNetwork) == (ip == IpVersion.V4));
}
