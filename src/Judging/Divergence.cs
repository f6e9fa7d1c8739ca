namespace Hooktrail.Judging;

/// <summary>The first place at which two trails part.</summary>
/// <param name="Index">
/// The place in the actual trail, from 0, among the hook points that the expected trail covers; the number of hops
/// there if the trails part only in how they end.
/// </param>
/// <param name="Expected">The hop that was expected there; null if the expected trail has already ended.</param>
/// <param name="Actual">The hop that is there; null if the actual trail has already ended.</param>
/// <param name="Fields">The fields that differ, if both hops are at the same hook point.</param>
public sealed record Divergence(int Index, ExpectedHop? Expected, Hop? Actual, ImmutableArray<HopField> Fields)
{
    /// <summary>Whether every hop is as expected, and only the outcome differs.</summary>
    public bool OfOutcome => Expected is null && Actual is null;

    /// <summary>Where two trails part; null if an observer could not tell them apart.</summary>
    public static Divergence? Between(Trail expected, Trail actual) => Between(ExpectedTrail.Of(expected), actual);

    /// <summary>Where a trail differs from a feature's claims; null if it meets them.</summary>
    public static Divergence? Between(ExpectedTrail expected, Trail actual)
    {
        ImmutableArray<Hop> hops = [.. actual.Hops.Where(hop => expected.SpeaksOf(hop.Point))];
        for (var index = 0; index < Math.Max(expected.Hops.Length, hops.Length); index++)
        {
            var said = index < expected.Hops.Length ? expected.Hops[index] : null;
            var hop = index < hops.Length ? hops[index] : null;
            if (said is null || hop is null || said.Point != hop.Point)
                return new(index, said, hop, []);
            if (said.Differing(hop) is { IsEmpty: false } fields)
                return new(index, said, hop, fields);
        }
        return expected.Outcome is { } outcome && !outcome.LooksLike(actual.Outcome)
            ? new(hops.Length, null, null, [])
            : null;
    }

    /// <inheritdoc/>
    public bool Equals(Divergence? other) =>
        other is not null && Index == other.Index && Expected == other.Expected && Actual == other.Actual
        && Fields.AsSpan().SequenceEqual(other.Fields.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Index, Expected, Actual, Fields.Length);
}
