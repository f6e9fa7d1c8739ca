using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Netfilter;

/// <summary>
/// Takes one packet through the rules of a chain and of the chains that it calls. At a match that the model cannot
/// decide the way branches: one branch on which it holds, one on which it does not. Branches that nothing can tell
/// apart any more are one again, so the work grows with the number of rules, not with its power.
/// </summary>
internal sealed class RuleWalk(
    HookPoint point, ImmutableDictionary<string, RuleChain> chains, Packet packet, HookState state)
{
    // The limit of the kernel's iptables; that of nft is 16. Both refuse a chain that calls itself.
    private const int Deepest = 64;

    // As many as an exchange may have courses: more would not help to decide.
    private const int Most = Walk.Most;

    private static readonly List<Branch> None = [];

    private readonly List<Ending> _endings = new(1);

    /// <summary>The ways through the chain; one where the model can decide all that matters.</summary>
    public IReadOnlyList<Ending> Through(RuleChain chain)
    {
        // What comes back from a hook's own chain, by RETURN or after a goto, meets its policy.
        foreach (var branch in Follow(chain, [new(packet.Marks, [])], depth: 0))
            EndByPolicy(PolicyOf(chain) ?? Decision.Accept, chain, branch);
        return _endings;
    }

    /// <summary>The branches that come back to the calling chain; those that were decided are endings.</summary>
    private List<Branch> Follow(RuleChain chain, List<Branch> here, int depth)
    {
        if (depth == Deepest)
            throw new HooktrailException(
                $"The chains of {point.Layer.Name()} {point.Table} call each other in a circle at {chain.Id.Name}; no tool would install that, so mend the rules of the host profile.");

        List<Branch> back = [];
        foreach (var (index, rule) in chain.Rules.Index())
        {
            if (here.Count == 0)
                break;
            if (rule.Target is ContinueTarget)
            {
                Note(chain, index, here);
                continue;
            }

            if (Taking(chain, index, here) is not { Count: > 0 } taking)
                continue;
            switch (rule.Target)
            {
                case ReturnTarget:
                    back.AddRange(taking);
                    break;
                case JumpTarget jump when chains.TryGetValue(jump.Chain, out var called):
                    // After a goto, the chain does not come back to this one but to its caller.
                    (jump.Goto ? back : here).AddRange(Follow(called, taking, depth + 1));
                    break;
                case JumpTarget jump:
                    foreach (var branch in taking)
                        End(new(new UnknownTarget(jump.Chain) { IsMissingChain = true }, rule.Text), branch);
                    break;
                default:
                    foreach (var branch in taking)
                        Apply(rule, branch, here);
                    break;
            }

            Unite(here);
            if (here.Count + back.Count > Most)
                return GiveUp(rule, [.. here, .. back]);
        }

        if (PolicyOf(chain) is { } policy)
            foreach (var branch in here)
                EndByPolicy(policy, chain, branch);
        else
            back.AddRange(here);
        Unite(back);
        return back;
    }

    /// <summary>
    /// Moves the branches on which the rule matches out of <paramref name="here"/>. Where the model cannot decide, the
    /// branch is in both.
    /// </summary>
    private List<Branch> Taking(RuleChain chain, int index, List<Branch> here)
    {
        var rule = chain.Rules[index];
        List<Branch>? taking = null;
        for (var at = 0; at < here.Count; at++)
        {
            var branch = here[at];
            packet.Marks = branch.Marks;
            switch (Matching.Of(rule, packet, in state))
            {
                case Truth.Yes:
                    (taking ??= []).Add(Taken(branch, chain, index));
                    here.RemoveAt(at--);
                    break;
                case Truth.Unknown:
                    var match = Matching.UnknownOf(rule, packet, in state);
                    (taking ??= []).Add(Taken(branch, chain, index).Suppose(point, rule, match, holds: true));
                    here[at] = Passed(branch, chain, index).Suppose(point, rule, match, holds: false);
                    break;
                default:
                    here[at] = Passed(branch, chain, index);
                    break;
            }
        }

        return taking ?? None;
    }

    /// <summary>Notes a rule that only logs or counts, if such are noted.</summary>
    private void Note(RuleChain chain, int index, List<Branch> here)
    {
        if (packet.Journal is not { NotesEveryRule: true })
            return;
        foreach (var (at, branch) in here.Index().ToList())
        {
            packet.Marks = branch.Marks;
            here[at] = Matching.Of(chain.Rules[index], packet, in state) switch
            {
                Truth.Yes => Taken(branch, chain, index),
                Truth.No => Passed(branch, chain, index),
                _ => With(branch, chain, index, RuleVerdict.Unknown),
            };
        }
    }

    private Branch Taken(Branch branch, RuleChain chain, int index) =>
        packet.Journal is null
            ? branch
            : With(branch, chain, index, Verdicts.Of(chain.Id, chain.Rules[index].Target));

    private Branch Passed(Branch branch, RuleChain chain, int index) =>
        packet.Journal is { NotesEveryRule: true } ? With(branch, chain, index, RuleVerdict.NoMatch) : branch;

    private Branch With(Branch branch, RuleChain chain, int index, RuleVerdict verdict)
    {
        var rule = chain.Rules[index];
        return With(branch, chain, rule.Number > 0 ? rule.Number : index + 1, rule.Text, rule.Handle, verdict);
    }

    private Branch By(Decision policy, Branch branch, RuleChain chain) =>
        With(branch, chain, null, policy.Rule, null, Verdicts.Of(chain.Id, policy.Target));

    private Branch With(
        Branch branch, RuleChain chain, int? number, string text, long? handle, RuleVerdict verdict) =>
        packet.Journal is null
            ? branch
            : branch with
            {
                Steps = branch.Steps.Add(new(
                    packet.Passage.Count, chain.Id.Layer, chain.Id.Table, chain.Id.Name, number, text, verdict)
                {
                    Handle = handle,
                }),
            };

    private void Apply(Rule rule, Branch branch, List<Branch> here)
    {
        packet.Marks = branch.Marks;
        if (Effects.Apply(rule.Target, packet))
            here.Add(branch with { Marks = packet.Marks });
        else
            End(new(rule.Target, rule.Text), branch);
    }

    private void EndByPolicy(Decision policy, RuleChain chain, Branch branch) =>
        End(policy, policy.Ends ? By(policy, branch, chain) : branch);

    private void End(Decision decision, Branch branch)
    {
        var ending = new Ending(decision, branch);
        var like = _endings.FindIndex(one => one.IsLike(ending));
        if (like < 0)
            _endings.Add(ending);
        else
            _endings[like] = _endings[like] with { Branch = United(_endings[like].Branch, branch) };
    }

    private List<Branch> GiveUp(Rule rule, List<Branch> branches)
    {
        var unknown = new UnknownTarget(
            $"the outcome of more than {Most} combinations of undecided matches, the last being that");
        foreach (var branch in branches)
            End(new(unknown, rule.Text), branch);
        return [];
    }

    private static void Unite(List<Branch> branches)
    {
        for (var at = branches.Count - 1; at > 0; at--)
            if (branches.FindIndex(one => one.Marks == branches[at].Marks) is var like && like < at)
            {
                branches[like] = United(branches[like], branches[at]);
                branches.RemoveAt(at);
            }
    }

    private static Branch United(Branch one, Branch other) =>
        one with { Supposing = Ways.Common(one.Supposing, other.Supposing) };

    /// <summary>The policy, which built-in chains and users' chains of ebtables have; null for others.</summary>
    private static Decision? PolicyOf(RuleChain chain) => chain.Policy switch
    {
        Policy.Drop => new(new DropTarget(), $"policy of {chain.Id.Name}"),
        Policy.Accept => Decision.Accept,
        _ => null,
    };
}
