namespace Hooktrail.Trails;

/// <summary>
/// The hops of one leg, in order, and how it ended. Predicted and observed trails have this same type.
/// </summary>
public sealed record Trail(ImmutableArray<Hop> Hops, Outcome Outcome)
{
    public Trail Within(params ReadOnlySpan<Layer> layers)
    {
        var kept = ImmutableArray.CreateBuilder<Hop>();
        foreach (var hop in Hops)
            if (layers.Contains(hop.Point.Layer))
                kept.Add(hop);
        return this with { Hops = kept.ToImmutable() };
    }

    public bool Equals(Trail? other) =>
        other is not null && Outcome == other.Outcome && Hops.AsSpan().SequenceEqual(other.Hops.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Hops.Length, Outcome);
}
