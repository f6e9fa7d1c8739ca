using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Netfilter;

/// <summary>
/// Takes one packet through the rules of a chain and of the chains that it calls. At a match that the model cannot
/// decide the way branches: one branch on which it holds, one on which it does not. Branches that nothing can tell
/// apart any more are one again, so the work grows with the number of rules, not with its power.
/// </summary>
internal ref struct RuleWalk(HookPoint point, TableRules table, Packet packet, HookState state)
{
    // The limit of the kernel's iptables; that of nft is 16. Both refuse a chain that calls itself.
    private const int Deepest = 64;

    // As many as an exchange may have courses: more would not help to decide.
    private const int Most = Walk.Most;

    private Few<Ending> _endings;

    /// <summary>The ways through the chain; one where the model can decide all that matters.</summary>
    public Few<Ending> Through(IndexedChain chain)
    {
        Few<Branch> here = default;
        here.Add(new(packet.Marks, []));
        // What comes back from a hook's own chain, by RETURN or after a goto, meets its policy.
        var back = Follow(chain, here, depth: 0);
        for (var at = 0; at < back.Count; at++)
            EndByPolicy(chain.Policy ?? Decision.Accept, chain.Chain, back[at]);
        return _endings;
    }

    /// <summary>The branches that come back to the calling chain; those that were decided are endings.</summary>
    private Few<Branch> Follow(IndexedChain indexed, Few<Branch> here, int depth)
    {
        var chain = indexed.Chain;
        if (depth == Deepest)
            throw new HooktrailException(
                $"The chains of {point.Layer.Name()} {point.Table} call each other in a circle at {chain.Id.Name}; no tool would install that, so mend the rules of the host profile.");

        Few<Branch> back = default;
        var mayMatch = indexed.For(packet, in state);
        for (var index = mayMatch.From(0); index >= 0 && here.Count > 0; index = mayMatch.From(index + 1))
        {
            var rule = chain.Rules[index];
            if (rule.Target is ContinueTarget)
            {
                Note(chain, index, ref here);
                continue;
            }

            var taking = Taking(chain, index, ref here);
            if (taking.Count == 0)
                continue;
            switch (rule.Target)
            {
                case ReturnTarget:
                    back.Add(in taking);
                    break;
                case JumpTarget jump when table.Find(jump.Chain) is { } called:
                    // After a goto, the chain does not come back to this one but to its caller.
                    if (jump.Goto)
                        back.Add(Follow(called, taking, depth + 1));
                    else
                        here.Add(Follow(called, taking, depth + 1));
                    break;
                case JumpTarget jump:
                    for (var at = 0; at < taking.Count; at++)
                        End(new(new UnknownTarget(jump.Chain) { IsMissingChain = true }, rule.Text), taking[at]);
                    break;
                default:
                    for (var at = 0; at < taking.Count; at++)
                        Apply(rule, taking[at], ref here);
                    break;
            }

            Unite(ref here);
            if (here.Count + back.Count > Most)
            {
                here.Add(in back);
                GiveUp(rule, in here);
                return default;
            }
        }

        if (indexed.Policy is not { } policy)
            back.Add(in here);
        else
            for (var at = 0; at < here.Count; at++)
                EndByPolicy(policy, chain, here[at]);
        Unite(ref back);
        return back;
    }

    /// <summary>
    /// Moves the branches on which the rule matches out of <paramref name="here"/>. Where the model cannot decide, the
    /// branch is in both.
    /// </summary>
    private readonly Few<Branch> Taking(RuleChain chain, int index, ref Few<Branch> here)
    {
        var rule = chain.Rules[index];
        Few<Branch> taking = default;
        for (var at = 0; at < here.Count; at++)
        {
            var branch = here[at];
            packet.Marks = branch.Marks;
            switch (Matching.Of(rule, packet, in state))
            {
                case Truth.Yes:
                    taking.Add(Taken(branch, chain, index));
                    here.RemoveAt(at--);
                    break;
                case Truth.Unknown:
                    var match = Matching.UnknownOf(rule, packet, in state);
                    taking.Add(Taken(branch, chain, index).Suppose(point, rule, match, holds: true));
                    here[at] = Passed(branch, chain, index).Suppose(point, rule, match, holds: false);
                    break;
                default:
                    here[at] = Passed(branch, chain, index);
                    break;
            }
        }

        return taking;
    }

    /// <summary>Notes a rule that only logs or counts, if such are noted.</summary>
    private readonly void Note(RuleChain chain, int index, ref Few<Branch> here)
    {
        if (packet.Journal is not { NotesEveryRule: true })
            return;
        for (var at = 0; at < here.Count; at++)
        {
            var branch = here[at];
            packet.Marks = branch.Marks;
            here[at] = Matching.Of(chain.Rules[index], packet, in state) switch
            {
                Truth.Yes => Taken(branch, chain, index),
                Truth.No => Passed(branch, chain, index),
                _ => With(branch, chain, index, RuleVerdict.Unknown),
            };
        }
    }

    private readonly Branch Taken(Branch branch, RuleChain chain, int index) =>
        packet.Journal is null
            ? branch
            : With(branch, chain, index, Verdicts.Of(chain.Id, chain.Rules[index].Target));

    private readonly Branch Passed(Branch branch, RuleChain chain, int index) =>
        packet.Journal is { NotesEveryRule: true } ? With(branch, chain, index, RuleVerdict.NoMatch) : branch;

    private readonly Branch With(Branch branch, RuleChain chain, int index, RuleVerdict verdict)
    {
        var rule = chain.Rules[index];
        return With(branch, chain, rule.Number > 0 ? rule.Number : index + 1, rule.Text, rule.Handle, verdict);
    }

    private readonly Branch By(Decision policy, Branch branch, RuleChain chain) =>
        With(branch, chain, null, policy.Rule, null, Verdicts.Of(chain.Id, policy.Target));

    private readonly Branch With(
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

    private void Apply(Rule rule, Branch branch, ref Few<Branch> here)
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
        for (var at = 0; at < _endings.Count; at++)
            if (_endings[at].IsLike(ending))
            {
                _endings[at] = _endings[at] with { Branch = United(_endings[at].Branch, branch) };
                return;
            }

        _endings.Add(ending);
    }

    private void GiveUp(Rule rule, in Few<Branch> branches)
    {
        var unknown = new UnknownTarget(
            $"the outcome of more than {Most} combinations of undecided matches, the last being that");
        for (var at = 0; at < branches.Count; at++)
            End(new(unknown, rule.Text), branches[at]);
    }

    private static void Unite(ref Few<Branch> branches)
    {
        for (var at = branches.Count - 1; at > 0; at--)
        {
            var like = 0;
            while (branches[like].Marks != branches[at].Marks)
                like++;
            if (like == at)
                continue;
            branches[like] = United(branches[like], branches[at]);
            branches.RemoveAt(at);
        }
    }

    private static Branch United(Branch one, Branch other) =>
        one with { Supposing = Ways.Common(one.Supposing, other.Supposing) };
}
