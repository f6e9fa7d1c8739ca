using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Labs;

/// <summary>What is sent so that every tracepoint fires once, before somebody takes its silence for a proof.</summary>
public static class TracepointProof
{
    private static readonly ImmutableArray<(Endpoint From, Endpoint To)> Ways =
    [
        (Endpoint.Client, Endpoint.Server), (Endpoint.Client, Endpoint.Host), (Endpoint.Host, Endpoint.Client), (Endpoint.Client, Endpoint.Wan),
    ];

    /// <summary>Flows that are bridged, come to the host, leave it, and are routed and translated: in both versions of IP; and one of ARP.</summary>
    /// <param name="endpoints">Who is there; what needs somebody else is left out.</param>
    /// <param name="protocol">What of IP is sent; its requests are answered.</param>
    public static IEnumerable<Flow> Flows(ImmutableArray<Endpoint> endpoints, Protocol protocol) =>
        from flow in
            (from way in Ways
             from ip in Enum.GetValues<IpVersion>()
             select new Flow(way.From, way.To, protocol) { Ip = ip })
            .Append(new(Endpoint.Client, Endpoint.Host, Protocol.Arp))
        where endpoints.Contains(flow.From) && endpoints.Contains(flow.To)
        select flow;
}
