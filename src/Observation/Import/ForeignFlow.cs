using System.Net;

namespace Hooktrail.Observation.Import;

/// <summary>One flow in a user's trace: its legs in the order seen, and a sentence for each thing left out.</summary>
public sealed record ForeignFlow(ImmutableArray<ForeignLeg> Legs, ImmutableArray<string> Notes)
{
    // An echo's number is the packet's own only if its ping began with the trace.
    private const int MostByNumber = 1000;

    /// <exception cref="HooktrailException">
    /// An end of the flow has no name, or no packet belongs to the flow.
    /// </exception>
    /// <remarks>
    /// The <paramref name="ends"/> say how NAT may have changed the packets; without them, only packets that show the
    /// flow's own ends at their first hook belong to the flow.
    /// </remarks>
    public static ForeignFlow Of(ForeignTrace trace, Flow flow, LabMap map, FlowEnds? ends = null)
    {
        if (flow.IsBroadcast)
            throw new HooktrailException(
                "A trace does not show who received a broadcast, so it cannot be compared with the prediction; remove --from and --to to print its packets.");
        var finder = new Finder(flow, map, trace.Format, ends ?? FlowEnds.None);
        finder.Find(trace.Packets);
        return finder.HasLegs
            ? new([.. finder.Legs()], [.. finder.Notes])
            : throw new HooktrailException(finder.WhyNone(trace));
    }

    private sealed class Finder(Flow flow, LabMap map, TraceFormat format, FlowEnds ends)
    {
        private readonly Endpoint _from = FlowTraffic.InPackets(flow.From), _to = FlowTraffic.InPackets(flow.To);
        private readonly List<(Leg Leg, ForeignPacket Packet)> _legs = [];
        private readonly Dictionary<Leg, List<ForeignPacket>> _seen = [];
        private readonly HashSet<(IPAddress?, int?)> _answerers = [];
        private readonly HashSet<(IPAddress?, IPAddress?)> _turned = [];
        private (int? Port, int? Id)? _connection;
        private int _others;
        private int _offset;

        public bool HasLegs => _legs.Count > 0;

        private List<ForeignPacket> Requests { get; } = [];

        public IEnumerable<string> Notes => _others == 0
            ? []
            : [$"{_others} packet{(_others == 1 ? " is" : "s are")} of another connection of the same flow; only the first connection is compared."];

        public void Find(ImmutableArray<ForeignPacket> packets)
        {
            var replies = 0;
            foreach (var packet in packets)
            {
                if (packet.First.IsV6() != (flow.Ip == IpVersion.V6) && flow.Protocol != Protocol.Arp
                    || (packet.Protocol is { } protocol && protocol != flow.Protocol && !packet.Fullest.IsIcmpError()))
                    continue;
                if (IsRequest(packet))
                {
                    if (IsOther(packet))
                    {
                        _others++;
                        continue;
                    }

                    Requests.Add(packet);
                    _answerers.Add((packet.Last.Destination, packet.Fullest.DestinationPort));
                    _answerers.Add((packet.Last.Destination, Port(packet, packet.Last)));
                    _turned.Add((packet.First.Destination, packet.First.Source));
                    if (LegOfRequest(packet) is { } leg)
                        Add(leg, packet);
                }
                else if (Requests.Count > 0 && IsError(packet))
                {
                    Add(new(Direction.Error, flow.Protocol == Protocol.Tcp ? 1 : Requests.Count), packet);
                }
                else if (Requests.Count > 0 && IsReply(packet) || IsReplyBehindNat(packet))
                {
                    if (IsOtherReply(packet))
                    {
                        _others++;
                        continue;
                    }

                    replies++;
                    if (LegOfReply(packet, replies) is { } leg)
                        Add(leg, packet);
                }
            }
        }

        public IEnumerable<ForeignLeg> Legs()
        {
            // A trace may begin behind the request.
            var names = new HopNames(flow, map, Requests.Count > 0
                ? Requests[0].Fullest.SourcePort
                : _legs[0].Packet.Fullest.DestinationPort);
            return _legs.Select(one => Of(one.Leg, one.Packet) with
            {
                Again = [.. _seen[one.Leg].Skip(1).Select(packet => Of(one.Leg, packet))],
            });

            ForeignLeg Of(Leg leg, ForeignPacket packet) =>
                new(leg, new(names.Of(WithPorts(packet)), OutcomeOf(leg, packet)), packet);
        }

        public string WhyNone(ForeignTrace trace)
        {
            foreach (var end in (Endpoint[])[_from, _to])
                if (!map.Addresses.Values.Any(name => IsOf(name, end)))
                {
                    var unnamed = trace.Packets
                        .SelectMany(packet => (IPAddress?[])[packet.First.Source, packet.First.Destination])
                        .OfType<IPAddress>().Where(address => map.Address(address) is null).Distinct().Take(6).ToList();
                    return $"Nothing in the trace is named {end}; name its address, such as --name {unnamed.FirstOrDefault()?.ToString() ?? "172.17.0.2"}={NameOf(end)}"
                        + (unnamed.Count > 0 ? $"; these addresses have no name: {string.Join(", ", unnamed)}." : ".");
                }

            return $"No packet of the trace is a request of {flow}; remove --from and --to to print its packets.";
        }

