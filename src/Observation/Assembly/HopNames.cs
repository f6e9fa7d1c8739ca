namespace Hooktrail.Observation;

/// <summary>
/// Makes hops of sightings, with the lab's names. A port is shown behind the address (<c>server:80</c>, <c>host.wan:8080</c>), but
/// for the sender's own, which is another in each flow; a port that NAT gave it instead shows.
/// </summary>
internal sealed class HopNames(Flow flow, LabMap map, int? localPort)
{
    public ImmutableArray<Hop> Of(SeenPacket packet) => [.. packet.Sightings.Select(sighting => HopOf(sighting, WithPorts(packet, sighting)))];

    private Hop HopOf(Sighting sighting, Sighting ports) => map.HopOf(sighting, Shown(ports.SourcePort), Shown(ports.DestinationPort));

    private int? Shown(int? port) => flow.HasPorts && port != localPort ? port : null;

    // Only the first fragment has the ports; what ebt_log prints for the others is payload, which is not the sender's port.
    private Sighting WithPorts(SeenPacket packet, Sighting sighting) =>
        flow.Fragments == 1 || !flow.HasPorts || HasPorts(sighting)
            ? sighting
            : packet.Sightings.Find(other => HasPorts(other) && other.Source!.Equals(sighting.Source) && other.Destination!.Equals(sighting.Destination))
              ?? sighting with { SourcePort = null, DestinationPort = null };

    private bool HasPorts(Sighting sighting) => sighting.IsBare()
        ? localPort is { } local && (sighting.SourcePort == local || sighting.DestinationPort == local)
        : sighting is { FragmentOffset: null or 0, SourcePort: not null };
}
