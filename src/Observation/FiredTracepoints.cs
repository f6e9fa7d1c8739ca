using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Observation;

/// <summary>
/// The tracepoints that have fired at least once in a run. Only of these does silence mean that a packet did not come
/// by: one that never fired may as well be broken.
/// </summary>
public sealed class FiredTracepoints
{
    /// <summary>As a run begins.</summary>
    public static readonly FiredTracepoints None = new([]);

    private readonly ImmutableHashSet<HookPoint> _points;

    private FiredTracepoints(ImmutableHashSet<HookPoint> points) => _points = points;

    /// <summary>These, and those that a window shows, of whatever scenario.</summary>
    public FiredTracepoints With(LogWindow window) =>
        new(_points.Union(window.Sightings.Select(sighting => sighting.Point)));

    /// <summary>Whether the tracepoint has proven that it can fire.</summary>
    public bool Contains(HookPoint point) => _points.Contains(point);

    /// <summary>Those of the given hook points whose tracepoints have proven nothing yet.</summary>
    public ImmutableArray<HookPoint> Unproven(IEnumerable<HookPoint> points) =>
        [.. points.Where(point => !_points.Contains(point))];
}