        private string NameOf(Endpoint end) => end.Kind != EndpointKind.Host ? end.Name
            : flow.From.Network is { } network ? LabNames.GatewayOf(network)
            : flow.From.Kind == EndpointKind.Wan ? LabNames.HostOnWan
            : flow.To.Network is { } other ? LabNames.GatewayOf(other) : LabNames.HostOnWan;

        private bool IsOf(string name, Endpoint end) =>
            map.Addresses.Any(pair => pair.Value == name && map.Owner(pair.Key) == end);

        private void Add(Leg leg, ForeignPacket packet)
        {
            if (_seen.TryGetValue(leg, out var before))
            {
                if (IsAgain(before[0], packet))
                    before.Add(packet);
                return;
            }

            _seen[leg] = [packet];
            _legs.Add((leg, packet));
        }

        // A retransmission: other segments of a connection may look like a leg, but are none.
        private bool IsAgain(ForeignPacket first, ForeignPacket packet) => flow.Protocol != Protocol.Tcp
            || ((packet.Flags & TcpFlags.Syn) != 0
                && (first.TcpSequence is null || packet.TcpSequence is null
                    || first.TcpSequence == packet.TcpSequence));

        // The packet shows one of the ends that NAT gives it, at any of its hooks: a trace may begin in the middle.
        private bool HasEnds(ForeignPacket packet, ImmutableHashSet<(string, string)> pairs, bool isReply) =>
            !pairs.IsEmpty
            && packet.Hops.Any(hop => hop.Sighting is { Source: { } source, Destination: { } destination }
                && WithPorts(packet, hop.Sighting) is var ports
                && pairs.Contains((
                    Name(source, isReply ? ports.SourcePort : null),
                    Name(destination, isReply ? null : ports.DestinationPort))));

        private string Name(IPAddress address, int? port)
        {
            var name = map.Address(address) ?? address.ToString();
            return flow.HasPorts && port is { } printed
                ? $"{name}:{map.Port(printed).ToString(CultureInfo.InvariantCulture)}"
                : name;
        }

        private bool IsReplyBehindNat(ForeignPacket packet) =>
            HasEnds(packet, ends.Replies, isReply: true) && !packet.Fullest.IsIcmpError() && IsOfProtocol(packet)
            && (packet.IcmpType is not { } type || Kinds.IsEchoReply(type, packet.First.IsV6()));

        private bool IsOfProtocol(ForeignPacket packet) => packet.Protocol is null || packet.Protocol == flow.Protocol;

        private bool IsRequestBehindNat(ForeignPacket packet) =>
            HasEnds(packet, ends.Requests, isReply: false) && !packet.Fullest.IsIcmpError() && IsOfProtocol(packet)
            && (flow.Protocol != Protocol.Icmp
                || (packet.IcmpType is { } type
                    ? Kinds.IsEchoRequest(type, packet.First.IsV6())
                    : packet.Fullest.SourcePort is null))
            && (flow.Protocol != Protocol.Arp || packet.First.ArpOperation == 1);

        private bool IsRequest(ForeignPacket packet)
        {
            var first = packet.First;
            if (first.Source is null || first.Destination is null)
                return false;
            if (IsRequestBehindNat(packet))
                return true;
            if (flow.As is { } own ? map.Address(first.Source) != own : map.Owner(first.Source) != _from)
                return false;
            if (flow.Via is { } via ? map.Address(first.Destination) != via : map.Owner(first.Destination) != _to)
                return false;
            return flow.Protocol switch
            {
                Protocol.Icmp => packet.IcmpType is { } type
                    ? Kinds.IsEchoRequest(type, first.IsV6())
                    // If the trace has no type, a packet in the direction of the first one is a request.
                    : packet.Protocol is null or Protocol.Icmp && packet.Fullest.SourcePort is null,
                Protocol.Arp => first.ArpOperation == 1,
                _ => packet.Fullest.DestinationPort is { } port
                    && (map.Port(port) == flow.Port
                        || packet.Hops.Any(hop => hop.Sighting.DestinationPort == flow.Port))
                    && !(packet.Fullest.SourcePort == flow.Port && map.Owner(first.Destination) == _from),
            };
        }

        private bool IsOther(ForeignPacket packet)
        {
            var one = (flow.HasPorts ? Port(packet, packet.First, source: true) : null, packet.IcmpId);
            _connection ??= one;
            return (one.Item1 is { } port && _connection.Value.Port is { } known && port != known)
                || (one.IcmpId is { } id && _connection.Value.Id is { } first && id != first);
        }

        // The reply of another connection goes to another port.
        private bool IsOtherReply(ForeignPacket packet) => flow.HasPorts
            && Requests.Count == 0
            && Port(packet, packet.Last) is { } port
            && (_connection ??= (port, null)).Port is { } known && port != known;

