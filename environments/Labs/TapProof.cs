namespace Hooktrail.Labs;

/// <summary>The flows that make every tap fire once, before its silence counts.</summary>
public static class TapProof
{
    private static readonly ImmutableArray<(Endpoint From, Endpoint To)> Ways =
    [
        (Endpoint.Client, Endpoint.Server),
        (Endpoint.Client, Endpoint.Host),
        (Endpoint.Host, Endpoint.Client),
        (Endpoint.Client, Endpoint.Wan),
    ];

    /// <summary>
    /// Bridged, to the host, from the host, routed and translated, in both IP versions; and one ARP flow.
    /// </summary>
    /// <remarks>Flows that need absent endpoints are left out; requests of this protocol are answered.</remarks>
    public static IEnumerable<Flow> Flows(ImmutableArray<Endpoint> endpoints, Protocol protocol) =>
        from flow in
            (from way in Ways
             from ip in Enum.GetValues<IpVersion>()
             select new Flow(way.From, way.To, protocol) { Ip = ip })
            .Append(new(Endpoint.Client, Endpoint.Host, Protocol.Arp))
        where endpoints.Contains(flow.From) && endpoints.Contains(flow.To)
        select flow;
}
