using System.Collections.Immutable;

namespace Hooktrail.Observation;

/// <summary>What an observer read of a run between two of its fences.</summary>
/// <param name="Sightings">In the order of the records.</param>
/// <param name="Lost">
/// How many records, of whatever origin, were lost before they were read: overwritten in the kernel log, or without room
/// in the socket of nfnetlink_log, where it is 1 if their number is not known yet. If it is not 0, some sightings may be
/// missing.
/// </param>
public sealed record LogWindow(ImmutableArray<Sighting> Sightings, long Lost);
