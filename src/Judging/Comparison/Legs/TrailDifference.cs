namespace Hooktrail.Judging.Comparison.Legs;

public sealed record OutcomeChange(Outcome Before, Outcome After)
{
    public override string ToString() => $"outcome: {After} (before: {Before})";
}

/// <param name="Hops">The changed hops, in the packet's order.</param>
/// <param name="Outcome">Null where the outcome is the same.</param>
public sealed record TrailDifference(ImmutableArray<HopChange> Hops, OutcomeChange? Outcome)
{
    /// <summary>Every change as a sentence, without the hops' numbers.</summary>
    public IEnumerable<string> Words =>
        Hops.Select(hop => hop.Words).Concat(Outcome is null ? [] : [Outcome.ToString()]);

    /// <summary>Null if an observer could not tell the trails apart.</summary>
    public static TrailDifference? Between(Trail before, Trail after)
    {
        if (Divergence.Between(before, after) is null)
            return null;
        var changes = ImmutableArray.CreateBuilder<HopChange>();
        var (at, now) = (0, 0);
        foreach (var row in Alignment.Of(null, before, after))
        {
            at += row.Predicted is null ? 0 : 1;
            now += row.Observed is null ? 0 : 1;
            switch (row.Predicted, row.Observed)
            {
                case (null, { }):
                    changes.Add(new(HopChangeKind.Came, row.Point, null, now, []));
                    break;
                case ({ }, null):
                    changes.Add(new(HopChangeKind.Went, row.Point, at, null, []));
                    break;
                case ({ } was, { } @is) when Fields(was, @is) is { IsEmpty: false } fields:
                    changes.Add(new(HopChangeKind.Changed, row.Point, at, now, fields));
                    break;
            }
        }

        return new(
            Moves(changes, before, after),
            before.Outcome.LooksLike(after.Outcome) ? null : new(before.Outcome, after.Outcome));
    }

    public bool Equals(TrailDifference? other) =>
        other is not null && Outcome == other.Outcome && Hops.AsSpan().SequenceEqual(other.Hops.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Outcome, Hops.Length);

    // A hop that went at one place and came at another has moved. It is listed at its new place.
    private static ImmutableArray<HopChange> Moves(ImmutableArray<HopChange>.Builder changes, Trail before, Trail after)
    {
        for (var at = 0; at < changes.Count; at++)
        {
            if (changes[at] is not { Kind: HopChangeKind.Came, After: { } now } came)
                continue;
            var from = Enumerable.Range(0, changes.Count).FirstOrDefault(
                index => changes[index].Kind == HopChangeKind.Went && changes[index].Point == came.Point, -1);
            if (from < 0)
                continue;
            var was = changes[from].Before!.Value;
            changes[at] = new(
                HopChangeKind.Moved, came.Point, was, now, Fields(before.Hops[was - 1], after.Hops[now - 1]));
            changes.RemoveAt(from);
            at -= from < at ? 1 : 0;
        }

        return changes.ToImmutable();
    }

    private static ImmutableArray<FieldChange> Fields(Hop before, Hop after)
    {
        var fields = ImmutableArray.CreateBuilder<FieldChange>();
        foreach (var field in HopFields.All)
            if (field.Of(before) != field.Of(after))
                fields.Add(new(field, field.Of(before), field.Of(after)));
        return fields.ToImmutable();
    }
}
