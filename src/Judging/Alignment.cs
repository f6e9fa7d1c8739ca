namespace Hooktrail.Judging;

/// <summary>One line of three trails side by side, at one hook point.</summary>
/// <remarks>A trail without a hop at this point has null.</remarks>
internal sealed record AlignedHops(HookPoint Point, ExpectedHop? Feature, Hop? Predicted, Hop? Observed);

/// <summary>
/// Aligns trails: equal hook points share a line, and a hop of only one trail leaves a gap in the others instead of
/// shifting the lines that follow. Until the trails part, every line has a hop of each.
/// </summary>
internal static class Alignment
{
    public static ImmutableArray<AlignedHops> Of(ExpectedTrail? feature, Trail predicted, Trail? observed)
    {
        var seen = Join(
            predicted.Hops.AsSpan(), hop => hop.Point, (observed?.Hops ?? []).AsSpan(), hop => hop.Point,
            (one, other) => new AlignedHops((one ?? other)!.Point, null, one, other));
        return [
            .. Join(
                seen.AsSpan(), row => row.Point, (feature?.Hops ?? []).AsSpan(), hop => hop.Point,
                (row, said) => row is null ? new(said!.Point, said, null, null) : row with { Feature = said }),
        ];
    }

    /// <summary>Joins two sequences along their longest common subsequence of hook points, as diff does.</summary>
    private static ImmutableArray<TRow> Join<TLeft, TRight, TRow>(
        ReadOnlySpan<TLeft> left, Func<TLeft, HookPoint> leftPoint,
        ReadOnlySpan<TRight> right, Func<TRight, HookPoint> rightPoint,
        Func<TLeft?, TRight?, TRow> row)
        where TLeft : class
        where TRight : class
    {
        // common[l, r]: how many lines left[l..] and right[r..] can share.
        var common = new int[left.Length + 1, right.Length + 1];
        for (var l = left.Length - 1; l >= 0; l--)
            for (var r = right.Length - 1; r >= 0; r--)
                common[l, r] = leftPoint(left[l]) == rightPoint(right[r])
                    ? common[l + 1, r + 1] + 1
                    : Math.Max(common[l + 1, r], common[l, r + 1]);

        var rows = ImmutableArray.CreateBuilder<TRow>();
        for (int l = 0, r = 0; l < left.Length || r < right.Length;)
            if (l < left.Length && r < right.Length && leftPoint(left[l]) == rightPoint(right[r]))
                rows.Add(row(left[l++], right[r++]));
            else if (r == right.Length || (l < left.Length && common[l + 1, r] >= common[l, r + 1]))
                rows.Add(row(left[l++], null));
            else
                rows.Add(row(null, right[r++]));
        return rows.ToImmutable();
    }
}
