using Hooktrail.Model.Bridge;
using Hooktrail.Model.Ip;
using Hooktrail.Model.Netfilter;
using Hooktrail.Trails;

namespace Hooktrail.Model;

/// <summary>
/// What the two endpoints of a flow do: one asks, the other answers what it saw. The host is in between.
/// </summary>
internal static class Exchange
{
    /// <summary>Sends a request and walks it through the host, as far as it gets.</summary>
    public static Packet Ask(Host host, Flow flow, ConnectionTable connections)
    {
        var request = new Packet(
            host, connections, IcmpType.EchoRequest,
            source: Lab.AddressOf(flow.From, other: flow.To), destination: Lab.AddressOf(flow.To, other: flow.From));
        Send(request, flow.From);
        return request;
    }

    /// <summary>
    /// Sends the reply to a request, with its addresses as they came out of the host; null where it did not come out.
    /// </summary>
    public static Packet? Answer(Packet request)
    {
        if (request.Outcome.To is not { } receiver)
            return null;

        var reply = new Packet(
            request.Host, request.Connections, IcmpType.EchoReply,
            source: request.Destination, destination: request.Source);
        Send(reply, receiver);
        return reply;
    }

    private static void Send(Packet packet, Endpoint sender)
    {
        switch (sender.Kind)
        {
            case EndpointKind.Host:
                LocalOutput.Send(packet);
                break;
            case EndpointKind.Container:
                packet.Device = Lab.PortOf(sender);
                packet.Mac = Lab.MacTowards(packet.Destination);
                BridgeReceive.HandleFrame(packet);
                break;
            default:
                packet.Device = LabNames.WanNic;
                IpReceive.Receive(packet);
                break;
        }
    }
}
