using Hooktrail.Model;
using Hooktrail.Records;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Judging;

/// <summary>
/// Compares the rules of legs whose hops agree. The first rule that differs is a divergence, like a hop that differs.
/// </summary>
public static class RuleJudgement
{
    /// <param name="profile">The host.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="legs">The legs with their verdicts by their hops.</param>
    /// <param name="met">The rules that the packet of a leg met; null if that is not known.</param>
    /// <param name="isShown">Whether the observer tells of the chain of a rule.</param>
    /// <returns>The legs with the rules that were observed.</returns>
    public static ImmutableArray<LegRecord> Of(
        HostProfile profile, Flow flow, ImmutableArray<LegRecord> legs, Func<Leg, ImmutableArray<RuleStep>?> met,
        Func<RuleStep, bool> isShown) =>
        [
            .. legs.Select(leg => met(leg.Leg) is { } rules
                ? Of(profile, leg with { Rules = rules }, isShown)
                : leg),
        ];

    private static LegRecord Of(HostProfile profile, LegRecord leg, Func<RuleStep, bool> isShown) =>
        leg is { Verdict: LegVerdict.Agreed, Predicted: { } said, Observed: not null }
            && Between(profile, leg.Flow, leg.Leg, said, leg.Rules, isShown) is { } parting
            ? leg with { Verdict = LegVerdict.Disagreed, Reason = parting.Sentence }
            : leg;

    /// <summary>The first rule at which prediction and observation of a leg part; null for none.</summary>
    /// <param name="profile">The host.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="leg">The leg.</param>
    /// <param name="said">The predicted trail.</param>
    /// <param name="met">The rules that the packet met.</param>
    /// <param name="isShown">Whether the observer tells of the chain of a rule.</param>
    public static RuleDifference? Between(
        HostProfile profile, Flow flow, Leg leg, Trail said, ImmutableArray<RuleStep> met,
        Func<RuleStep, bool> isShown)
    {
        var predicted = Comparable(flow, [.. Prediction.Rules(profile, flow, leg, said).Where(isShown)]);
        var observed = Comparable(flow, met);
        while (RuleDifference.Between(leg, predicted, observed) is { } parting)
        {
            if (((RuleStep?[])[parting.Predicted, parting.Observed])
                .FirstOrDefault(step => step is not null && IsUndecided(profile, flow, leg, step)) is not { } undecided)
                return parting;
            (predicted, observed) = (
                Before(parting.Predicted, undecided.Hop, predicted), Before(parting.Observed, undecided.Hop, observed));
        }

        return null;
    }

    // Only LOG shows ARP at arptables' chain FORWARD (Sight.Shown), so without it the hops behind have other numbers.
    private static ImmutableArray<RuleStep> Comparable(Flow flow, ImmutableArray<RuleStep> rules) =>
        flow.Protocol == Protocol.Arp ? [.. rules.Select(rule => rule with { Hop = 0 })] : rules;

    // If the model cannot decide whether a rule matches, the rest of that hop agrees either way.
    private static ImmutableArray<RuleStep> Before(RuleStep? parting, int hop, ImmutableArray<RuleStep> rules)
    {
        if (parting?.Hop != hop)
            return rules;
        var at = rules.LastIndexOf(parting);
        return [.. rules.Where((rule, index) => index < at || rule.Hop != hop)];
    }

    // The model tells where it cannot decide only if it matters. It would, if the rule dropped the packet.
    private static bool IsUndecided(HostProfile profile, Flow flow, Leg leg, RuleStep step)
    {
        var id = new ChainId(step.Layer, step.Table, step.Chain);
        if (step.Number is not { } number || profile.Rules.Find(id) is not { } chain)
            return false;
        var dropping = chain with
        {
            Rules =
            [
                .. chain.Rules.Select((rule, index) => (rule.Number > 0 ? rule.Number : index + 1) == number
                    ? rule with { Target = new DropTarget() }
                    : rule),
            ],
        };
        var host = profile with
        {
            Rules = new([.. profile.Rules.Chains.Select(one => one.Id == id ? dropping : one)])
            {
                Sets = profile.Rules.Sets,
            },
        };
        try
        {
            return Prediction.Legs(host, flow, flow.Protocol == Protocol.Tcp ? 1 : leg.Packet)
                .SelectMany(one => one.Ways)
                .SelectMany(way => way.Supposing)
                .Any(one => one.Question.Contains(step.Text, StringComparison.Ordinal));
        }
        catch (HooktrailException)
        {
            return false;
        }
    }
}
