namespace Hooktrail.Observation;

/// <summary>
/// The taps that have fired at least once in a run. Only of these does silence mean that a packet did not come
/// by: one that never fired may as well be broken.
/// </summary>
public sealed class FiredTaps
{
    public static readonly FiredTaps None = new([]);

    private readonly ImmutableHashSet<HookPoint> _points;

    private FiredTaps(ImmutableHashSet<HookPoint> points) => _points = points;

    /// <summary>Adds those that a window shows, of any scenario.</summary>
    public FiredTaps With(LogWindow window) =>
        new(_points.Union(window.Sightings.Select(sighting => sighting.Point)));

    public bool Contains(HookPoint point) => _points.Contains(point);

    public ImmutableArray<HookPoint> Unproven(IEnumerable<HookPoint> points) =>
        [.. points.Where(point => !_points.Contains(point))];
}
