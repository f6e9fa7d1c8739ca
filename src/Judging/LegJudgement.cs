using Hooktrail.Records;

namespace Hooktrail.Judging;

/// <summary>Compares the prediction of one leg with its observation, and describes where they part.</summary>
public static class LegJudgement
{
    public static LegRecord Of(Flow flow, Leg leg, Trail? predicted, Trail? observed, ImmutableArray<Evidence> evidence)
    {
        var reason = (predicted, observed) switch
        {
            (null, _) => $"The {leg} was observed but not predicted.",
            (_, null) => $"The {leg} was predicted but not observed.",
            var (said, seen) => Disagreement.Between(null, said, seen)?.Sentence,
        };
        return new(flow, leg, predicted, observed)
        {
            Verdict = reason is null ? LegVerdict.Agreed : LegVerdict.Disagreed,
            Reason = reason,
            Evidence = evidence,
        };
    }

    /// <summary>A leg that could not be observed.</summary>
    public static LegRecord Untold(Flow flow, Leg leg, Trail predicted, LegVerdict verdict, string reason) =>
        new(flow, leg, predicted, null) { Verdict = verdict, Reason = reason };
}
