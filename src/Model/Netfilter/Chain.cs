using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Netfilter;

/// <summary>A chain at a hook. Its first rule is the tap: the hop is noted before any rule acts.</summary>
internal sealed class Chain
{
    private readonly TableRules _table;
    private readonly IndexedChain? _own;

    public Chain(HookPoint point, RuleSet rules)
    {
        Point = point;
        _table = new(point.Layer, point.Table, rules);
        _own = _table.Find(point.Chain);
    }

    public HookPoint Point { get; }

    /// <summary>
    /// Notes the hop and gives the decision: of the first rule that decides, or of the chain's policy. Where it depends
    /// on a match that the model cannot decide, it is that of the course which is walked.
    /// </summary>
    public Decision Traverse(Packet packet, in HookState state)
    {
        packet.Cross(Point, state.Family, in state);
        if (_own is null)
            return Decision.Accept;
        var endings = new RuleWalk(Point, _table, packet, state).Through(_own);
        var (decision, branch) = endings[endings.Count == 1 ? 0 : Choose(in endings, packet)];
        packet.Marks = branch.Marks;
        packet.Journal?.Note(branch.Steps);
        if (decision.Rule.Length > 0)
            packet.Journal?.Note(Place.Rule, $"{Point} decides by {decision.Rule}.", null);
        return decision;
    }

    private int Choose(in Few<Ending> endings, Packet packet)
    {
        var supposing = new ImmutableArray<Supposition>[endings.Count];
        for (var at = 0; at < supposing.Length; at++)
            supposing[at] = endings[at].Branch.Supposing;
        return packet.Connections.Choices.Choose(supposing, packet, Point);
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
                packet.End(Outcome.Rejected(Point, decision.Rule));
                Ip.Reject.Send(packet, reject, in state);
                break;
            case UnknownTarget { IsMissingChain: true } missing:
                packet.End(Outcome.Unknown(Point, $"\"{decision.Rule}\" jumps to {missing.Name}, {WhyMissing}"));
                break;
            case UnknownTarget unknown:
                packet.End(Outcome.Unknown(Point, $"the model does not know {unknown.Name} of \"{decision.Rule}\""));
                break;
            default:
                packet.End(Outcome.Dropped(Point, decision.Rule));
                break;
        }

        return NfVerdict.Drop;
    }

    // Extensions of iptables may add targets, and nft has none.
    private string WhyMissing => Point.Layer == Layer.Nftables
        ? $"which is no chain of the table {Point.Table}"
        : $"which is neither a chain of the table {Point.Table} nor a target that the model knows";
}

internal sealed record Decision(Target Target, string Rule)
{
    public static readonly Decision Accept = new(new AcceptTarget(), "");

    public bool Ends => Target is DropTarget or RejectTarget or UnknownTarget;
}
