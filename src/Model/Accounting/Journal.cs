using Hooktrail.Model.Netfilter;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Accounting;

/// <summary>Notes why a packet takes its way. It decides nothing: a walk is the same without it.</summary>
internal sealed class Journal(Passage passage)
{
    private readonly ImmutableArray<Remark>.Builder _remarks = ImmutableArray.CreateBuilder<Remark>();
    private readonly List<RuleStep> _rules = [];
    private readonly List<(Family Family, Hook Hook)> _called = [];
    private readonly Dictionary<HookPoint, Statement> _passedOver = [];

    public ImmutableArray<RuleStep> Rules => [.. _rules];

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

    /// <summary>Notes the rules that matched; fragments and copies ask the same ones again.</summary>
    public void Note(IEnumerable<RuleStep> steps) => _rules.AddRange(steps.Except(_rules));

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
}
