using Hooktrail.Observation;

namespace Hooktrail.Labs;

/// <summary>
/// A record that comes while its flow is under way. Its packet is known only after the flow's last record.
/// </summary>
/// <remarks>By names one observer; the hop uses the lab's names, and the sender's port.</remarks>
public sealed record Glimpse(Observers By, Sighting Sighting, Hop Hop)
{
    /// <summary>The kind of packet, as far as this record shows: <c>tcp syn</c>.</summary>
    public string Packet => PacketText.Of(Sighting);

    /// <summary>The listener on an observer's channel; null if the sending has none.</summary>
    public static Action<Sighting>? Listener(Observers by, LabMap map, Sending sending) =>
        sending.Glimpsed is { } told && (sending.Observers ?? by).HasFlag(by)
            ? sighting => told(new(by, sighting, map.HopOf(sighting)))
            : null;
}
