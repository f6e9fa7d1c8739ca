using Hooktrail.Judging;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Observation;
using Hooktrail.Records;
using Hooktrail.Twins;

namespace Hooktrail.Tests.Twins;

/// <summary>A flow sent through a twin, each leg held against the model.</summary>
internal static class Judged
{
    // Where no answer is due, a short wait is enough: the hooks still show every packet that comes.
    private static readonly TimeSpan Hopeless = TimeSpan.FromMilliseconds(20);

    public static async Task<ImmutableArray<LegRecord>> LegsAsync(
        Twin twin, HostProfile host, Flow flow, Forecast forecast, CancellationToken cancellation)
    {
        var finding = await twin.SendAsync(
            flow, forecast.Legs.AreAnswered(flow) ? Sending.Ample : Hopeless, cancellation);
        return finding switch
        {
            Finding.Observed(var seen) => Told(flow, FlowJudgement.Of(
                flow, forecast, ObservedRecords.Of(flow, seen), isLogged: false, Unproven.In(host, seen))),
            Finding.Inconclusive(var reason) =>
                [.. LegJudgement.Untold(flow, forecast, LegVerdict.Inconclusive, reason)],
            var other => throw new InvalidOperationException($"Unknown finding {other}."),
        };
    }

    /// <summary>The legs that part from their prediction, each with all of its flow.</summary>
    public static IEnumerable<string> Differences(Flow flow, ImmutableArray<LegRecord> legs) =>
        legs.Where(leg => leg.Verdict == LegVerdict.Disagreed).Select(leg =>
            $"{flow}{(flow.By is { } by ? $" by {by}" : "")}, {leg.Leg}: {leg.Reason}\n"
            + string.Concat(legs.Select(
                one => $"  {one.Leg}\n    predicted {Shown(one.Predicted)}\n    observed  {Shown(one.Observed)}\n")));

    private static string Shown(Trail? trail) => trail is null
        ? "nothing"
        : string.Join(", ", trail.Hops.Select(
            hop => $"{hop.Point} {hop.In}→{hop.Out} {hop.Source}→{hop.Destination}").Append(trail.Outcome.ToString()));

    private static ImmutableArray<LegRecord> Told(Flow flow, ImmutableArray<LegRecord> judged) =>
        [
            .. judged.Select(leg => Untellable.Of(flow, judged, leg) is { } why
                ? leg with { Verdict = LegVerdict.Skipped, Reason = why }
                : leg),
        ];
}
