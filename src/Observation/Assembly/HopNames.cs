using System.Net;
using Hooktrail.Observation.Nflog;

namespace Hooktrail.Observation;

/// <summary>
/// Turns sightings into hops, with the lab's names. A port follows the address (<c>server:80</c>,
/// <c>host.wan:8080</c>). The sender's own port is left out, because it differs in each flow; a port to
/// which NAT changed it is shown.
/// </summary>
internal sealed class HopNames(Flow flow, LabMap map, int? localPort)
{
    public ImmutableArray<Hop> Of(SeenPacket packet) =>
        [.. packet.Sightings.Select(sighting => HopOf(sighting, WithPorts(packet, sighting)))];

    /// <summary>
    /// A chain that the kernel's trace tells of: the hop of the record with the same fields, or one without ports.
    /// </summary>
    public Hop Of(SeenPacket packet, TracedChain chain) =>
        packet.Sightings.Find(sighting => IsAt(sighting, chain)) is { } seen
            ? HopOf(seen, WithPorts(packet, seen))
            : map.HopOf(
                packet.First with
                {
                    Point = chain.Point,
                    In = chain.In,
                    Out = chain.Out,
                    PhysIn = null,
                    PhysOut = null,
                    Source = chain.Source,
                    Destination = chain.Destination,
                },
                null, null);

    // The trace does not show every field of every packet.
    private static bool IsAt(Sighting sighting, TracedChain chain) =>
        (sighting.Point, sighting.In, sighting.Out) == (chain.Point, chain.In, chain.Out)
        && Fits(sighting.Source, chain.Source) && Fits(sighting.Destination, chain.Destination)
        && (sighting.IsBare() || FitsPort(sighting.SourcePort, chain.SourcePort)
            && FitsPort(sighting.DestinationPort, chain.DestinationPort));

    private static bool Fits(IPAddress? seen, IPAddress? traced) =>
        seen is null || traced is null || seen.Equals(traced);

    private static bool FitsPort(int? seen, int? traced) => seen is null || traced is null || seen == traced;

    private Hop HopOf(Sighting sighting, Sighting ports) =>
        map.HopOf(sighting, Shown(ports.SourcePort), Shown(ports.DestinationPort));

    private int? Shown(int? port) => flow.HasPorts && port != localPort ? port : null;

    // Only the first fragment has the ports. In the others, ebt_log prints payload in their place,
    // which must not count as ports.
    private Sighting WithPorts(SeenPacket packet, Sighting sighting) =>
        flow.Fragments == 1 || !flow.HasPorts || HasPorts(sighting)
            ? sighting
            : packet.Sightings.Find(other => HasPorts(other)
                && other.Source!.Equals(sighting.Source)
                && other.Destination!.Equals(sighting.Destination))
              ?? sighting with { SourcePort = null, DestinationPort = null };

    private bool HasPorts(Sighting sighting) => sighting.IsBare()
        ? localPort is { } local && (sighting.SourcePort == local || sighting.DestinationPort == local)
        : sighting is { FragmentOffset: null or 0, SourcePort: not null };
}
