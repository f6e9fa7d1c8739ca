using Hooktrail.Trails.Accounts;

namespace Hooktrail.Judging;

/// <summary>The first rule at which a prediction and an observation of one leg part.</summary>
/// <param name="Leg">The leg.</param>
/// <param name="Predicted">Null if no further rule is predicted.</param>
/// <param name="Observed">Null if no further rule was observed.</param>
public sealed record RuleDifference(Leg Leg, RuleStep? Predicted, RuleStep? Observed)
{
    /// <summary>Null if the same rules matched at the same hops in the same order.</summary>
    public static RuleDifference? Between(
        Leg leg, ImmutableArray<RuleStep> predicted, ImmutableArray<RuleStep> observed)
    {
        var (here, there) = (Distinct(predicted), Distinct(observed));
        for (var at = 0; at < Math.Max(here.Count, there.Count); at++)
        {
            var (said, seen) = (here.ElementAtOrDefault(at), there.ElementAtOrDefault(at));
            if (said is null || seen is null || Place(said) != Place(seen) || !AreAlike(said.Verdict, seen.Verdict))
                return new(leg, said, seen);
        }

        return null;
    }

    /// <summary>Both sides, without the leg.</summary>
    public string Sentence => Said(Predicted, "is predicted") is var said
        ? $"{char.ToUpperInvariant(said[0])}{said[1..]}; {Said(Observed, "matched")}."
        : "";

    public override string ToString() =>
        $"{Leg}: {Said(Predicted, "is predicted")}; {Said(Observed, "matched")}";

    /// <summary>Whether both are one rule that says the same of the packet; their hops do not count.</summary>
    internal static bool IsSame(RuleStep said, RuleStep seen) =>
        Place(said with { Hop = 0 }) == Place(seen with { Hop = 0 }) && AreAlike(said.Verdict, seen.Verdict);

    private static string Said(RuleStep? step, string what) =>
        step is null ? $"no further rule {what}"
        : step.Hop == 0 ? $"{Of(step)} {what}"
        : $"at hop {step.Hop}, {Of(step)} {what}";

    private static string Of(RuleStep step) =>
        $"{step.Layer.Name()} {step.Table} {step.Chain} {(step.Number is null ? step.Text : $"rule {step.Place}: {step.Text}")} ({step.Verdict.Name()})";

    private static bool AreAlike(RuleVerdict said, RuleVerdict seen) =>
        said is RuleVerdict.Unknown or RuleVerdict.Route || seen == RuleVerdict.Unknown || ToKernel(said) == seen;

    // The kernel's trace knows fewer verdicts.
    private static RuleVerdict ToKernel(RuleVerdict said) => said switch
    {
        RuleVerdict.Reject => RuleVerdict.Drop,
        RuleVerdict.Translate => RuleVerdict.Accept,
        RuleVerdict.Change => RuleVerdict.Continue,
        var other => other,
    };

    // One rule of a tool may be several of the model's, such as the elements of a verdict map. A chain that two rules
    // call is asked twice, and the model tells of the last time.
    internal static List<RuleStep> Distinct(ImmutableArray<RuleStep> steps) =>
        [.. steps.Reverse().DistinctBy(Place).Reverse()];

    private static (int, Layer, string, string, int?) Place(RuleStep step) =>
        (step.Hop, step.Layer, step.Table, step.Chain, step.Number);
}
