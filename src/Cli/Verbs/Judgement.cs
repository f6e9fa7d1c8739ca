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

    /// <summary>0 if every leg agreed, 4 if all others are not predicted, else 1.</summary>
    public int ExitCode => Agreed ? Cli.ExitCode.Done
        : Legs.All(leg => leg.Verdict is LegVerdict.Agreed or LegVerdict.NotPredicted) ? Cli.ExitCode.NotPredicted
        : Cli.ExitCode.No;

    /// <summary>Prediction and observation side by side.</summary>
    public string Text => string.Concat(Legs.Select(TextOf));

    public static Judgement Of(Flow flow, int packets, Seen seen)
    {
        var legs = Compare(flow, packets, seen);
        return new(legs, PlainText.Of(End(seen.Finding, legs)));
    }

    private static ImmutableArray<LegRecord> Compare(Flow flow, int packets, Seen seen)
    {
        var forecast = Prediction.Forecast(seen.Profile, flow, packets);
        if (seen.Finding is Finding.Observed(var observed))
            return RuleJudgement.Of(
                seen.Profile,
                flow,
                FlowJudgement.Of(
                    flow,
                    forecast,
                    ObservedRecords.Of(flow, observed),
                    seen.Log is not null,
                    Unproven.In(seen.Profile, observed)),
                seen.RulesOf,
                seen.Shows);
        var (verdict, reason) = seen.Finding switch
        {
            Finding.Inconclusive(var gap) => (LegVerdict.Inconclusive, gap),
            Finding.Contradictory(var difference, _, _) => (LegVerdict.ObserversDisagree, difference),
            _ => throw new InvalidOperationException($"Unknown finding {seen.Finding}."),
        };
        return [.. LegJudgement.Untold(flow, forecast, verdict, reason)];
    }

    private static string TextOf(LegRecord leg) =>
        $"\n{leg.Flow}, {leg.Leg}: {PlainText.Of(Said(leg))}\n"
        + (leg.Predicted is { } predicted && leg.Observed is { } observed
            ? SideBySide.Text(predicted, observed)
            : TrailText.Of((leg.Observed ?? leg.Predicted)!))
        + RuleLines.Of(leg.Rules);

    private static string Said(LegRecord leg) => leg switch
    {
        { Verdict: not LegVerdict.Agreed } => leg.Reason!,
        { Ways.IsEmpty: true } => "as predicted.",
        _ => $"as predicted, one of {leg.Ways.Length} ways: {Ways.InWords(leg.Ways)}.",
    };

    private static string End(Finding finding, ImmutableArray<LegRecord> legs) => finding switch
    {
        Finding.Inconclusive(var reason) =>
            $"Inconclusive: the observation proves neither agreement nor divergence, and the trails above are predictions only. {reason}",
        Finding.Contradictory(var reason, _, _) =>
            $"The observers contradict each other, which proves nothing about the model; the trails above are predictions only: {reason}",
        _ => (
            Count(legs, LegVerdict.Disagreed),
            Count(legs, LegVerdict.Inconclusive),
            Count(legs, LegVerdict.NotPredicted)) switch
        {
            (0, 0, 0) => legs.Length == 1 ? "1 leg, as predicted." : $"{legs.Length} legs, all as predicted.",
            (0, 0, var open) =>
                $"{open} of {legs.Length} legs not predicted: the model does not know how they end, so this is neither agreement nor divergence.",
            (0, var open, _) =>
                $"Inconclusive: of {open} of {legs.Length} legs the records do not prove all that was predicted; nothing that they prove differs from it.",
            (var parted, _, _) =>
                $"{parted} of {legs.Length} legs diverged from the prediction; ./specs explain finds what would explain them.",
        },
    };

    private static int Count(ImmutableArray<LegRecord> legs, LegVerdict verdict) =>
        legs.Count(leg => leg.Verdict == verdict);
}