        private bool IsReply(ForeignPacket packet)
        {
            if (flow.Protocol == Protocol.Icmp
                && packet.IcmpType is { } type
                && !Kinds.IsEchoReply(type, packet.First.IsV6()))
                return false;
            if (packet.Fullest.IsIcmpError())
                return false;
            return flow.Protocol == Protocol.Arp
                ? packet.First.ArpOperation == 2 && map.Owner(packet.First.Source) == _to
                : (_answerers.Contains((packet.First.Source, Port(packet, packet.First, source: true)))
                    && IsBack(packet))
                  || _turned.Contains((packet.Last.Source, packet.Last.Destination));
        }

        // A reply goes to the end that asked, or, before NAT is undone, to the address that NAT had written.
        private bool IsBack(ForeignPacket packet) => map.Owner(packet.Last.Destination) is var last
            && (last == _from || (last is null or { Kind: EndpointKind.Host } && !packet.IsThrough(format)));

        private bool IsError(ForeignPacket packet) => packet.Fullest.IsIcmpError()
            ? map.Owner(packet.Last.Destination) == _from
                || _turned.Any(pair => Equals(pair.Item2, packet.Last.Destination))
            : flow.Protocol == Protocol.Tcp && packet.Fullest.IsReset() && packet.First.In is null
              && _turned.Any(pair => Equals(pair.Item2, packet.Last.Destination));

        private Leg? LegOfRequest(ForeignPacket packet)
        {
            if (flow.Protocol != Protocol.Tcp)
                return new(Direction.Request, Number(packet, Requests.Count));
            return Kinds.Tcp(packet.Flags, null) switch
            {
                TcpKind.Syn => Leg.Request,
                TcpKind.Ack => new(Direction.Request, 2),
                TcpKind.Data => new(Direction.Request, 3),
                TcpKind.Fin => new(Direction.Request, 4),
                _ => null,
            };
        }

        private Leg? LegOfReply(ForeignPacket packet, int replies)
        {
            if (flow.Protocol != Protocol.Tcp)
                return new(Direction.Reply, Number(packet, replies));
            return Kinds.Tcp(packet.Flags, null) switch
            {
                TcpKind.SynAck => Leg.Reply,
                TcpKind.Reset => Leg.Reply,
                TcpKind.Fin => new(Direction.Reply, 2),
                _ => null,
            };
        }

        private int Number(ForeignPacket packet, int order)
        {
            if (packet.IcmpSequence is not { } sequence)
                return order;
            if (Requests.Count == 1 && _legs.Count == 0)
                _offset = sequence == 0 ? 1 : sequence <= MostByNumber ? 0 : 1 - sequence;
            return Math.Max(1, sequence + _offset);
        }

        private Outcome OutcomeOf(Leg leg, ForeignPacket packet)
        {
            if (packet.Ended() is { } ended)
                return ended;
            // An end that answers has received the packet. In a connection the answer proves it for the first packet,
            // and the further packets of the connection for the others.
            var isAnswered = leg.Direction == Direction.Request && _seen.ContainsKey(
                new(Direction.Reply, flow.Protocol == Protocol.Tcp && leg.Packet > 1 ? 2 : leg.Packet));
            if (!isAnswered && !packet.IsThrough(format))
                return Outcome.Vanished(packet.Last.Point, null);
            var receiver = leg.Direction == Direction.Request ? map.Owner(packet.Last.Destination) ?? _to : _from;
            return Outcome.Delivered(receiver.Kind == EndpointKind.Everyone ? _to : receiver);
        }

        private static int? Port(ForeignPacket packet, Sighting at, bool source = false)
        {
            var sighting = WithPorts(packet, at);
            return source ? sighting.SourcePort : sighting.DestinationPort;
        }

        private SeenPacket WithPorts(ForeignPacket packet)
        {
            var whole = new SeenPacket(Direction.Request, flow.Fragments);
            foreach (var hop in packet.Hops)
                whole.Add(WithPorts(packet, hop.Sighting));
            return whole;
        }

        // A trace may lack the ports of frames on a bridge; they equal those of the same
        // packet with the same addresses.
        private static Sighting WithPorts(ForeignPacket packet, Sighting sighting) =>
            sighting.SourcePort is not null
            || packet.Hops.FirstOrDefault(hop => hop.Sighting.SourcePort is not null
                && Equals(hop.Sighting.Source, sighting.Source)
                && Equals(hop.Sighting.Destination, sighting.Destination)) is not { } other
                ? sighting
                : sighting with
                {
                    SourcePort = other.Sighting.SourcePort,
                    DestinationPort = other.Sighting.DestinationPort
                };
    }
}

public sealed record ForeignLeg(Leg Leg, Trail Trail, ForeignPacket Packet)
{
    /// <summary>The same leg, sent again: retransmissions.</summary>
    public ImmutableArray<ForeignLeg> Again { get; init; } = [];
}
