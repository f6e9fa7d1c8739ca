using System.Collections.Immutable;

namespace Hooktrail.Observation;

/// <summary>What the kernel log holds of a run between two of its fences.</summary>
/// <param name="Sightings">In the order of the log.</param>
/// <param name="Lost">
/// How many records of the log, of whatever origin, were overwritten before they were read. If it is not 0, some
/// sightings may be missing.
/// </param>
public sealed record LogWindow(ImmutableArray<Sighting> Sightings, long Lost);
