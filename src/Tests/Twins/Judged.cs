using Hooktrail.Records;
using Hooktrail.Verification;

namespace Hooktrail.Tests.Twins;

/// <summary>What differs between the model and a twin, or between a twin's observers, for a test's message.</summary>
internal static class Judged
{
    /// <summary>The legs that part from their prediction, each with all of its flow; then rules that do.</summary>
    public static IEnumerable<string> Differences(Flow flow, TwinObservation seen) =>
        seen.Legs.Where(leg => leg.Verdict is LegVerdict.Disagreed or LegVerdict.ObserversDisagree).Select(leg =>
                $"{flow}{(flow.By is { } by ? $" by {by}" : "")}, {leg.Leg}: {leg.Reason}\n"
                + string.Concat(seen.Legs.Select(
                    one => $"  {one.Leg}\n    predicted {Shown(one.Predicted)}\n    observed  {Shown(one.Observed)}\n")))
            .Concat(seen.Rules.Select(rule =>
                $"{flow}{(flow.By is { } by ? $" by {by}" : "")}, {rule}\n"
                + $"  {Shown(seen.Legs.First(leg => leg.Leg == rule.Leg).Observed)}"));

    private static string Shown(Trail? trail) => trail is null
        ? "nothing"
        : string.Join(", ", trail.Hops.Select(
            hop => $"{hop.Point} {hop.In}→{hop.Out} {hop.Source}→{hop.Destination}").Append(trail.Outcome.ToString()));
}
