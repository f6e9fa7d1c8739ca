using Hooktrail.Model;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Verification;

/// <summary>A forecast without the hooks at which nothing is recorded, and the rules that go with it.</summary>
internal sealed class ShownForecast
{
    private readonly Dictionary<Trail, Trail> _whole = [];

    /// <param name="whole">The forecast.</param>
    /// <param name="recorded">Takes a trail; gives it without those hooks. Null if all are recorded.</param>
    public ShownForecast(Forecast whole, Func<Trail, Trail>? recorded)
    {
        Forecast = recorded is null
            ? whole
            : new([.. whole.Exchanges.Select(courses => courses.Select(
                course => course with { Legs = [.. course.Legs.Select(Shown)] }).ToImmutableArray())]);

        PredictedLeg Shown(PredictedLeg leg)
        {
            var trail = recorded(leg.Trail);
            _whole[trail] = leg.Trail;
            return leg with { Trail = trail };
        }
    }

    public Forecast Forecast { get; }

    /// <summary>The rules that are predicted for one of its legs, each with its hop there.</summary>
    public ImmutableArray<RuleStep> Rules(HostProfile host, Flow flow, Leg leg, Trail shown)
    {
        var whole = _whole.GetValueOrDefault(shown, shown);
        var rules = Prediction.Rules(host, flow, leg, whole);
        if (whole.Hops.Length == shown.Hops.Length)
            return rules;
        var numbers = new Dictionary<int, int>();
        foreach (var (index, hop) in whole.Hops.Index())
            if (numbers.Count < shown.Hops.Length && hop == shown.Hops[numbers.Count])
                numbers[index + 1] = numbers.Count + 1;
        return
        [
            .. rules.Where(rule => numbers.ContainsKey(rule.Hop)).Select(rule => rule with { Hop = numbers[rule.Hop] }),
        ];
    }
}
