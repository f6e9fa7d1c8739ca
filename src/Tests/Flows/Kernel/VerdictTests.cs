using Hooktrail.Model;
using Hooktrail.Namespaces;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Flows.Kernel;

/// <summary>
/// A user's rule drops or rejects at every place where one can, and every journey that comes by ends there as
/// predicted.
/// </summary>
[Parallelizable(ParallelScope.Children)]
public class VerdictTests
{
    private static readonly NamespaceSetup Open = new() { Topology = NamespaceTopology.Small, Docker = null };

    private static readonly ImmutableArray<(Endpoint From, Endpoint To)> Journeys =
        [
            (Client, Server), (Client, Wan), (Wan, Client), (Client, Host),
            (Host, Client), (Host, Host), (Host, Wan), (Wan, Host)
        ];

    [Test]
    public async Task A_packet_is_dropped_wherever_a_rule_drops_it(
        [Values] IpVersion ip, [Values(Protocol.Udp, Protocol.Tcp)] Protocol protocol)
    {
        await using var lab = await LentLabs.BorrowAsync(Open);
        var flows = Journeys.Select(journey => new Flow(journey.From, journey.To, protocol) { Ip = ip }).ToList();
        var open = lab.Profile;
        var crossed = flows.ToDictionary(
            flow => flow,
            flow => Prediction.Legs(open, flow).SelectMany(leg => leg.Trail.Hops).Select(hop => hop.Point).ToHashSet());
        // The tools refuse to drop in nat, and broute is not there.
        foreach (var point in crossed.Values.SelectMany(points => points)
            .Distinct()
            .Where(point => point.Table != "broute" && (point.Table != "nat" || point.Layer == Layer.Ebtables)))
        {
            await using var rule = await lab.RuleAsync(
                $"{point.Layer.Name()} -t {point.Table} -I {point.Chain} -j DROP");
            foreach (var flow in flows.Where(flow => crossed[flow].Contains(point)))
                await lab.CheckAsync(flow, 1, null, $"{point}: ");
        }

        lab.AssertAgreed(100);
    }

    [Test]
    public async Task A_packet_is_rejected_wherever_a_rule_rejects_it([Values] IpVersion ip)
    {
        await using var lab = await LentLabs.BorrowAsync(Open);
        string[] ways = ip == IpVersion.V4
            ? [
                "icmp-port-unreachable", "icmp-net-unreachable", "icmp-host-prohibited",
                "icmp-admin-prohibited", "icmp-proto-unreachable", "tcp-reset"
            ]
            : [
                "icmp6-port-unreachable", "icmp6-no-route", "icmp6-adm-prohibited",
                "icmp6-addr-unreachable", "icmp6-policy-fail", "icmp6-reject-route", "tcp-reset"
            ];
        foreach (var chain in (string[])["INPUT", "FORWARD", "OUTPUT"])
            foreach (var way in ways)
            {
                await using var rule = await lab.RuleAsync(
                    $"{ip.Layer().Name()} -A {chain} {(way == "tcp-reset" ? "-p tcp " : "")}-m conntrack --ctstate NEW -j REJECT --reject-with {way}");
                var profile = lab.Profile;
                foreach (var flow in from journey in Journeys
                                     from protocol in (Protocol[])[Protocol.Icmp, Protocol.Udp, Protocol.Tcp]
                                     where way == "tcp-reset" == (protocol == Protocol.Tcp)
                                         || way.EndsWith("port-unreachable", StringComparison.Ordinal)
                                     let flow = new Flow(journey.From, journey.To, protocol) { Ip = ip }
                                     where Prediction.Legs(profile, flow)
                                         .Any(leg => leg.Trail.Outcome.Kind == OutcomeKind.Rejected)
                                     select flow)
                    await lab.CheckAsync(flow, 1, null, $"{chain} {way}: ");
            }

        lab.AssertAgreed(100);
    }
}
