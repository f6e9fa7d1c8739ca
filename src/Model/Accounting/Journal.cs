using System.Collections.Immutable;
using Hooktrail.Model.Netfilter;
using Hooktrail.Trails;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Accounting;

/// <summary>
/// Why a packet goes as it does, noted where the walk decides it. It decides nothing itself: a walk is the same with and without one.
/// </summary>
internal sealed class Journal(Journey journey)
{
    private readonly ImmutableArray<Remark>.Builder remarks = ImmutableArray.CreateBuilder<Remark>();
    private readonly List<(Family Family, Hook Hook)> called = [];
    private readonly Dictionary<HookPoint, Statement> passedOver = [];

    /// <summary>What was noted, in order.</summary>
    public ImmutableArray<Remark> Remarks => remarks.ToImmutable();

    /// <summary>The hooks that were called.</summary>
    public IReadOnlyCollection<(Family Family, Hook Hook)> Called => called;

    /// <summary>Notes that a statement of the model decided.</summary>
    public void Note(Place place, Statement statement) => Note(place, statement.Says, statement.Source);

    /// <summary>Notes what happened to the packet. What was just said of the same hop is not said again: fragments and copies go the same way.</summary>
    public void Note(Place place, string says, string? source)
    {
        var remark = new Remark(journey.Count, place, says, source);
        if (!remarks.Contains(remark))
            remarks.Add(remark);
    }

    /// <summary>Notes that a hook is called.</summary>
    public void Call(in HookState state)
    {
        called.Add((state.Family, state.Hook));
        if (HookCaller.Of(in state) is { } caller)
            Note(Place.Hook, caller.Says, caller.Source);
    }

    /// <summary>Notes that a chain is not asked, though its hook is called.</summary>
    public void PassOver(HookPoint point, Statement why) => passedOver[point] = why;

    /// <summary>Why a chain was not asked, though its hook was called; null where it was not called, or the chain was asked.</summary>
    public Statement? WhyPassedOver(HookPoint point) => passedOver.GetValueOrDefault(point);
}
