using Hooktrail.Observation;
using Hooktrail.Trails;

namespace Hooktrail.Labs;

/// <summary>
/// A record as it comes in while its flow is under way. Whose packet it is nobody can say yet: that takes the last record of the flow.
/// </summary>
/// <param name="By">The one observer that made it.</param>
/// <param name="Sighting">The record.</param>
/// <param name="Hop">What it says in the lab's names, the sender's own port included.</param>
public sealed record Glimpse(Observers By, Sighting Sighting, Hop Hop)
{
    /// <summary>What kind of packet it is of, as far as the record shows it: <c>tcp syn</c>.</summary>
    public string Packet => PacketText.Of(Sighting);

    /// <summary>What to tell an observer's channel, for who listens to a flow; null where nobody does.</summary>
    /// <param name="by">The observer.</param>
    /// <param name="map">The lab's names.</param>
    /// <param name="sending">How the flow is sent.</param>
    public static Action<Sighting>? Listener(Observers by, LabMap map, Sending sending) =>
        sending.Glimpsed is { } told && (sending.Observers ?? by).HasFlag(by) ? sighting => told(new(by, sighting, map.HopOf(sighting))) : null;
}
