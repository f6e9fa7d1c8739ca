using System.Text;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Namespaces;
using Hooktrail.Observation;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Flows;

/// <summary>
/// The model against the kernel: every journey in every protocol, on a host with Docker's rules, with the bridge
/// calling iptables and without. Each leg's prediction and observation are the same, hop by hop.
/// </summary>
[Parallelizable(ParallelScope.Children)]
public class ModelTests
{
    private static readonly ImmutableArray<(Endpoint From, Endpoint To)> Journeys =
    [
        (Client, Server), (Client, Host), (Host, Client), (Client, Wan), (Wan, Client), (Wan, Host), (Client, Stranger),
        (Stranger, Client), (Left, Right), (Insider, Host), (Insider, Client), (Client, Insider), (Host, Wan),
        (Host, Insider), (Host, Host),
    ];

    [Test]
    public async Task Every_leg_goes_as_predicted(
        [Values(DockerRelease.V20, DockerRelease.V28Dot2, DockerRelease.V29)] DockerRelease release,
        [Values] bool bridgeCallsIptables,
        [Values] IpVersion ip)
    {
        await using var lab = await Live.StartAsync(NamespaceSetup.Default with { Docker = release });
        foreach (var tables in new[] { "iptables", "ip6tables" })
            await lab.ChangeAsync(new HostChange.Turn(Switch.Parse($"bridge-nf-call-{tables}"), bridgeCallsIptables));

        var report = new StringBuilder();
        var legs = 0;
        // 20.10 has no rules for IPv6, so a packet gets to the internal network; but no container there has a route to
        // answer by.
        var untold = ip == IpVersion.V6 && release == DockerRelease.V20 ? Insider : null;
        foreach (var flow in Flows(ip).Where(flow => flow.From != Client || flow.To != untold))
        {
            var seen = await lab.SendAsync(flow, Sending.Once with { Patience = TimeSpan.FromMilliseconds(100) });
            legs += Compare(seen.Profile, flow, seen.Finding, report);
        }

        Assert.That(report.ToString(), Is.Empty);
        Assert.That(legs, Is.GreaterThan(60));
    }

    private static IEnumerable<Flow> Flows(IpVersion ip) =>
    [
        .. from journey in Journeys
           from protocol in (Protocol[])[Protocol.Icmp, Protocol.Udp, Protocol.Tcp]
           select new Flow(journey.From, journey.To, protocol) { Ip = ip },
        .. from protocol in (Protocol[])[Protocol.Udp, Protocol.Tcp]
           where ip == IpVersion.V4
           from flow in (Flow[])[new(Wan, Host, protocol) { Port = 8080 }, new(Client, Host, protocol)
           {
               Port = 8083,
               Via = LabNames.HostOnWan
           }]
           select flow,
    ];

    private static int Compare(HostProfile profile, Flow flow, Finding finding, StringBuilder report)
    {
        if (finding is Finding.Inconclusive(var reason))
        {
            report.AppendLine($"{flow}: inconclusive: {reason}");
            return 0;
        }

        var observed = ((Finding.Observed)finding).Legs.ToDictionary(leg => leg.Leg);
        var predicted = Prediction.Legs(profile, flow).ToDictionary(leg => leg.Leg);
        foreach (var leg in observed.Keys.Union(predicted.Keys))
        {
            var (seen, said) = (observed.GetValueOrDefault(leg)?.Trail, predicted.GetValueOrDefault(leg)?.Trail);
            if (seen is null
                || said is null
                || !seen.Hops.SequenceEqual(said.Hops)
                || !seen.Outcome.LooksLike(said.Outcome))
                report.AppendLine($"{flow}, {leg}:\n  predicted {Shown(said)}\n  observed  {Shown(seen)}");
        }

        return observed.Count;
    }

    private static string Shown(Trail? trail) => trail is null
        ? "nothing"
        : string.Join(" | ", trail.Hops.Select(
            hop => $"{hop.Point} {hop.In}→{hop.Out} ({hop.PhysIn},{hop.PhysOut}) {hop.Source}→{hop.Destination}"))
            + $": {trail.Outcome}";
}
