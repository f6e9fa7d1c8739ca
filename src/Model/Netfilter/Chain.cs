using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Netfilter;

/// <summary>A chain at a hook. Its first rule is the tap: the hop is noted before any rule acts.</summary>
internal sealed class Chain(HookPoint point, RuleSet rules)
{
    private readonly RuleChain? _own = rules.Find(new(point.Layer, point.Table, point.Chain));

    private readonly ImmutableDictionary<string, RuleChain> _others = rules.Chains
        .Where(chain => chain.Id.Layer == point.Layer && chain.Id.Table == point.Table)
        .ToImmutableDictionary(chain => chain.Id.Name);

    public HookPoint Point => point;

    /// <summary>
    /// Notes the hop and gives the decision: of the first rule that decides, or of the chain's policy. Where it depends
    /// on a match that the model cannot decide, it is that of the course which is walked.
    /// </summary>
    public Decision Traverse(Packet packet, in HookState state)
    {
        packet.Cross(point, state.Family, in state);
        if (_own is null)
            return Decision.Accept;
        var endings = new RuleWalk(point, _others, packet, state).Through(_own);
        var (decision, branch) = endings[endings.Count == 1
            ? 0
            : packet.Connections.Choices.Choose([.. endings.Select(one => one.Branch.Supposing)], packet, point)];
        packet.Marks = branch.Marks;
        packet.Journal?.Note(branch.Steps);
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
            case UnknownTarget { IsMissingChain: true } missing:
                packet.End(Outcome.Unknown(point, $"\"{decision.Rule}\" jumps to {missing.Name}, {WhyMissing}"));
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

    // Extensions of iptables may add targets, and nft has none.
    private string WhyMissing => point.Layer == Layer.Nftables
        ? $"which is no chain of the table {point.Table}"
        : $"which is neither a chain of the table {point.Table} nor a target that the model knows";
}

internal sealed record Decision(Target Target, string Rule)
{
    public static readonly Decision Accept = new(new AcceptTarget(), "");

    public bool Ends => Target is DropTarget or RejectTarget or UnknownTarget;
}
