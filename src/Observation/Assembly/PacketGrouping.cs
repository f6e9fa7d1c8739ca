namespace Hooktrail.Observation;

/// <summary>
/// Groups the sightings of a flow into packets. Most sightings identify their packet (<see cref="SeenPacket"/>). The
/// others are placed by order: the flow's ends send one packet after the other, so the sightings of one packet are
/// adjacent. If they are not, the observation is inconclusive.
/// </summary>
internal static class PacketGrouping
{
    public static List<SeenPacket> Group(Flow flow, FlowTraffic traffic, IEnumerable<Sighting> sightings)
    {
        var packets = new List<SeenPacket>();
        var recent = new List<SeenPacket>();
        foreach (var sighting in sightings)
        {
            var direction = traffic.DirectionOf(sighting);
            var packet = recent.FindLast(one => one.Direction == direction && one.Compare(sighting) == Likeness.Same)
                ?? Neighbour(flow, recent, direction, sighting);
            if (packet is null)
                packets.Add(packet = new(direction, flow.Fragments));
            packet.Add(sighting);

            // The most recently seen packet comes last.
            recent.Remove(packet);
            recent.Add(packet);
        }

        if (flow.Fragments == 1)
            foreach (var packet in packets)
                RefuseTwice(packet);
        foreach (var ofDirection in packets.GroupBy(packet => packet.Direction))
            Separate([.. ofDirection]);
        return packets;
    }

    // The packet that was seen last. In TCP, ARP and broadcasts, packets of both directions are in flight together, so
    // it is the last one of this direction. In other protocols, a packet of the other direction in between ends it.
    // direction; of others a packet that went the other way in between ends it.
    private static SeenPacket? Neighbour(Flow flow, List<SeenPacket> recent, Direction direction, Sighting sighting)
    {
        var interleaved = flow.Protocol is Protocol.Tcp or Protocol.Arp || flow.IsBroadcast;
        var last = interleaved
            ? recent.FindLast(
                packet => packet.Direction == direction && !NeighbourProbes.AreApart(packet.First, sighting))
            : recent.LastOrDefault();
        return last?.Direction == direction && last.Compare(sighting) == Likeness.Possible ? last : null;
    }

    // A copy that a bridge floods has another port; the same port twice means two packets.
    private static void RefuseTwice(SeenPacket packet)
    {
        var places = new HashSet<(HookPoint, string?, string?)>();
        foreach (var sighting in packet.Sightings)
            if (sighting.IsBare() && !places.Add((sighting.Point, sighting.In, sighting.Out)))
                throw new Doubt(
                    $"The records of two packets are mixed: \"{packet.First.Line}\" and \"{sighting.Line}\".");
    }

    // If two packets of a direction overlap, a sighting without a number could belong to either.
    private static void Separate(List<SeenPacket> packets)
    {
        for (var i = 0; i < packets.Count; i++)
            for (var j = 0; j < i; j++)
            {
                var (first, second) = (packets[j], packets[i]);
                if (second.First.Sequence < first.Last.Sequence && (first.HasBare || second.HasBare))
                    throw new Doubt(
                        $"The records of two packets are mixed: \"{first.Last.Line}\" and \"{second.First.Line}\".");
            }
    }
}
