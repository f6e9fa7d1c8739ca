using Hooktrail.Model;
using Hooktrail.Records;

namespace Hooktrail.Judging;

/// <summary>
/// Compares the observation of a flow with its forecast. Where the forecast leaves several courses open, the legs are
/// judged by the one that the packets took: all legs by the same one, so a request that was delivered by one course
/// does not go together with an answer that is missing by another.
/// </summary>
public static class FlowJudgement
{
    /// <param name="flow">The flow.</param>
    /// <param name="forecast">What the model predicts of it.</param>
    /// <param name="observed">The legs that were observed, with their evidence, and without a prediction.</param>
    /// <param name="isLogged">Whether LOG rules were among the observers: only they show some hooks.</param>
    /// <param name="proven">
    /// Takes a record of a leg that was predicted and observed; gives it as far as its evidence proves it, and what of
    /// the prediction no evidence proves. Null if the evidence proves all.
    /// </param>
    /// <param name="told">
    /// Takes the verdicts on the legs of one exchange; gives them as far as an observation can tell. Null if it tells all.
    /// A course that it cannot tell from the observed one contradicts nothing.
    /// </param>
    /// <returns>The legs of each exchange that were predicted or observed.</returns>
    public static ImmutableArray<LegRecord> Of(
        Flow flow, Forecast forecast, ImmutableArray<LegRecord> observed, bool isLogged = true,
        Func<LegRecord, (LegRecord Leg, string? Unproven)>? proven = null,
        Func<ImmutableArray<LegRecord>, ImmutableArray<LegRecord>>? told = null)
    {
        var isTcp = flow.IsWholeConnection;
        var byExchange = observed.ToLookup(leg => isTcp ? 0 : leg.Leg.Packet - 1);
        var count = byExchange.Select(group => group.Key + 1).Append(forecast.Exchanges.Length).Max();
        List<Followed> followed = [new(State: 0, null, [])];
        for (var exchange = 0; exchange < count; exchange++)
            followed = Best(Next(exchange, [.. byExchange[exchange]]));
        return [.. followed.MinBy(one => one.Cost)!.Legs];

        IEnumerable<Followed> Next(int exchange, ImmutableArray<LegRecord> seen)
        {
            var courses = exchange < forecast.Exchanges.Length ? forecast.Exchanges[exchange] : [];
            foreach (var before in followed)
                if (before.Open is not null || courses.IsEmpty)
                    yield return before.With(
                        null, Told(new CourseJudgement(flow, before.Open, isLogged, proven).Of(null, seen)));
                else
                    foreach (var course in courses.Where(course => course.Before == before.State))
                        yield return before.With(
                            course, Told(new CourseJudgement(flow, null, isLogged, proven).Of(course, seen, courses)));
        }

        ImmutableArray<LegRecord> Told(ImmutableArray<LegRecord> legs) => told?.Invoke(legs) ?? legs;
    }

    /// <summary>
    /// Of all that lead to the same state, the one that contradicts the observation least. If the observation fits a
    /// course that the model knows to its end and another that it does not, it proves neither: the leg is not
    /// predicted.
    /// </summary>
    private static List<Followed> Best(IEnumerable<Followed> all) =>
        [.. all.GroupBy(one => one.State).Select(same => same.MinBy(one => one.Cost)!)];

    /// <summary>The courses of the exchanges so far, and how far they agree.</summary>
    private sealed record Followed(int? State, PredictedLeg? Open, ImmutableArray<LegRecord> Legs)
    {
        public (int Contradicting, int NotPredicted, int Agreeing) Cost =>
            (Count(LegVerdict.Disagreed), -Count(LegVerdict.NotPredicted), -Count(LegVerdict.Agreed));

        private int Count(LegVerdict verdict) => Legs.Count(leg => leg.Verdict == verdict);

        public Followed With(Course? course, IEnumerable<LegRecord> legs) =>
            new(course?.After, Open ?? course?.Open, Legs.AddRange(legs));
    }
}
