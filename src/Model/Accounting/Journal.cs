using Hooktrail.Model.Netfilter;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Accounting;

/// <summary>Notes why a packet takes its way. It decides nothing: a walk is the same without it.</summary>
internal sealed class Journal(Passage passage, bool notesEveryRule)
{
    private readonly ImmutableArray<Remark>.Builder _remarks = ImmutableArray.CreateBuilder<Remark>();
    private readonly List<RuleStep> _rules = [];
    private readonly List<(Family Family, Hook Hook)> _called = [];
    private readonly Dictionary<HookPoint, Statement> _passedOver = [];

    /// <summary>Whether rules are noted that do not match, or only log or count.</summary>
    public bool NotesEveryRule => notesEveryRule;

    /// <summary>
    /// Each rule once at a hop, where it was asked last with an effect. One rule of a tool may be several of the model;
    /// and two rules may call one chain.
    /// </summary>
    public ImmutableArray<RuleStep> Rules
    {
        get
        {
            var places = new Dictionary<RuleStep, int>(_rules.Count);
            foreach (var (index, step) in _rules.Index())
            {
                var rule = step with { Verdict = RuleVerdict.NoMatch };
                if (!places.TryGetValue(rule, out var before)
                    || EffectOf(step.Verdict) >= EffectOf(_rules[before].Verdict))
                    places[rule] = index;
            }

            return [.. places.Values.Order().Select(index => _rules[index])];
        }
    }

    public ImmutableArray<Remark> Remarks => _remarks.ToImmutable();

    public IReadOnlyCollection<(Family Family, Hook Hook)> Called => _called;

    public void Note(Place place, Statement statement) => Note(place, statement.Says, statement.Source);

    /// <summary>Does not repeat a remark about the same hop: fragments and copies take the same way.</summary>
    public void Note(Place place, string says, string? source)
    {
        var remark = new Remark(passage.Count, place, says, source);
        if (!_remarks.Contains(remark))
            _remarks.Add(remark);
    }

    public void Note(IEnumerable<RuleStep> steps) => _rules.AddRange(steps);

    /// <summary>The rule that was noted last drops the packet, whatever its target says.</summary>
    public void DropByLastRule() => _rules[^1] = _rules[^1] with { Verdict = RuleVerdict.Drop };

    public void Call(in HookState state)
    {
        _called.Add((state.Family, state.Hook));
        if (HookCaller.Of(in state) is { } caller)
            Note(Place.Hook, caller.Says, caller.Source);
    }

    /// <summary>Notes that a hook is called but does not ask this chain.</summary>
    public void PassOver(HookPoint point, Statement why) => _passedOver[point] = why;

    /// <summary>Null where the hook was not called, or the chain was asked.</summary>
    public Statement? WhyPassedOver(HookPoint point) => _passedOver.GetValueOrDefault(point);

    private static int EffectOf(RuleVerdict verdict) => verdict switch
    {
        RuleVerdict.NoMatch => 0,
        RuleVerdict.Continue => 1,
        _ => 2,
    };
}
