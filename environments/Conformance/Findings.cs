using Hooktrail.Records;

namespace Hooktrail.Conformance;

/// <summary>
/// What a run of the matrix found: only counts, and the first few legs of each kind that need a look; the rest is in
/// <c>trails.json</c>.
/// </summary>
public sealed class Findings
{
    /// <summary>How many legs of each kind are kept.</summary>
    public const int Shown = 20;

    private readonly Dictionary<string, Tally> _hosts = [];
    private readonly Dictionary<string, Tally> _journeys = [];
    private readonly List<(FlowResult Result, LegRecord Leg)> _diverged = [];
    private readonly Dictionary<(LegVerdict Verdict, string Reason), int> _reasons = [];

    public Tally Total { get; } = new();

    /// <summary>By host, in the order of the matrix.</summary>
    public IReadOnlyDictionary<string, Tally> Hosts => _hosts;

    /// <summary>By journey, in the order in which they came.</summary>
    public IReadOnlyDictionary<string, Tally> Journeys => _journeys;

    /// <summary>The first legs that diverged, or that the observers disagree about.</summary>
    public IReadOnlyList<(FlowResult Result, LegRecord Leg)> Diverged => _diverged;

    /// <summary>Why legs were inconclusive, not predicted or not applicable, with the count of each reason.</summary>
    public IReadOnlyDictionary<(LegVerdict Verdict, string Reason), int> Reasons => _reasons;

    /// <summary>Whether the model and the kernel, or two observers, contradict each other.</summary>
    public bool HasDivergence => Total[LegVerdict.Disagreed] + Total[LegVerdict.ObserversDisagree] > 0;

    public void Add(FlowResult result)
    {
        var host = Of(_hosts, result.Host.Title);
        var journey = Of(_journeys, JourneyOf(result));
        foreach (var leg in result.Legs)
        {
            var verdict = leg.Verdict ?? LegVerdict.Inconclusive;
            Total.Add(verdict);
            host.Add(verdict);
            journey.Add(verdict);
            if (verdict is LegVerdict.Disagreed or LegVerdict.ObserversDisagree && _diverged.Count < Shown)
                _diverged.Add((result, leg));
            if (verdict is LegVerdict.Inconclusive or LegVerdict.Skipped or LegVerdict.NotPredicted
                && leg.Reason is { } reason)
                Count((verdict, reason));
        }
    }

    // Only the two ends; trails.json has protocol and address.
    private static string JourneyOf(FlowResult result) =>
        $"{result.Flow.From} → {result.Flow.To}{(result.Flow is { HasPorts: true, Port: not (Trails.Flow.ServicePort or 7 or 67) } ? ", published port" : "")}";

    private static Tally Of(Dictionary<string, Tally> tallies, string name)
    {
        if (!tallies.TryGetValue(name, out var tally))
            tallies.Add(name, tally = new());
        return tally;
    }

    // Reasons may name packets, so their number is bounded.
    private void Count((LegVerdict, string) reason)
    {
        if (_reasons.Count >= 200 && !_reasons.ContainsKey(reason))
            reason = (reason.Item1, "other reasons, in trails.json");
        _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;
    }
}
