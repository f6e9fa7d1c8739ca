namespace Hooktrail.Observation;

/// <summary>
/// The records of one observer between two fences. <paramref name="Lost"/> counts records of any origin that were lost
/// before they were read: overwritten in the kernel log, or without room in the socket of nfnetlink_log; there it is 1
/// while their number is unknown. If it is not 0, some sightings may be missing.
/// </summary>
public sealed record LogWindow(ImmutableArray<Sighting> Sightings, long Lost);
