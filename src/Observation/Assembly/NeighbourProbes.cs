namespace Hooktrail.Observation;

/// <summary>
/// The kernel's own questions beside the lab's. It probes a neighbour that the host talked to some seconds ago: by the
/// same ARP request, but to its MAC address instead of to all (net/ipv4/arp.c:arp_solicit,
/// net/core/neighbour.c:neigh_probe). Such a question and its answer belong to no flow.
/// </summary>
internal static class NeighbourProbes
{
    /// <summary>Whether one of two sightings is of a question to one MAC address, and the other of one to all.</summary>
    public static bool AreApart(Sighting one, Sighting other) => IsProbe(one) is { } probe && IsProbe(other) is { } too && probe != too;

    /// <summary>Leaves out probes and answers. All look alike; the first answer is to the first question.</summary>
    public static List<SeenPacket> LeaveOut(List<SeenPacket> packets)
    {
        var open = new Queue<bool>();
        var kept = new List<SeenPacket>();
        foreach (var packet in packets)
        {
            var isProbe = packet.Direction == Direction.Request
                ? packet.Sightings.Exists(sighting => IsProbe(sighting) == true)
                : open.TryDequeue(out var answered) && answered;
            if (packet.Direction == Direction.Request)
                open.Enqueue(isProbe);
            if (!isProbe)
                kept.Add(packet);
        }

        return kept;
    }

    // The lab's questions go to all. Null for what is no question, or does not show its MAC address.
    private static bool? IsProbe(Sighting sighting) => sighting is { ArpOperation: 1, MacDestination: { } to }
        ? !to.Equals(LabMap.BroadcastMac, StringComparison.OrdinalIgnoreCase)
        : null;
}
