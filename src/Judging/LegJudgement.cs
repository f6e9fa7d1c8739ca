using Hooktrail.Model;
using Hooktrail.Records;

namespace Hooktrail.Judging;

/// <summary>Compares the prediction of one leg with its observation, and describes where they part.</summary>
public static class LegJudgement
{
    /// <summary>The record with its verdict: agreed or disagreed.</summary>
    public static LegRecord Of(LegRecord leg)
    {
        var reason = (leg.Predicted, leg.Observed) switch
        {
            (null, _) => $"The {leg.Leg} was observed but not predicted.",
            (_, null) => $"The {leg.Leg} was predicted but not observed.",
            var (said, seen) when Sight.IsAsObserved(said, seen) => null,
            var (said, seen) => Disagreement.Between(null, said, seen)?.Sentence,
        };
        return leg with { Verdict = reason is null ? LegVerdict.Agreed : LegVerdict.Disagreed, Reason = reason };
    }

    /// <summary>All legs that can come about, if none could be observed.</summary>
    public static IEnumerable<LegRecord> Untold(Flow flow, Forecast forecast, LegVerdict verdict, string reason) =>
        from leg in forecast.Legs
        select new LegRecord(flow, leg.Leg, leg.Trail, null) { Verdict = verdict, Reason = reason, Ways = leg.Ways };
}
