namespace Hooktrail.Observation.Import;

/// <summary>
/// Groups crossings into packets: by the fields that NAT does not change (<see cref="ForeignPacket"/>), by the trace's
/// id of the packet, and, if neither identifies it, by order. It looks at a bounded number of packets for each
/// crossing, so the time is proportional to the number of lines.
/// </summary>
internal static class PacketFinder
{
    private const int Neighbours = 16;

    public static ImmutableArray<ForeignPacket> Find(IEnumerable<TracedHop> hops)
    {
        var packets = ImmutableArray.CreateBuilder<ForeignPacket>();
        var byId = new Dictionary<string, ForeignPacket>();
        var byNumber = new Dictionary<(int, long, long), ForeignPacket>();
        var recent = new List<ForeignPacket>();
        foreach (var hop in hops)
        {
            var key = KeyOf(hop.Sighting);
            var packet = Fitting(hop.TraceId is { } id ? byId.GetValueOrDefault(id) : null, hop)
                ?? Fitting(key is { } number ? byNumber.GetValueOrDefault(number) : null, hop)
                ?? recent.FindLast(one => one.Fits(hop) && one.IsBetween(hop.Sighting.Source, hop.Sighting.Destination))
                ?? recent.FindLast(one => one.Fits(hop));
            if (packet is null)
                packets.Add(packet = new(hop));
            else
                packet.Add(hop);
            if (hop.TraceId is { } called)
                byId[called] = packet;
            if (key is { } own)
                byNumber[own] = packet;

            // The most recently seen packet comes last.
            recent.Remove(packet);
            recent.Add(packet);
            if (recent.Count > Neighbours)
                recent.RemoveAt(0);
        }

        return packets.ToImmutable();
    }

    private static ForeignPacket? Fitting(ForeignPacket? packet, TracedHop hop) =>
        packet?.Fits(hop) == true ? packet : null;

    private static (int, long, long)? KeyOf(Sighting sighting) => sighting switch
    {
        { IpId: > 0 and var id, Length: not null } => (4, id, 0),
        { TcpSequence: { } sequence } => (6, sequence, sighting.TcpAcknowledgement ?? 0),
        { IcmpSequence: { } sequence, IcmpType: { } type } => (58, type, sequence),
        _ => null,
    };
}
