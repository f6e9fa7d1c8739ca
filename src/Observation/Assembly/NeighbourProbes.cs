namespace Hooktrail.Observation;

/// <summary>
/// Recognises the kernel's own ARP requests. The kernel probes a neighbour with which the host has talked some seconds
/// before, by the same request as the lab's, but to the neighbour's MAC address instead of broadcast (net/ipv4/arp.c,
/// arp_solicit; net/core/neighbour.c, neigh_probe). Such a request and its answer belong to no flow.
/// </summary>
internal static class NeighbourProbes
{
    /// <summary>
    /// Whether one of two sightings belongs to a unicast request and the other one to a broadcast request.
    /// </summary>
    public static bool AreApart(Sighting one, Sighting other) =>
        IsProbe(one) is { } probe && IsProbe(other) is { } too && probe != too;

    /// <summary>
    /// Leaves out probes and their answers. All answers look alike; the first one belongs to the first request.
    /// </summary>
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

    // The lab's requests are broadcast. Null if it is no request, or does not show its MAC address.
    private static bool? IsProbe(Sighting sighting) => sighting is { ArpOperation: 1, MacDestination: { } to }
        ? !to.Equals(LabMap.BroadcastMac, StringComparison.OrdinalIgnoreCase)
        : null;
}
