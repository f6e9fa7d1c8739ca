using Hooktrail.Trails.Accounts;

namespace Hooktrail.Observation.Nflog;

/// <summary>The rules that a packet met, from the kernel's trace, in the words of a user's tools.</summary>
/// <param name="rules">The rules of the host.</param>
/// <param name="handles">Their handles.</param>
/// <param name="tellsLegacy">Whether the kernel tells of legacy tables, too.</param>
public sealed class TracedRules(RuleSet rules, RuleHandles handles, bool tellsLegacy = false)
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
    /// Whether the kernel tells of the chain of a rule. It writes the trace of legacy tables to its log, which only a
    /// private namespace can lead elsewhere.
    /// </summary>
    public bool Shows(RuleStep step) => Shows(new ChainId(step.Layer, step.Table, step.Chain));

    /// <summary>The same of a hook's own chain.</summary>
    public bool Shows(HookPoint point) => Shows(new ChainId(point.Layer, point.Table, point.Chain));

    /// <summary>Whether it is a chain of type nat.</summary>
    public bool IsNat(HookPoint point) => point.Layer == Layer.Nftables
        ? rules.Find(new(point.Layer, point.Table, point.Chain))?.Base?.Type == "nat"
        : point is { Layer: Layer.Iptables or Layer.Ip6tables, Table: "nat" };

    private bool Shows(ChainId chain) =>
        handles.Has(chain) || (tellsLegacy && chain.Layer is Layer.Iptables or Layer.Ip6tables);

    private RuleStep? Of(int hop, Layer layer, TraceStep step)
    {
        var id = new ChainId(
            layer,
            layer == Layer.Nftables ? $"{step.Family.ToString().ToLowerInvariant()} {step.Table}" : step.Table,
            step.Chain);
        var chain = rules.Find(id);
        if (step.Number is { } number)
            return Legacy(hop, id, number, chain);
        if (step.Handle is not { } handle)
            return PolicyOf(hop, id);
        if (handles.PlaceOf(id, handle) is not { } place)
            return new(hop, layer, id.Table, id.Name, null, $"a rule with the handle {handle}", step.Verdict);
        ImmutableArray<Rule> here = [.. (chain?.Rules ?? []).Where((rule, index) => NumberOf(rule, index) == place)];
        // A LOG rule of a run's is none of the host's.
        if (here.IsEmpty && step.Verdict == RuleVerdict.Continue)
            return null;
        // ebtables-nft keeps the policy of a user's chain as a last rule, which it does not print (iptables,
        // nft-bridge.c, ebt_add_policy_rule).
        if (here.IsEmpty && layer == Layer.Ebtables)
            return chain?.Policy == Policy.Drop ? PolicyOf(hop, id) : null;
        return !here.IsEmpty && here.All(rule => rule.Target is ContinueTarget)
            ? null
            : new(hop, layer, id.Table, id.Name, place, here.IsEmpty ? "" : here[0].Text, step.Verdict);
    }

    // Legacy tables do not tell the verdict. Behind a chain's last rule is its end.
    private static RuleStep? Legacy(int hop, ChainId id, int number, RuleChain? chain)
    {
        ImmutableArray<Rule> here =
            [.. (chain?.Rules ?? []).Where((rule, index) => NumberOf(rule, index) == number)];
        if (here.IsEmpty)
            return chain?.Policy == Policy.Drop ? PolicyOf(hop, id) : null;
        return here.All(rule => rule.Target is ContinueTarget)
            ? null
            : new(hop, id.Layer, id.Table, id.Name, number, here[0].Text, RuleVerdict.Unknown);
    }

    private static RuleStep PolicyOf(int hop, ChainId chain) =>
        new(hop, chain.Layer, chain.Table, chain.Name, null, $"policy of {chain.Name}", RuleVerdict.Drop);

    private static int NumberOf(Rule rule, int index) => rule.Number > 0 ? rule.Number : index + 1;
}
