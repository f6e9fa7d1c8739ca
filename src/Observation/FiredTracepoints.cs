namespace Hooktrail.Observation;

/// <summary>
/// The tracepoints that have fired at least once in a run. Only of these does silence mean that a packet did not come
/// by: one that never fired may as well be broken.
/// </summary>
public sealed class FiredTracepoints
{
    public static readonly FiredTracepoints None = new([]);

    private readonly ImmutableHashSet<HookPoint> _points;

    private FiredTracepoints(ImmutableHashSet<HookPoint> points) => _points = points;

    /// <summary>Adds those that a window shows, of any scenario.</summary>
    public FiredTracepoints With(LogWindow window) =>
        new(_points.Union(window.Sightings.Select(sighting => sighting.Point)));

    public bool Contains(HookPoint point) => _points.Contains(point);

    public ImmutableArray<HookPoint> Unproven(IEnumerable<HookPoint> points) =>
        [.. points.Where(point => !_points.Contains(point))];
}
