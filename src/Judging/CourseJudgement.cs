using Hooktrail.Model;
using Hooktrail.Records;

namespace Hooktrail.Judging;

/// <summary>Compares the observed legs of one exchange with one of its courses.</summary>
/// <param name="flow">The flow.</param>
/// <param name="open">
/// A leg of an earlier exchange after which the model knows no further; null if there is none.
/// </param>
/// <param name="isLogged">Whether LOG rules were among the observers.</param>
/// <param name="proven">What the evidence of a record proves of it; null if all.</param>
internal sealed class CourseJudgement(
    Flow flow, PredictedLeg? open, bool isLogged, Func<LegRecord, (LegRecord Leg, string? Unproven)>? proven)
{
    /// <summary>The predicted legs in their order, then the observed legs that were not predicted.</summary>
    public ImmutableArray<LegRecord> Of(
        Course? course, ImmutableArray<LegRecord> observed, ImmutableArray<Course> courses = default)
    {
        var predicted = course?.Legs ?? [];
        var last = open ?? course?.Open;
        return
        [
            .. predicted.Select(leg => Judge(
                leg, observed.FirstOrDefault(one => one.Leg == leg.Leg), Follows(leg, predicted))
                with
            { Ways = WaysOf(leg.Leg, courses) }),
            .. from leg in observed
               where predicted.All(one => one.Leg != leg.Leg)
               select last is null
                   ? leg with
                   {
                       Verdict = LegVerdict.Disagreed,
                       Reason = $"The {leg.Leg} was observed but not predicted.",
                   }
                   : NotPredicted(leg, last),
        ];
    }

    /// <summary>The open leg that this one follows; null if the model knows all that came before.</summary>
    private PredictedLeg? Follows(PredictedLeg leg, ImmutableArray<PredictedLeg> predicted) =>
        open ?? predicted.TakeWhile(one => one != leg).FirstOrDefault(IsOpen);

    private LegRecord Judge(PredictedLeg leg, LegRecord? seen, PredictedLeg? follows)
    {
        var said = Sight.Shown(leg.Trail, isLogged);
        // A packet that is never sent cannot be seen.
        seen ??= Untellable.IsNeverSent(said) ? new(flow, leg.Leg, null, new([], Outcome.Vanished(null, null))) : null;
        var record = (seen ?? new(flow, leg.Leg, null, null)) with { Predicted = said };
        if (follows is not null)
            return NotPredicted(record, follows);
        // Of an open leg without a hop it is not even known whether it is sent.
        if (IsOpen(leg) && (seen?.Observed is { } begun ? Sight.IsBeginningOf(said, begun) : said.Hops.IsEmpty))
            return record with
            {
                Verdict = LegVerdict.NotPredicted,
                Reason = $"The model cannot predict further: {said.Outcome.Reason}.",
            };
        var (held, unproven) = seen is null || proven is null ? (record, null) : proven(record);
        var judged = LegJudgement.Of(held);
        return judged.Verdict == LegVerdict.Agreed && unproven is not null
            ? judged with { Verdict = LegVerdict.Inconclusive, Reason = unproven }
            : judged;
    }

    private static LegRecord NotPredicted(LegRecord leg, PredictedLeg open) => leg with
    {
        Verdict = LegVerdict.NotPredicted,
        Reason = $"The model cannot predict it, because it cannot predict the {open.Leg}: {open.Trail.Outcome.Reason}.",
    };

    private ImmutableArray<Way> WaysOf(Leg leg, ImmutableArray<Course> courses)
    {
        if (courses.IsDefault || courses.Length < 2)
            return [];
        var ways = Forecast.WaysOf(leg, courses);
        return ways.Length < 2
            ? []
            : [.. ways.Select(way => way.Trail is null ? way : way with { Trail = Sight.Shown(way.Trail, isLogged) })];
    }

    private static bool IsOpen(PredictedLeg leg) => leg.Trail.Outcome.Kind == OutcomeKind.Unknown;
}
