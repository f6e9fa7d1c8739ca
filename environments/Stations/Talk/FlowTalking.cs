using Hooktrail.Trails;

namespace Hooktrail.Stations.Talk;

/// <summary>What a flow's sender is to send.</summary>
public static class FlowTalking
{
    private const int Mtu = 1500;

    /// <summary>Says it for every flow but one that is wrapped in frames of its own.</summary>
    /// <param name="flow">The flow.</param>
    /// <param name="address">An address by its name in the lab.</param>
    /// <param name="port">The number that a published port has in the lab's run.</param>
    /// <param name="device">The sender's device, by which it asks for addresses.</param>
    /// <param name="mark">The type of service or traffic class.</param>
    /// <param name="sourcePort">The port to send from.</param>
    /// <param name="count">How many requests.</param>
    /// <param name="size">Bytes of payload, where the flow is not one of fragments.</param>
    /// <param name="patience">How long an answer is waited for.</param>
    /// <param name="before">How many requests of it were sent already.</param>
    public static Talking Of(
        Flow flow, Func<string, string> address, Func<int, int> port, string device, byte mark, int sourcePort, int count, int size, TimeSpan patience,
        int before = 0)
    {
        if (flow.Protocol == Protocol.Arp)
            return Talking.WhoHas(device, address(SourceName(flow)), address(DestinationName(flow)), patience);
        return flow.IsBroadcast
            ? Talking.ToAll(null, address(DestinationName(flow)), flow.Port, sourcePort, mark, flow.Ttl, count, size)
            : Talking.To(
                flow.Protocol, flow.Ip, null, address(DestinationName(flow)), port(flow.Port), sourcePort, mark, flow.Ttl, count,
                // A fragment carries up to 1480 bytes of IPv4 and 1448 of IPv6.
                flow.Fragments == 1 ? size : flow.Fragments * (Mtu - 100) - 200, patience, before);
    }

    /// <summary>The address that the sender writes, by its name.</summary>
    public static string DestinationName(Flow flow) => flow.Via ?? flow.To.Kind switch
    {
        EndpointKind.Everyone => LabNames.BroadcastOf(flow.From.Network ?? LabNames.Bridge),
        EndpointKind.Host => HostFor(flow.From),
        _ => flow.To.Name,
    };

    private static string SourceName(Flow flow) => flow.From.Kind == EndpointKind.Host ? HostFor(flow.To) : flow.From.Name;

    private static string HostFor(Endpoint other) => other.Kind switch
    {
        EndpointKind.Container => LabNames.GatewayOf(other.Network!),
        EndpointKind.Wan => LabNames.HostOnWan,
        _ => LabNames.HostOnLoopback,
    };
}
