namespace Hooktrail.Observation;

/// <summary>Names the packets of a TCP connection (<see cref="Leg.OfTcp"/>).</summary>
internal static class TcpLegs
{
    private static readonly Leg Opened = new(Direction.Request, 2);
    private static readonly Leg Data = new(Direction.Request, 3);
    private static readonly Leg Fin = new(Direction.Request, 4);
    private static readonly Leg ReplyFin = new(Direction.Reply, 2);

    public static NamedPackets Name(FlowTraffic traffic, List<SeenPacket> packets, bool answered)
    {
        var named = new NamedPackets();
        var ends = packets.FindAll(packet => packet.Direction != Direction.Error);
        var bare = ends.FindAll(packet => packet.Kind is null);
        var unshown = bare.Select(packet => packet.Direction).ToHashSet();
        if (answered && ends.TrueForAll(packet => packet.Kind is null || !unshown.Contains(packet.Direction)))
        {
            ByFlags(traffic, packets.FindAll(packet => !unshown.Contains(packet.Direction)), named, answered);
            foreach (var direction in unshown)
                ByOrder(direction, bare.FindAll(packet => packet.Direction == direction), named);
        }
        else if (bare.Count == 0)
        {
            ByFlags(traffic, packets, named, answered: ends.Exists(
                packet => packet is { Direction: Direction.Reply, Kind: TcpKind.SynAck }));
        }
        else if (bare.Count == ends.Count && ends.FindAll(packet => packet.Direction == Direction.Reply) is [] or [_])
        {
            Unanswered(packets, named);
        }
        else
        {
            throw new Doubt($"Nothing shows which segment of its connection this is: \"{bare[0].First.Line}\".");
        }

        if (answered)
            Complete(ends, named);
        return named;
    }

    private static void ByFlags(FlowTraffic traffic, List<SeenPacket> packets, NamedPackets named, bool answered)
    {
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
                // One that comes again was retransmitted for lack of an answer.
                (Direction.Request, TcpKind.Syn) => Leg.Request,
                (Direction.Request, TcpKind.Ack) => named[Opened] is null ? Opened : null,
                (Direction.Request, TcpKind.Data) => Data,
                (Direction.Request, TcpKind.Fin) => Fin,
                (Direction.Reply, TcpKind.SynAck) => Leg.Reply,
                (Direction.Reply, TcpKind.Fin) => ReplyFin,
                // A reset: no process listens there; the host sends it, or another end.
                (Direction.Reply, TcpKind.Reset) when traffic.IsHostsOwnReset(packet) =>
                    named[Leg.Reply] is null ? new(Direction.Error, request) : null,
                (Direction.Reply, TcpKind.Reset) => named[Leg.Reply] is null ? Leg.Reply : null,
                (_, TcpKind.Ack or TcpKind.Reset) => null,
                _ => throw new Doubt($"No connection of the lab has such a segment: \"{packet.First.Line}\"."),
            };
            if (leg is null || !named.TryName(leg, packet))
                named.Others.Add(packet);
            else if (leg.Direction == Direction.Request)
                request = leg.Packet;
        }

        if (syns == 0
            && packets.Count > 0
            && (!answered || packets.Exists(packet => packet.Direction == Direction.Request)))
            throw new Doubt($"A connection was seen without its SYN: \"{packets[0].First.Line}\".");
        foreach (var other in named.Others)
            Follow(named, other);
    }

    // After a SYN without an answer the same SYN follows again; after a SYN that a reset answers, nothing follows.
    private static void Unanswered(List<SeenPacket> packets, NamedPackets named)
    {
        foreach (var packet in packets)
            if (!named.TryName(new(packet.Direction, 1), packet))
                named.Others.Add(packet);
        foreach (var other in named.Others.Where(other => other.Direction == Direction.Request))
            Follow(Leg.Request, named, other);
    }

    // If only a bridge saw the segments, no flag was printed. The end that speaks first sends five in this
    // order: SYN, ACK, data, FIN, and the ACK of the other end's FIN. The other end's first segment is the
    // SYN-ACK, its last one the FIN.
    private static void ByOrder(Direction direction, List<SeenPacket> packets, NamedPackets named)
    {
        var isRequest = direction == Direction.Request;
        if (isRequest ? packets.Count != 5 : packets.Count is < 2 or > 4)
            throw new Doubt(
                $"Without flags, a connection is recognized by 5 segments in one direction and 2 to 4 in the other; the log shows {packets.Count} {direction.Name()} segments.");
        Leg[] legs = isRequest ? [Leg.Request, Opened, Data, Fin] : [Leg.Reply];
        for (var i = 0; i < legs.Length; i++)
            named.TryName(legs[i], packets[i]);
        if (!isRequest)
            named.TryName(ReplyFin, packets[^1]);
        foreach (var other in isRequest ? packets[^1..] : packets[1..^1])
        {
            named.Others.Add(other);
            Follow(named, other);
        }
    }

    // A packet that is no leg must take the way of a leg: an acknowledgement that of an established one, a
    // retransmission that of the original.
    private static void Follow(NamedPackets named, SeenPacket packet)
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
        Follow(model, named, packet);
    }

    private static void Follow(Leg? model, NamedPackets named, SeenPacket packet)
    {
        if (model is not null && named[model] is { } other && !Way(other).SequenceEqual(Way(packet)))
            throw new Doubt($"A segment of no leg took a different path than {model}: \"{packet.First.Line}\".");
    }

    // Except for nat: the first packet crosses it that conntrack takes for the beginning of a connection. If the
    // segments before were untracked, that is an acknowledgement (nf_conntrack_proto_tcp.c, nf_ct_tcp_loose).
    private static IEnumerable<(HookPoint, string?, string?, string?, string?)> Way(SeenPacket packet) =>
        packet.Sightings
            .Where(sighting => sighting.Point is not { Layer: Layer.Iptables or Layer.Ip6tables, Table: "nat" })
            .Select(sighting => (sighting.Point, sighting.In, sighting.Out, sighting.PhysIn, sighting.PhysOut));

    // A connection that ended normally had all its segments; if one direction shows a segment, it must show all.
    private static void Complete(List<SeenPacket> packets, NamedPackets named)
    {
        foreach (var (name, leg) in Leg.OfTcp)
            if (named[leg] is null && packets.Exists(packet => packet.Direction == leg.Direction))
                throw new Doubt(
                    $"The connection was closed in order, but its {name} was not observed, or not distinguishable from another segment.");
    }
}
