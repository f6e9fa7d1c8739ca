using Hooktrail.Observation;

namespace Hooktrail.Labs;

/// <summary>A record while its flow is under way. It takes the flow's last record to tell its packet.</summary>
/// <remarks>It has one observer; its hop is in the lab's names, with the sender's port.</remarks>
public sealed record Glimpse(Observers By, Sighting Sighting, Hop Hop)
{
    /// <summary>The kind of packet, as far as the record shows it: <c>tcp syn</c>.</summary>
    public string Packet => PacketText.Of(Sighting);

    /// <summary>The listener for an observer's channel; null where the sending has none.</summary>
    public static Action<Sighting>? Listener(Observers by, LabMap map, Sending sending) =>
        sending.Glimpsed is { } told && (sending.Observers ?? by).HasFlag(by) ? sighting => told(new(by, sighting, map.HopOf(sighting))) : null;
}
