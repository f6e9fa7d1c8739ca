using Hooktrail.Trails;

namespace Hooktrail.Observation;

/// <summary>Names the packets of a TCP connection (<see cref="Leg.OfTcp"/>).</summary>
internal static class Connection
{
    private static readonly Leg Opened = new(Direction.Request, 2);
    private static readonly Leg Data = new(Direction.Request, 3);
    private static readonly Leg Fin = new(Direction.Request, 4);
    private static readonly Leg ReplyFin = new(Direction.Reply, 2);

    public static NamedPackets Name(FlowTraffic traffic, List<Packet> packets, bool answered)
    {
        var named = new NamedPackets();
        var ends = packets.Where(packet => packet.Direction != Direction.Error).ToList();
        var bare = ends.Count(packet => packet.Kind is null);
        if (bare == 0)
            ByFlags(traffic, packets, named);
        else if (bare == packets.Count && answered)
            ByOrder(ends, named);
        else if (ends.TrueForAll(packet => packet.Kind is null && packet.Direction == Direction.Request))
            Unanswered(packets, named);
        else
            throw new Doubt($"Nothing tells which segment of its connection this is: \"{ends.First(packet => packet.Kind is null).First.Line}\".");

        if (answered)
            Complete(ends, named);
        return named;
    }

    private static void ByFlags(FlowTraffic traffic, List<Packet> packets, NamedPackets named)
    {
        var answered = packets.Exists(packet => packet is { Direction: Direction.Reply, Kind: TcpKind.SynAck });
        var syns = 0;
        var request = 1;
        foreach (var packet in packets)
        {
            if (packet.Kind == TcpKind.Syn && packet.Direction == Direction.Request)
                syns++;
            Leg? leg = (packet.Direction, packet.Kind) switch
            {
                (Direction.Error, _) when packet.Sightings.Exists(traffic.IsAboutReply) => null,
                (Direction.Error, _) => new(Direction.Error, request),
                // Sent again for want of an answer, a SYN is a packet of its own to the hooks.
                (Direction.Request, TcpKind.Syn) => answered ? Leg.Request : new(Direction.Request, syns),
                (Direction.Request, TcpKind.Ack) => named[Opened] is null ? Opened : null,
                (Direction.Request, TcpKind.Data) => Data,
                (Direction.Request, TcpKind.Fin) => Fin,
                (Direction.Reply, TcpKind.SynAck) => Leg.Reply,
                (Direction.Reply, TcpKind.Fin) => ReplyFin,
                // Nobody listens there: the host says so, or another end.
                (Direction.Reply, TcpKind.Reset) when traffic.IsHostsOwnReset(packet) => named[Leg.Reply] is null ? new(Direction.Error, request) : null,
                (Direction.Reply, TcpKind.Reset) => named[Leg.Reply] is null ? Leg.Reply : null,
                (_, TcpKind.Ack or TcpKind.Reset) => null,
                _ => throw new Doubt($"No connection of the lab has such a segment: \"{packet.First.Line}\"."),
            };
            if (leg is null || !named.TryName(leg, packet))
                named.Others.Add(packet);
            else if (leg.Direction == Direction.Request)
                request = leg.Packet;
        }

        if (packets.Count > 0 && syns == 0)
            throw new Doubt($"A connection was seen without its SYN: \"{packets[0].First.Line}\".");
        foreach (var other in named.Others)
            Follow(named, other);
    }

    // To a SYN that nobody answers, nothing but the next SYN follows.
    private static void Unanswered(List<Packet> packets, NamedPackets named)
    {
        var syns = 0;
        foreach (var packet in packets)
        {
            if (packet.Direction == Direction.Request)
                syns++;
            if (!named.TryName(new(packet.Direction, syns), packet))
                throw new Doubt($"Two errors were seen to request {syns}.");
        }
    }

    // Where a bridge alone saw them, no flag was printed. The one that speaks sends five: SYN, ACK, data, FIN, and the ACK of the other's
    // FIN; so does the kernel, in this order. The other's first is the SYN-ACK, its last the FIN.
    private static void ByOrder(List<Packet> packets, NamedPackets named)
    {
        var requests = packets.FindAll(packet => packet.Direction == Direction.Request);
        var replies = packets.FindAll(packet => packet.Direction == Direction.Reply);
        if (requests.Count != 5 || replies.Count is < 2 or > 4)
            throw new Doubt(
                $"Without flags a connection is told by its 5 segments one way and 2 to 4 back; the log shows {requests.Count} and {replies.Count}.");
        Leg[] legs = [Leg.Request, Opened, Data, Fin];
        for (var i = 0; i < legs.Length; i++)
            named.TryName(legs[i], requests[i]);
        named.TryName(Leg.Reply, replies[0]);
        named.TryName(ReplyFin, replies[^1]);
        named.Others.AddRange([requests[^1], .. replies[1..^1]]);
        foreach (var other in named.Others)
            Follow(named, other);
    }

    // What is no leg goes the way of a leg: an acknowledgement that of an established one, a repetition that of what it repeats.
    private static void Follow(NamedPackets named, Packet packet)
    {
        Leg? model = (packet.Direction, packet.Kind) switch
        {
            (Direction.Request, TcpKind.Syn) => Leg.Request,
            (Direction.Request, TcpKind.Data) => Data,
            (Direction.Request, TcpKind.Ack or TcpKind.Fin or null) => Fin,
            (Direction.Reply, TcpKind.SynAck) => Leg.Reply,
            (Direction.Reply, TcpKind.Ack or TcpKind.Fin or null) => ReplyFin,
            _ => null,
        };
        if (model is not null && named[model] is { } other && !Way(other).SequenceEqual(Way(packet)))
            throw new Doubt($"A segment that is no leg went another way than {model}: \"{packet.First.Line}\".");
    }

    // But for nat, which the first packet crosses that conntrack takes for the beginning of a connection: where the segments before it were
    // untracked that is an acknowledgement (nf_conntrack_proto_tcp.c, nf_ct_tcp_loose).
    private static IEnumerable<(HookPoint, string?, string?, string?, string?)> Way(Packet packet) => packet.Sightings
        .Where(sighting => sighting.Point is not { Layer: Layer.Iptables or Layer.Ip6tables, Table: "nat" })
        .Select(sighting => (sighting.Point, sighting.In, sighting.Out, sighting.PhysIn, sighting.PhysOut));

    // A connection that ended as it should had all its segments; if one was seen in a direction, so was each.
    private static void Complete(List<Packet> packets, NamedPackets named)
    {
        foreach (var (name, leg) in Leg.OfTcp)
            if (named[leg] is null && packets.Exists(packet => packet.Direction == leg.Direction))
                throw new Doubt($"The connection was closed in order, but its {name} was not seen, or not apart from another segment.");
    }
}
