namespace Hooktrail.Observation.Import;

/// <summary>
/// Groups crossings into packets: by the trace's id of the packet, by the fields that NAT does not change (<see
/// cref="ForeignPacket"/>), by addresses and ports, and, if none of them identifies it, by order. It looks at a bounded
/// number of packets for each crossing, so the time is proportional to the number of lines.
/// </summary>
internal sealed class PacketFinder
{
    private const int Neighbours = 16;

    private readonly ImmutableArray<ForeignPacket>.Builder _packets = ImmutableArray.CreateBuilder<ForeignPacket>();
    private readonly Dictionary<string, ForeignPacket> _byId = [];
    private readonly Dictionary<(int, long, long), ForeignPacket> _byNumber = [];
    private readonly List<ForeignPacket> _recent = [];

    public static ImmutableArray<ForeignPacket> Find(IEnumerable<TracedHop> hops)
    {
        var finder = new PacketFinder();
        foreach (var hop in hops)
            finder.Add(hop);
        foreach (var packet in finder._packets)
            packet.RemoveUsersChains();
        return [.. finder._packets.Where(packet => packet.Hops.Count > 0)];
    }

    private void Add(TracedHop hop)
    {
        var key = KeyOf(hop.Sighting);
        var packet = PacketOf(hop, key);
        if (packet is null)
            _packets.Add(packet = new(hop));
        else if (!packet.TryContinue(hop))
            packet.Add(hop);
        if (hop.TraceId is { } called)
            _byId[called] = packet;
        if (key is { } own)
            _byNumber[own] = packet;

        // The most recently seen packet comes last.
        _recent.Remove(packet);
        _recent.Add(packet);
        if (_recent.Count > Neighbours)
            _recent.RemoveAt(0);
    }

    private ForeignPacket? PacketOf(TracedHop hop, (int, long, long)? key)
    {
        var called = hop.TraceId is { } id ? _byId.GetValueOrDefault(id) : null;
        if (!hop.ShowsPacket)
            return called;
        return Fitting(called, hop)
            ?? Fitting(key is { } number ? _byNumber.GetValueOrDefault(number) : null, hop)
            ?? _recent.FindLast(one => one.IsBetween(hop.Sighting) && Fitting(one, hop) is not null)
            ?? _recent.FindLast(one => Fitting(one, hop) is not null);
    }

    private static ForeignPacket? Fitting(ForeignPacket? packet, TracedHop hop) =>
        packet?.CanContinue(hop) == true || packet?.Fits(hop) == true ? packet : null;

    private static (int, long, long)? KeyOf(Sighting sighting) => sighting switch
    {
        { IpId: > 0 and var id, Length: not null } => (4, id, 0),
        { TcpSequence: { } sequence } => (6, sequence, sighting.TcpAcknowledgement ?? 0),
        { IcmpSequence: { } sequence, IcmpType: { } type } => (58, type, sequence),
        _ => null,
    };
}
