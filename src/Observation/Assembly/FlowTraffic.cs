namespace Hooktrail.Observation;

/// <summary>
/// Decides which sightings belong to a flow, and their direction. The flow's mark is its type of service or traffic
/// class. Both ends write it, and the kernel copies it into echo replies and into its own TCP resets. Other packets
/// that the flow causes have another value (measured on 6.18): an ICMP error has 0xC0 added to the type of service of
/// the packet that it quotes (net/ipv4/icmp.c, <c>__icmp_send</c>); ICMPv6 errors and the resets of REJECT have 0.
/// </summary>
internal sealed class FlowTraffic
{
    private const byte InternetControl = 0xC0;
    private const byte RoutedTos = 0x1E;
    private const string FragmentHeader = "44";

    private readonly Flow _flow;
    private readonly LabMap _map;
    private readonly byte _mark;
    private readonly Endpoint _from;
    private readonly Endpoint _to;
    private readonly ImmutableHashSet<int> _ports;
    private readonly ImmutableHashSet<object> _marked;
    private readonly ImmutableHashSet<byte> _written;

    public FlowTraffic(Flow flow, LabMap map, byte mark, int? localPort, IEnumerable<Sighting> all)
    {
        (_flow, _map, _mark) = (flow, map, mark);
        (_from, _to) = (InPackets(flow.From), InPackets(flow.To));
        // A packet to the flow's own port is a request, so its source port is the sender's.
        LocalPort = localPort ?? (flow.HasPorts
            ? all.FirstOrDefault(sighting => HasMark(sighting)
                && sighting.DestinationPort is { } port
                && map.Port(port) == flow.Port)?.SourcePort
            : null);
        _ports = flow.Protocol == Protocol.Tcp && LocalPort is { } local ? SenderPorts(local, all) : [];
        _marked = [.. all.Where(HasMark).Select(KeyOf).OfType<object>()];
        _written = [mark, .. all.Where(HadMark).Select(sighting => sighting.Tos)];
    }

    /// <summary>The sender's port; null if the protocol has none, or none was seen.</summary>
    public int? LocalPort { get; }

    /// <summary>The endpoint that the addresses show: for a container on the host's network, the host.</summary>
    public static Endpoint InPackets(Endpoint endpoint) =>
        endpoint.Kind == EndpointKind.Host ? Endpoint.Host : endpoint;

    /// <summary>Whether the packet has the mark, which only packets of the two ends do.</summary>
    public bool HasMark(Sighting sighting) => ((sighting.Tos ^ _mark) & PrintedTos(sighting)) == 0;

    public bool Owns(Sighting sighting)
    {
        if (_flow.Protocol == Protocol.Arp)
            return sighting.ArpOperation is not null && ArpDirection(sighting) is not null;
        if (sighting.ArpOperation is not null)
            return false;
        if (IsBareFragment(sighting))
            return HasMark(sighting);
        if (sighting.Protocol() is null)
            return IsWrapped(sighting);
        if (sighting.IsV6() != (_flow.Ip == IpVersion.V6))
            return false;
        if (sighting.Inner is { } inner && sighting.IsIcmpError())
            return inner.Protocol() == _flow.Protocol
                && _written.Any(tos => ((inner.Tos ^ tos) & 0xFE) == 0)
                && IsOfConnection(inner.SourcePort, inner.DestinationPort);
        if (sighting.Protocol() == _flow.Protocol && (HasMark(sighting) || HadMark(sighting) || HasWritten(sighting)))
            return IsOfConnection(sighting.SourcePort, sighting.DestinationPort);
        return IsBareError(sighting) || IsRejection(sighting);
    }

    public Direction DirectionOf(Sighting sighting)
    {
        if (sighting.ArpOperation is not null)
            return ArpDirection(sighting)!.Value;
        if (sighting.Protocol() is null && !IsBareFragment(sighting))
            return _map.MacOwner(sighting.MacSource!) == _flow.From.Name ? Direction.Request : Direction.Reply;
        if (sighting.IsIcmpError() || IsBareError(sighting) || IsRejection(sighting))
            return Direction.Error;
        if (_flow.Protocol == Protocol.Icmp && sighting.IcmpType is { } type)
            return Kinds.IsEchoRequest(type, sighting.IsV6()) ? Direction.Request
                : Kinds.IsEchoReply(type, sighting.IsV6()) ? Direction.Reply
                : throw new Doubt($"A packet with this flow's type of service is not an echo: \"{sighting.Line}\".");
        return ByPorts(sighting) ?? ByAddresses(sighting);
    }

    /// <summary>Whether an error quotes a reply; it then goes to the end that answered.</summary>
    public bool IsAboutReply(Sighting error) => error.Inner is { } inner
        && (_flow.HasPorts
            ? LocalPort is { } local && inner.DestinationPort == local && inner.SourcePort != local
            : Kinds.IsEchoReply(inner.IcmpType, error.IsV6()));

    /// <summary>Whether the host's own TCP sent the reset: it copies the mark, and REJECT does not.</summary>
    public bool IsHostsOwnReset(SeenPacket packet) =>
        packet.Kind == TcpKind.Reset && HasMark(packet.First) && _map.Owner(packet.First.Source) == Endpoint.Host;

    // The ends of a failed connection retransmit for a minute; a SYN-ACK then has the mark that
    // its listener has by that time.
    private bool IsOfConnection(int? source, int? destination) =>
        _ports.IsEmpty
        || (source is { } one && _ports.Contains(one))
        || (destination is { } other && _ports.Contains(other));

