using Hooktrail.Trails.Accounts;

namespace Hooktrail.Observation.Nflog;

/// <summary>The rules that a packet met, from the kernel's trace, in the words of a user's tools.</summary>
/// <param name="rules">The rules of the host.</param>
/// <param name="handles">Their handles.</param>
public sealed class TracedRules(RuleSet rules, RuleHandles handles)
{
    /// <summary>
    /// The rules that matched, and the policies that dropped, in order. A rule that only counts or logs decides
    /// nothing, and is left out.
    /// </summary>
    public ImmutableArray<RuleStep> Of(ObservedLeg leg) =>
    [
        .. from one in leg.Steps
           let step = Of(one.Hop, leg.Trail.Hops[one.Hop - 1].Point.Layer, one.Step)
           where step is not null
           select step,
    ];

    /// <summary>
    /// Whether the kernel traces the chain of a rule. It writes the trace of legacy tables to its log, which is not
    /// read.
    /// </summary>
    public bool Shows(RuleStep step) => handles.Has(new(step.Layer, step.Table, step.Chain));

    private RuleStep? Of(int hop, Layer layer, TraceStep step)
    {
        var id = new ChainId(
            layer,
            layer == Layer.Nftables ? $"{step.Family.ToString().ToLowerInvariant()} {step.Table}" : step.Table,
            step.Chain);
        var chain = rules.Find(id);
        if (step.Handle is not { } handle)
            return PolicyOf(hop, id);
        if (handles.PlaceOf(id, handle) is not { } place)
            return new(hop, layer, id.Table, id.Name, null, $"a rule with the handle {handle}", step.Verdict);
        ImmutableArray<Rule> here = [.. (chain?.Rules ?? []).Where((rule, index) => NumberOf(rule, index) == place)];
        // ebtables-nft keeps the policy of a user's chain as a last rule, which it does not print (iptables,
        // nft-bridge.c, ebt_add_policy_rule).
        if (here.IsEmpty && layer == Layer.Ebtables)
            return chain?.Policy == Policy.Drop ? PolicyOf(hop, id) : null;
        return !here.IsEmpty && here.All(rule => rule.Target is ContinueTarget)
            ? null
            : new(hop, layer, id.Table, id.Name, place, here.IsEmpty ? "" : here[0].Text, step.Verdict);
    }

    private static RuleStep PolicyOf(int hop, ChainId chain) =>
        new(hop, chain.Layer, chain.Table, chain.Name, null, $"policy of {chain.Name}", RuleVerdict.Drop);

    private static int NumberOf(Rule rule, int index) => rule.Number > 0 ? rule.Number : index + 1;
}
