using System.Collections.Immutable;
using System.Text;
using Hooktrail.Model;
using Hooktrail.Trails;
using NUnit.Framework;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Flows.Kernel;

/// <summary>A user's rule drops or rejects at every place where one can, and every journey that comes by ends there as predicted.</summary>
[Parallelizable(ParallelScope.Children)]
public class VerdictTests
{
    private static readonly ImmutableArray<(Endpoint From, Endpoint To)> Journeys =
        [(Client, Server), (Client, Wan), (Wan, Client), (Client, Host), (Host, Client), (Host, Host), (Host, Wan), (Wan, Host)];

    [Test]
    public async Task A_packet_is_dropped_wherever_a_rule_drops_it([Values] IpVersion ip, [Values(Protocol.Udp, Protocol.Tcp)] Protocol protocol)
    {
        await using var lab = await KernelLab.StartAsync(new());
        var open = await lab.ProfileAsync();
        var flows = Journeys.Select(journey => new Flow(journey.From, journey.To, protocol) { Ip = ip }).ToList();
        var places = flows.ToLookup(flow => flow, flow => Prediction.Legs(open, flow).SelectMany(leg => leg.Trail.Hops).Select(hop => hop.Point).ToHashSet());
        var report = new StringBuilder();
        var dropped = 0;
        foreach (var point in places.SelectMany(one => one).SelectMany(points => points).Distinct().Where(point => point.Table != "broute" && (point.Table != "nat" || point.Layer == Layer.Ebtables)))
        {
            await lab.RunAsync($"{point.Layer.Name()}-nft -t {point.Table} -I {point.Chain} -j DROP");
            foreach (var flow in flows.Where(flow => places[flow].First().Contains(point)))
            {
                report.Append(await lab.CheckAsync(flow));
                dropped++;
            }

            await lab.RunAsync($"{point.Layer.Name()}-nft -t {point.Table} -F {point.Chain}");
        }

        Assert.That(report.ToString(), Is.Empty);
        Assert.That(dropped, Is.GreaterThan(70));
    }

    [Test]
    public async Task A_packet_is_rejected_wherever_a_rule_rejects_it([Values] IpVersion ip)
    {
        await using var lab = await KernelLab.StartAsync(new());
        var report = new StringBuilder();
        var rejected = 0;
        string[] ways = ip == IpVersion.V4
            ? ["icmp-port-unreachable", "icmp-net-unreachable", "icmp-host-prohibited", "icmp-admin-prohibited", "icmp-proto-unreachable", "tcp-reset"]
            : ["icmp6-port-unreachable", "icmp6-no-route", "icmp6-adm-prohibited", "icmp6-addr-unreachable", "icmp6-policy-fail", "icmp6-reject-route", "tcp-reset"];
        var tool = ip.Layer().Name() + "-nft";
        foreach (var chain in (string[])["INPUT", "FORWARD", "OUTPUT"])
            foreach (var way in ways)
            {
                await lab.RunAsync($"{tool} -I {chain} {(way == "tcp-reset" ? "-p tcp " : "")}-m conntrack --ctstate NEW -j REJECT --reject-with {way}");
                foreach (var (from, to) in Journeys)
                    foreach (var protocol in (Protocol[])[Protocol.Icmp, Protocol.Udp, Protocol.Tcp])
                        if (way.StartsWith("tcp", StringComparison.Ordinal) == (protocol == Protocol.Tcp) || way.EndsWith("port-unreachable", StringComparison.Ordinal))
                        {
                            var flow = new Flow(from, to, protocol) { Ip = ip };
                            if (Prediction.Legs(await lab.ProfileAsync(), flow).All(leg => leg.Trail.Outcome.Kind == OutcomeKind.Delivered))
                                continue;
                            report.Append(await lab.CheckAsync(flow));
                            rejected++;
                        }

                await lab.RunAsync($"{tool} -F {chain}");
            }

        Assert.That(report.ToString(), Is.Empty);
        Assert.That(rejected, Is.GreaterThan(40));
    }
}
