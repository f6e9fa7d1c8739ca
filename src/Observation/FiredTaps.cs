namespace Hooktrail.Observation;

/// <summary>
/// The taps that have fired at least once in a run. Only their silence means that a packet did not come by: a tap that
/// never fired may be broken.
/// </summary>
public sealed class FiredTaps
{
    public static readonly FiredTaps None = new([]);

    private readonly ImmutableHashSet<HookPoint> _points;

    private FiredTaps(ImmutableHashSet<HookPoint> points) => _points = points;

    /// <summary>Adds the taps that a window shows, of any scenario.</summary>
    public FiredTaps With(LogWindow window) =>
        new(_points.Union(window.Sightings.Select(sighting => sighting.Point)));

    public bool Contains(HookPoint point) => _points.Contains(point);

    public ImmutableArray<HookPoint> Unproven(IEnumerable<HookPoint> points) =>
        [.. points.Where(point => !_points.Contains(point))];
}