    // The sender's port, and the ports to which NAT changed it: the same SYN, or the segment
    // that acknowledges it, shows them.
    private ImmutableHashSet<int> SenderPorts(int local, IEnumerable<Sighting> all)
    {
        const TcpFlags shape = TcpFlags.Syn | TcpFlags.Ack;
        var opening = all.Where(sighting => HasMark(sighting) && (sighting.TcpFlags & TcpFlags.Syn) != 0).ToList();
        var first = opening.Find(
            sighting => sighting.SourcePort == local && (sighting.TcpFlags & shape) == TcpFlags.Syn)?.TcpSequence;
        return
        [
            local,
            .. opening.Where(sighting => first is not null
                && (sighting.TcpFlags & shape) == TcpFlags.Syn
                && sighting.TcpSequence == first)
                .Select(sighting => sighting.SourcePort).OfType<int>(),
            .. opening.Where(sighting => (sighting.TcpFlags & shape) == shape
                && sighting.TcpAcknowledgement == (first + 1 & uint.MaxValue))
                .Select(sighting => sighting.DestinationPort).OfType<int>(),
        ];
    }

    // A rule may have written another type of service on the way; errors then quote that one.
    private bool HadMark(Sighting sighting) =>
        !sighting.IsIcmpError() && KeyOf(sighting) is { } key && _marked.Contains(key);

    // A reset has the type of service of the segment that it answers (net/ipv4/tcp_ipv4.c, tcp_v4_send_reset).
    // ebt_log shows no flags.
    private bool HasWritten(Sighting sighting) => _flow.Protocol == Protocol.Tcp
        && (sighting.IsReset() || sighting.IsBare()) && sighting.Tos != 0
        && _written.Any(tos => ((sighting.Tos ^ tos) & PrintedTos(sighting)) == 0);

    /// <summary>What a packet keeps while a rule changes its type of service; null if nothing is printed.</summary>
    private static object? KeyOf(Sighting sighting) => sighting switch
    {
        { IpId: > 0 and var id } => (sighting.Protocol(), id),
        { TcpSequence: { } sequence } => (sequence, sighting.TcpAcknowledgement, sighting.TcpFlags),
        { IcmpId: { } id } => (sighting.IcmpType, id, sighting.IcmpSequence),
        { SourcePort: { } source, DestinationPort: { } destination } => (sighting.Protocol(), source, destination),
        _ => null,
    };

    // xt LOG does not print the lowest bit; ebt_log prints only the upper four bits of a traffic class.
    private static byte PrintedTos(Sighting sighting) => (byte)(sighting.IsBare() && sighting.IsV6() ? 0xF0 : 0xFE);

    // For a frame of a type that it does not know, ebt_log prints only the MAC addresses.
    private bool IsWrapped(Sighting sighting) =>
        _flow.Encapsulation != Encapsulation.None && sighting.EtherType is 0x8100 or 0x8864
        && sighting is { MacSource: { } source, MacDestination: { } destination }
        && (_map.MacOwner(source) == _flow.From.Name || _map.MacOwner(destination) == _flow.From.Name);

    // For a fragment of IPv6, ebt_log prints the protocol of the fragment header, and nothing of the headers after it.
    private bool IsBareFragment(Sighting sighting) =>
        _flow is { Fragments: > 1, Ip: IpVersion.V6 } && sighting.IsBare() && sighting.Protocol == FragmentHeader;

    // An ICMP error as ebt_log shows it: during a ping, only the type of service distinguishes it from an echo.
    private bool IsBareError(Sighting sighting) =>
        sighting.IsBare()
        && !sighting.IsV6()
        && sighting.Protocol() == Protocol.Icmp
        && _written.Any(tos => sighting.Tos == (byte)(tos & RoutedTos | InternetControl))
        && sighting.Tos != _mark
        && _map.Owner(sighting.Destination) is { } told
        && (told == _from || told == Endpoint.Host);

    // A reset without the mark comes from neither end. ebt_log shows no flags, but no other packet to
    // the flow's port lacks the mark.
    private bool IsRejection(Sighting sighting) =>
        _flow.Protocol == Protocol.Tcp
        && sighting.Protocol() == Protocol.Tcp
        && LocalPort is { } local
        && sighting.DestinationPort == local
        && sighting.SourcePort is not null
        && !HasMark(sighting)
        && sighting.Tos == 0
        && (sighting.IsBare() || sighting.IsReset());

    private Direction? ArpDirection(Sighting sighting)
    {
        var (sender, target) = (_map.Owner(sighting.Source), _map.Owner(sighting.Destination));
        return sighting.ArpOperation switch
        {
            1 when sender == _from && (target == _to || _flow.IsBroadcast) => Direction.Request,
            2 when target == _from && (sender == _to || _flow.IsBroadcast) => Direction.Reply,
            _ => null,
        };
    }

    private Direction? ByPorts(Sighting sighting)
    {
        if (!_flow.HasPorts || sighting is not { SourcePort: { } source, DestinationPort: { } destination })
            return null;
        var (request, reply) = (source == LocalPort, destination == LocalPort);
        if (request == reply)
            (request, reply) = (_map.Port(destination) == _flow.Port, _map.Port(source) == _flow.Port);
        return request == reply ? null : request ? Direction.Request : Direction.Reply;
    }

    // An address at one end of a bridge, or of a fragment's way, is an endpoint's own: on the way out, MASQUERADE acts
    // after the bridge; on the way back, the kernel undoes it before the bridge.
    private Direction ByAddresses(Sighting sighting)
    {
        var (source, destination) = (_map.Owner(sighting.Source), _map.Owner(sighting.Destination));
        var request = destination == _to || source == _from;
        var reply = destination == _from || source == _to;
        return request != reply
            ? request ? Direction.Request : Direction.Reply
            : throw new Doubt($"The addresses do not say which way the packet goes: \"{sighting.Line}\".");
    }
}
