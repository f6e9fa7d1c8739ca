using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Netfilter;

/// <summary>A chain at a hook. Its first rule is the tap: the hop is noted before any rule acts.</summary>
internal sealed class Chain(HookPoint point, RuleSet rules)
{
    // The limit of the kernel's iptables; that of nft is 16. Both refuse a chain that calls itself.
    private const int Deepest = 64;

    private readonly RuleChain? _own = rules.Find(new(point.Layer, point.Table, point.Chain));

    private readonly ImmutableDictionary<string, RuleChain> _others = rules.Chains
        .Where(chain => chain.Id.Layer == point.Layer && chain.Id.Table == point.Table)
        .ToImmutableDictionary(chain => chain.Id.Name);

    public HookPoint Point => point;

    /// <summary>
    /// Notes the hop and gives the decision: of the first rule that decides, or of the chain's policy.
    /// </summary>
    public Decision Traverse(Packet packet, in HookState state)
    {
        packet.Cross(point, state.Family, in state);
        if (_own is null)
            return Decision.Accept;
        var decision = Ask(_own, packet, in state, depth: 0) ?? AtEnd(_own) ?? Decision.Accept;
        if (decision.Rule.Length > 0)
            packet.Journal?.Note(Place.Rule, $"{point} decides by {decision.Rule}.", null);
        return decision;
    }

    public NfVerdict Filter(Packet packet, in HookState state)
    {
        var decision = Traverse(packet, in state);
        return decision.Ends ? End(packet, decision, in state) : NfVerdict.Accept;
    }

    public NfVerdict End(Packet packet, Decision decision, in HookState state)
    {
        switch (decision.Target)
        {
            case RejectTarget reject:
                packet.End(Outcome.Rejected(point, decision.Rule));
                Ip.Reject.Send(packet, reject, in state);
                break;
            case UnknownTarget unknown:
                packet.End(Outcome.Unknown(point, $"the model does not know {unknown.Name} of \"{decision.Rule}\""));
                break;
            default:
                packet.End(Outcome.Dropped(point, decision.Rule));
                break;
        }

        return NfVerdict.Drop;
    }

    /// <summary>The policy, which built-in chains and users' chains of ebtables have; null for others.</summary>
    private static Decision? AtEnd(RuleChain chain) => chain.Policy switch
    {
        Policy.Drop => new(new DropTarget(), $"policy of {chain.Id.Name}"),
        Policy.Accept => Decision.Accept,
        _ => null,
    };

    /// <summary>Null at a RETURN and at the end of a chain without a policy.</summary>
    private Decision? Ask(RuleChain chain, Packet packet, in HookState state, int depth)
    {
        if (depth == Deepest)
            throw new HooktrailException(
                $"The chains of {point.Layer.Name()} {point.Table} call each other in a circle at {chain.Id.Name}; no tool would install that, so mend the rules of the host profile.");

        foreach (var rule in chain.Rules)
        {
            switch (Matching.Of(rule, packet, in state))
            {
                case Truth.No:
                    continue;
                case Truth.Unknown when rule.Target is not ContinueTarget:
                    return new(new UnknownTarget(Matching.UnknownOf(rule)), rule.Text);
            }

            switch (rule.Target)
            {
                case ReturnTarget:
                    return null;
                case JumpTarget jump:
                    var called = _others.TryGetValue(jump.Chain, out var other)
                        ? Ask(other, packet, in state, depth + 1)
                        : null;
                    if (called is not null || jump.Goto)
                        return called;
                    break;
                case NotrackTarget:
                    packet.State = packet.Connection is null ? ConntrackState.Untracked : packet.State;
                    break;
                case MarkTarget mark:
                    packet.Mark = (packet.Mark & ~mark.Mask) ^ mark.Value;
                    break;
                case TtlTarget ttl:
                    packet.Ttl = ttl.Ttl;
                    break;
                case ContinueTarget:
                    break;
                default:
                    return new(rule.Target, rule.Text);
            }
        }

        return AtEnd(chain);
    }
}

internal sealed record Decision(Target Target, string Rule)
{
    public static readonly Decision Accept = new(new AcceptTarget(), "");

    public bool Ends => Target is DropTarget or RejectTarget or UnknownTarget;
}
