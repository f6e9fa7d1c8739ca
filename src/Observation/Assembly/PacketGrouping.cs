namespace Hooktrail.Observation;

/// <summary>
/// Puts the sightings of a flow together into packets. Most show their packet (<see cref="SeenPacket"/>). The others are
/// placed by order: the flow's ends send one packet after the other, so a packet's sightings stand together; where they
/// do not, nothing is guessed.
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

            // The most recently seen last.
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

    // The packet that was seen last. Of TCP, ARP and broadcasts both ends' packets are under way at a time, so it is the last of this
    // direction; of others a packet that went the other way in between ends it.
    private static SeenPacket? Neighbour(Flow flow, List<SeenPacket> recent, Direction direction, Sighting sighting)
    {
        var interleaved = flow.Protocol is Protocol.Tcp or Protocol.Arp || flow.IsBroadcast;
        var last = interleaved
            ? recent.FindLast(packet => packet.Direction == direction && !NeighbourProbes.AreApart(packet.First, sighting))
            : recent.LastOrDefault();
        return last?.Direction == direction && last.Compare(sighting) == Likeness.Possible ? last : null;
    }

    // A copy that a bridge floods has another port; the same port twice are two packets.
    private static void RefuseTwice(SeenPacket packet)
    {
        var places = new HashSet<(HookPoint, string?, string?)>();
        foreach (var sighting in packet.Sightings)
            if (sighting.IsBare() && !places.Add((sighting.Point, sighting.In, sighting.Out)))
                throw new Doubt($"The records of two packets are mixed: \"{packet.First.Line}\" and \"{sighting.Line}\".");
    }

    // Where two packets of a direction overlap, a sighting without a number could be of either.
    private static void Separate(List<SeenPacket> packets)
    {
        for (var i = 0; i < packets.Count; i++)
            for (var j = 0; j < i; j++)
            {
                var (first, second) = (packets[j], packets[i]);
                if (second.First.Sequence < first.Last.Sequence && (first.HasBare || second.HasBare))
                    throw new Doubt($"The records of two packets are mixed: \"{first.Last.Line}\" and \"{second.First.Line}\".");
            }
    }
}
