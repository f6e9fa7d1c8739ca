namespace Hooktrail.Model.Netfilter;

/// <summary>Whether a chain would do more to a packet than let it pass.</summary>
internal static class ChainActs
{
    // As deep as the tools let chains call each other; deeper is a circle, which the walk refuses.
    private const int Deepest = 64;

    public static RuleChain? Find(HookPoint point, RuleSet rules) =>
        rules.Find(new(point.Layer, point.Table, point.Chain));

    /// <summary>Whether the chain's policy, or a rule in it, may end some packet.</summary>
    public static bool MayRefuse(HookPoint point, RuleSet rules) =>
        Find(point, rules) is { } chain && (AtEnd(chain)
            || chain.Rules.Any(rule => rule.Target is not (AcceptTarget or ReturnTarget or ContinueTarget)));

    public static bool On(HookPoint point, RuleSet rules, Packet packet, in HookState state) =>
        Find(point, rules) is { } chain && (In(chain, rules, packet, in state, 0) ?? AtEnd(chain));

    // Null where the packet comes back to the caller, or may.
    private static bool? In(RuleChain chain, RuleSet rules, Packet packet, in HookState state, int depth)
    {
        if (depth == Deepest)
            return true;
        foreach (var rule in chain.Rules)
        {
            var truth = Matching.Of(rule, packet, in state);
            if (truth == Truth.No)
                continue;
            switch (rule.Target)
            {
                case ContinueTarget:
                    continue;
                case AcceptTarget or ReturnTarget when truth == Truth.Unknown:
                    continue;
                case AcceptTarget:
                    return false;
                case ReturnTarget:
                    return null;
                case JumpTarget jump:
                    var called = rules.Find(chain.Id with { Name = jump.Chain }) is { } other
                        ? In(other, rules, packet, in state, depth + 1)
                        : true;
                    if (called == true || truth == Truth.Yes && (called is not null || jump.Goto))
                        return called;
                    break;
                default:
                    return true;
            }
        }

        return chain.Policy == Policy.None ? null : AtEnd(chain);
    }

    private static bool AtEnd(RuleChain chain) => chain.Policy == Policy.Drop;
}
