using Hooktrail.Trails;

namespace Hooktrail.Observation;

/// <summary>
/// How each leg ended, from what the ends saw and from what was seen of later packets: who answers a packet has got it. What nobody
/// got vanished after its last hop; an observer cannot tell a drop from that.
/// </summary>
internal sealed class Outcomes(Flow flow, LabMap map, NamedPackets named, Exchanged exchanged)
{
    private static readonly Leg ReplyFin = new(Direction.Reply, 2);

    public Outcome Of(Leg leg)
    {
        var packet = named[leg];
        return ReceiverOf(leg, packet) is { } receiver
            ? Outcome.Delivered(receiver)
            : Outcome.Vanished(packet?.Last.Point, null);
    }

    private Endpoint? ReceiverOf(Leg leg, Packet? packet) => leg.Direction switch
    {
        Direction.Request => IsThere(leg, packet) ? Answerer(Number(leg)) : Refuser(leg),
        Direction.Reply => IsBack(leg) ? From : null,
        _ => IsTold(leg, packet) ? From : null,
    };

    private Endpoint From => FlowTraffic.InPackets(flow.From);

    // A connection is one exchange, whichever of its segments is asked about.
    private int Number(Leg leg) => flow.Protocol == Protocol.Tcp ? 1 : leg.Packet;

    // Where its reply begins, nothing has changed the answerer's address yet.
    private Endpoint Answerer(int number)
    {
        if (flow.IsBroadcast)
            return flow.To;
        return named[new(Direction.Reply, number)] is { } reply && map.Owner(reply.First.Source) is { Kind: not EndpointKind.Everyone } source
            ? source
            : FlowTraffic.InPackets(exchanged.HeardBy.GetValueOrDefault(number, flow.To));
    }

    private bool IsThere(Leg leg, Packet? packet)
    {
        var number = Number(leg);
        if (exchanged.Answered.Contains(number) || exchanged.HeardBy.ContainsKey(number))
            return true;
        if (flow.Protocol != Protocol.Tcp)
            return named[new(Direction.Reply, number)] is not null;
        // A SYN that was sent again has no answer, or it would not be a leg of its own.
        if (packet?.Kind == TcpKind.Syn || leg == Leg.Request)
            return named[Leg.Reply] is not null;
        return named[ReplyFin] is not null || (packet is not null && IsAcknowledged(packet));
    }

    // Only an answer to later data proves that the ACK which opens a connection came.
    private bool IsAcknowledged(Packet packet) => Seen(Direction.Reply)
        .Any(reply => reply.Kind is not TcpKind.SynAck && reply.Acknowledged is { } acknowledged && packet.End is { } end && acknowledged >= end
            && acknowledged > named[Leg.Request]?.End);

    // The end to which the packet was addressed says that nobody listens. Of the host's own errors, nobody can say whether the packet
    // had come to its end or to a rule.
    private Endpoint? Refuser(Leg leg) =>
        named[new(Direction.Error, leg.Packet)] is { } error && map.Owner(error.First.Source) is { Kind: EndpointKind.Container or EndpointKind.Wan } end
            ? end
            : null;

    private bool IsBack(Leg leg)
    {
        if (exchanged.Answered.Contains(Number(leg)))
            return true;
        if (flow.Protocol != Protocol.Tcp)
            return named.Others.Any(other => other.Direction == Direction.Error && other.First.Sequence > named[leg]?.Last.Sequence);
        if (leg != Leg.Reply)
            return false;
        // A refusal is told to whoever connects; a SYN-ACK is answered, be it by a reset.
        return named[leg]?.Kind == TcpKind.Reset
            ? exchanged.Told.Contains(1)
            : Seen(Direction.Request).Any(packet => packet.Kind is not TcpKind.Syn && packet.First.Sequence > named[leg]?.First.Sequence);
    }

    // Nobody says that a redirect has come; it has passed the last hook on its way or not.
    private bool IsTold(Leg leg, Packet? packet) => packet is not null && packet.First.IsRedirect()
        ? packet.Last.Point.Chain == "POSTROUTING"
        : exchanged.Told.Contains(Number(leg));

    private IEnumerable<Packet> Seen(Direction direction) =>
        named.Legs.Select(leg => named[leg]!).Concat(named.Others).Where(packet => packet.Direction == direction);
}
