using Hooktrail.Judging;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Observation;
using Hooktrail.Records;
using Hooktrail.Report;
using Hooktrail.Text;

namespace Hooktrail.Cli.Verbs;

/// <summary>The observation of a flow, compared with its prediction.</summary>
internal sealed record Judgement(ImmutableArray<LegRecord> Legs, string Ending)
{
    public bool Agreed => Legs.All(leg => leg.Verdict == LegVerdict.Agreed);

    /// <summary>Prediction and observation side by side.</summary>
    public string Text => string.Concat(Legs.Select(TextOf));

    public static Judgement Of(Flow flow, int packets, Seen seen)
    {
        var legs = Compare(flow, packets, seen);
        return new(legs, PlainText.Of(End(seen.Finding, legs)));
    }

    private static ImmutableArray<LegRecord> Compare(Flow flow, int packets, Seen seen)
    {
        var predicted = Prediction.Legs(seen.Profile, flow, packets);
        if (seen.Finding is not Finding.Observed(var observed))
        {
            var (verdict, reason) = seen.Finding switch
            {
                Finding.Inconclusive(var gap) => (LegVerdict.Inconclusive, gap),
                Finding.Contradictory(var difference, _, _) => (LegVerdict.ObserversDisagree, difference),
                _ => throw new InvalidOperationException($"Unknown finding {seen.Finding}."),
            };
            return [.. predicted.Select(leg => LegJudgement.Untold(flow, leg.Leg, leg.Trail, verdict, reason))];
        }

        return
        [
            .. from leg in observed
               let trail = predicted.FirstOrDefault(one => one.Leg == leg.Leg)?.Trail
               select Compare(flow, seen.Profile, leg, trail),
            .. from leg in predicted
               where observed.All(one => one.Leg != leg.Leg)
               select LegJudgement.Of(flow, leg.Leg, leg.Trail, null, []),
        ];
    }

    private static LegRecord Compare(Flow flow, HostProfile profile, ObservedLeg seen, Trail? predicted)
    {
        var unproven = Unproven.Of(profile, predicted, seen);
        var judged = LegJudgement.Of(flow, seen.Leg, predicted, unproven.Leg.Trail, unproven.Leg.Evidence);
        return judged.Verdict == LegVerdict.Agreed && unproven.Reason is { } reason
            ? judged with { Verdict = LegVerdict.Inconclusive, Reason = reason }
            : judged;
    }

    private static string TextOf(LegRecord leg) =>
        $"\n{leg.Flow}, {leg.Leg}: {PlainText.Of(leg.Verdict == LegVerdict.Agreed ? "as predicted." : leg.Reason!)}\n"
        + (leg.Predicted is { } predicted && leg.Observed is { } observed
            ? SideBySide.Text(predicted, observed)
            : TrailText.Of((leg.Observed ?? leg.Predicted)!));

    private static string End(Finding finding, ImmutableArray<LegRecord> legs) => finding switch
    {
        Finding.Inconclusive(var reason) => $"Inconclusive: the observation proves neither agreement nor divergence, and the trails above are predictions only. {reason}",
        Finding.Contradictory(var reason, _, _) =>
            $"The observers contradict each other, which proves nothing about the model; the trails above are predictions only: {reason}",
        _ => legs.Count(leg => leg.Verdict == LegVerdict.Disagreed) switch
        {
            0 when legs.Count(leg => leg.Verdict == LegVerdict.Inconclusive) is > 0 and var open =>
                $"Inconclusive: of {open} of {legs.Length} legs the records do not prove all that was predicted; nothing that they prove differs from it.",
            0 => legs.Length == 1 ? "1 leg, as predicted." : $"{legs.Length} legs, all as predicted.",
            var parted => $"{parted} of {legs.Length} legs diverged from the prediction; ./specs explain finds what would explain them.",
        },
    };
}
