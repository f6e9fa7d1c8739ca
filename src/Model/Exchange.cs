using Hooktrail.Model.Bridge;
using Hooktrail.Model.Ip;
using Hooktrail.Model.Netfilter;
using Hooktrail.Trails;

namespace Hooktrail.Model;

/// <summary>One request and, if it is delivered, the reply to it.</summary>
/// <param name="Request">The request's trail.</param>
/// <param name="Reply">The reply's trail; null where nobody was there to answer.</param>
internal readonly record struct Exchange(Trail Request, Trail? Reply)
{
    /// <summary>Walks a request and its reply through the host, and leaves in <paramref name="connections"/> what conntrack keeps.</summary>
    public static Exchange Walk(Host host, Flow flow, ConnectionTable connections)
    {
        var request = new Packet(
            host, connections, IcmpType.EchoRequest,
            source: Lab.AddressOf(flow.From, other: flow.To), destination: Lab.AddressOf(flow.To, other: flow.From));
        var there = Send(request, flow.From);
        if (there.Outcome.To is not { } receiver)
            return new(there, null);

        // Who answers, answers what it saw: the addresses as they came out of the host.
        var reply = new Packet(
            host, connections, IcmpType.EchoReply, source: request.Destination, destination: request.Source);
        return new(there, Send(reply, receiver));
    }

    private static Trail Send(Packet packet, Endpoint sender)
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

        return packet.Trail;
    }
}
