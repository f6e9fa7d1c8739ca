namespace Hooktrail.Observation;

/// <summary>
/// What an observer read of a run between two fences. <paramref name="Lost"/> counts records of any origin that were
/// lost before they were read: overwritten in the kernel log, or without room in the socket of nfnetlink_log, where it
/// is 1 if their number is not known yet. If it is not 0, some sightings may be missing.
/// </summary>
public sealed record LogWindow(ImmutableArray<Sighting> Sightings, long Lost);
