namespace Hooktrail.Records;

/// <summary>
/// One object for equal values: the legs of a long run share few flows, hops and trails, and the file repeats them.
/// </summary>
internal sealed class SharedTrails
{
    private readonly Dictionary<Flow, Flow> _flows = [];
    private readonly Dictionary<Leg, Leg> _legs = [];
    private readonly Dictionary<ScenarioTitle, ScenarioTitle> _titles = [];
    private readonly Dictionary<Hop, Hop> _hops = [];
    private readonly Dictionary<Trail, Trail> _trails = new(OfHops.Instance);

    public Flow Of(Flow flow) => Of(_flows, flow);

    public Leg Of(Leg leg) => Of(_legs, leg);

    public ScenarioTitle Of(ScenarioTitle title) => Of(_titles, title);

    public Hop Of(Hop hop) => Of(_hops, hop);

    public Trail Of(Trail trail) => Of(_trails, trail);

    private static T Of<T>(Dictionary<T, T> known, T value)
        where T : notnull =>
        known.TryGetValue(value, out var same) ? same : known[value] = value;

    // A trail's own hash is that of its length, which many share.
    private sealed class OfHops : IEqualityComparer<Trail>
    {
        public static readonly OfHops Instance = new();

        public bool Equals(Trail? one, Trail? other) => one == other;

        public int GetHashCode(Trail trail)
        {
            var hash = new HashCode();
            foreach (var hop in trail.Hops)
                hash.Add(hop);
            hash.Add(trail.Outcome);
            return hash.ToHashCode();
        }
    }
}
