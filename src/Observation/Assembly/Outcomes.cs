namespace Hooktrail.Observation;

/// <summary>
/// Finds how each leg ended, from what the ends saw and from later packets: an end that answers a packet has received
/// it. A packet that reached no end vanished after its last hop; an observer cannot distinguish that from a drop.
/// </summary>
internal sealed class Outcomes(Flow flow, LabMap map, FlowTraffic traffic, NamedPackets named, Exchanged exchanged)
{
    private static readonly Leg ReplyFin = new(Direction.Reply, 2);

    private Endpoint From => FlowTraffic.InPackets(flow.From);

    public Outcome Of(Leg leg)
    {
        var packet = named[leg];
        var receiver = leg.Direction switch
        {
            Direction.Request when flow.IsBroadcast && flow.Protocol != Protocol.Arp => Hearers(leg.Packet),
            Direction.Request when flow.Encapsulation != Encapsulation.None => BehindPort(packet),
            Direction.Request => IsThere(leg, packet) ? Answerer(Number(leg)) : Refuser(leg, packet),
            Direction.Reply => IsBack(leg) ? From : null,
            _ => IsTold(leg, packet) ? From : null,
        };
        return receiver is null ? Outcome.Vanished(packet?.Last.Point, null) : Outcome.Delivered(receiver);
    }

    // A connection is one exchange, so all its segments have number 1.
    private int Number(Leg leg) => flow.Protocol == Protocol.Tcp ? 1 : leg.Packet;

    // A broadcast counts as delivered if all have received it: the other containers of the network, and the host.
    private Endpoint? Hearers(int number)
    {
        var heard = exchanged.Heard.Where(one => one.Request == number)
            .Select(one => FlowTraffic.InPackets(one.By))
            .ToHashSet();
        var network = flow.From.Network
            ?? LabNames.Networks.FirstOrDefault(name => flow.Via == LabNames.BroadcastOf(name), LabNames.Bridge);
        Endpoint[] all = [.. Endpoint.On(network).Where(endpoint => endpoint != flow.From), Endpoint.Host];
        return heard.IsSupersetOf(all) ? flow.To : null;
    }

    // No process in a container listens to tagged frames, so only their departure by the container's port can be
    // observed. A user's chain may have any name; a packet without an incoming device is on its way out.
    private static bool Left(SeenPacket? packet) => packet is not null && IsOnItsWayOut(packet.Last);

    private static bool IsOnItsWayOut(Sighting sighting) =>
        sighting is { Point.Chain: "POSTROUTING" } or { Point.Layer: Layer.Nftables, In: null, Out: not null };

    // A promiscuous bridge passes a copy up after the frame has left.
    private Endpoint? BehindPort(SeenPacket? packet) => packet?.Sightings.FindLast(IsOnItsWayOut) is { } last
        ? Endpoint.All.FirstOrDefault(endpoint =>
            endpoint.Kind == EndpointKind.Container
            && LabNames.PortOf(endpoint) == map.Device(last.PhysOut ?? last.Out))
        : null;

    // Where its reply begins, NAT has not changed the answerer's address yet.
    private Endpoint Answerer(int number) =>
        named[new(Direction.Reply, number)] is { } reply
        && map.Owner(reply.First.Source) is { Kind: not EndpointKind.Everyone } source
            ? source
            : FlowTraffic.InPackets(Heard(number) ?? flow.To);

    private Endpoint? Heard(int number) =>
        exchanged.Heard.Where(one => one.Request == number).Select(one => one.By).FirstOrDefault();

    private bool IsThere(Leg leg, SeenPacket? packet)
    {
        var number = Number(leg);
        if (exchanged.Answered.Contains(number) || Heard(number) is not null)
            return true;
        if (!flow.IsWholeConnection)
            return named[new(Direction.Reply, number)] is not null;
        // A SYN that was retransmitted had no answer; otherwise the retransmission would not be a separate leg.
        if (packet?.Kind == TcpKind.Syn || leg == Leg.Request)
            return named[Leg.Reply] is not null;
        return named[ReplyFin] is not null || (packet is not null && IsAcknowledged(packet));
    }

    // Only an answer to later data proves that the ACK which opens a connection arrived.
    private bool IsAcknowledged(SeenPacket packet) => Seen(Direction.Reply)
        .Any(reply => reply.Kind is not TcpKind.SynAck
            && reply.Acknowledged is { } acknowledged
            && packet.End is { } end
            && acknowledged >= end && acknowledged > named[Leg.Request]?.End);

    // The end that received the packet answers that no process listens.
    private Endpoint? Refuser(Leg leg, SeenPacket? packet)
    {
        if (named[new(Direction.Error, leg.Packet)] is not { } error || map.Owner(error.First.Source) is not { } source)
            return null;
        // If the host rejects below IP, the answer has the addresses of others. But a packet that
        // others send has an incoming device.
        if (source.Kind is EndpointKind.Container or EndpointKind.Wan)
            return error.First.In is null ? null
                : error.First.IsReset() && !traffic.HasMark(error.First) ? null
                : source;
        // REJECT is in the table filter. A packet that crossed later tables has reached the socket.
        var passed = packet?.Last.Point
            is { Layer: Layer.Iptables or Layer.Ip6tables, Chain: "INPUT", Table: "security" or "nat" };
        return source == Endpoint.Host && (traffic.IsHostsOwnReset(error) || (flow.Protocol == Protocol.Udp && passed))
            ? source
            : null;
    }

    // A socket accepts an answer only from the address that it asked; its kernel refuses
    // any other, which is no delivery.
    private bool IsBack(Leg leg)
    {
        if (exchanged.Answered.Contains(Number(leg)))
            return true;
        if (!flow.IsWholeConnection || leg != Leg.Reply)
            return false;
        var isReset = named[leg] is { } packet
            && (packet.Kind == TcpKind.Reset || packet.Kind is null && Seen(Direction.Request).Count() == 1);
        return isReset
            ? exchanged.Told.Contains(1)
            : Seen(Direction.Request).Any(packet => packet.Kind is TcpKind.Ack or TcpKind.Data or TcpKind.Fin);
    }

    // No end reports a redirect, so only its last hook shows whether it was delivered.
    private bool IsTold(Leg leg, SeenPacket? packet) =>
        packet is not null && packet.First.IsRedirect() ? Left(packet) : exchanged.Told.Contains(Number(leg));

    private IEnumerable<SeenPacket> Seen(Direction direction) =>
        named.Legs.Select(leg => named[leg]!).Concat(named.Others).Where(packet => packet.Direction == direction);
}
