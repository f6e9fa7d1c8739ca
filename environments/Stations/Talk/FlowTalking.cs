namespace Hooktrail.Stations.Talk;

public static class FlowTalking
{
    private const int Mtu = 1500;

    /// <summary>What to send for any flow except an encapsulated one.</summary>
    /// <remarks>Address maps a name of the lab to its address. A null source lets the route choose.</remarks>
    public static Talking Of(
        Flow flow, Func<string, string> address, Func<int, int> port, string device, byte mark, int sourcePort,
        int count, int size, TimeSpan patience, int before = 0, string? source = null)
    {
        if (flow.Protocol == Protocol.Arp)
            return Talking.WhoHas(device, address(SourceName(flow)), address(DestinationName(flow)), patience);
        return flow.IsBroadcast
            ? Talking.ToAll(null, address(DestinationName(flow)), flow.Port, sourcePort, mark, flow.Ttl, count, size)
            : Talking.To(
                flow.Protocol, flow.Ip, source, address(DestinationName(flow)),
                port(flow.Port), sourcePort, mark, flow.Ttl, count,
                // A fragment carries up to 1480 bytes of IPv4 and 1448 of IPv6.
                flow.Fragments == 1 ? size : flow.Fragments * (Mtu - 100) - 200, patience, before);
    }

    public static string DestinationName(Flow flow) => flow.Via ?? flow.To.Kind switch
    {
        EndpointKind.Everyone => LabNames.BroadcastOf(flow.From.Network ?? LabNames.Bridge),
        EndpointKind.Host => HostFor(flow.From),
        _ => flow.To.Name,
    };

    private static string SourceName(Flow flow) =>
        flow.From.Kind == EndpointKind.Host ? HostFor(flow.To) : flow.From.Name;

    private static string HostFor(Endpoint other) => other.Kind switch
    {
        EndpointKind.Container => LabNames.GatewayOf(other.Network!),
        EndpointKind.Wan => LabNames.HostOnWan,
        _ => LabNames.HostOnLoopback,
    };
}
