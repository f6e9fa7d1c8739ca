namespace Hooktrail.Questions.Reach;

/// <summary>A cell of two hosts; null where only the other has its source or its service.</summary>
public sealed record CellChange(Cell? Before, Cell? After)
{
    public Cell Either => After ?? Before!;
}

/// <summary>Cells that changed alike.</summary>
/// <param name="Before">Whether it was reached; null where there was no such source or service.</param>
/// <param name="After">Whether it is reached.</param>
/// <param name="CauseBefore">What decided before: the rule, the policy, or the route or setting in a sentence.</param>
/// <param name="CauseAfter">What decides now.</param>
/// <param name="Changes">The cells.</param>
public sealed record ChangeGroup(
    Verdict? Before, Verdict? After, string CauseBefore, string CauseAfter, ImmutableArray<CellChange> Changes);

/// <summary>How two hosts differ in who reaches what.</summary>
/// <param name="Before">The earlier host.</param>
/// <param name="After">The later host.</param>
/// <param name="Same">How many cells are the same.</param>
/// <param name="Groups">The changes by cause; what became reachable first, then the largest.</param>
public sealed record ReachDifference(
    ReachTable Before, ReachTable After, int Same, ImmutableArray<ChangeGroup> Groups)
{
    /// <summary>The surprises that only the later host has.</summary>
    public ImmutableArray<Surprise> NewSurprises { get; private init; } = [];

    public static ReachDifference Between(ReachTable before, ReachTable after)
    {
        var (earlier, later) = (ByKey(before), ByKey(after));
        List<CellChange> pairs =
        [
            .. later.Select(one => new CellChange(earlier.GetValueOrDefault(one.Key), one.Value)),
            .. earlier.Where(one => !later.ContainsKey(one.Key)).Select(one => new CellChange(one.Value, null)),
        ];
        // Where nothing can be asked, a new column or row is no change.
        List<CellChange> changes =
            [.. pairs.Where(pair => Asked(pair.Before) != Asked(pair.After))];
        var known = before.Surprises.Select(one => one.Says).ToHashSet(StringComparer.Ordinal);
        return new(before, after, pairs.Count - changes.Count,
        [
            .. changes
                .GroupBy(one => (
                    Before: Asked(one.Before), After: Asked(one.After),
                    CauseBefore: Causes.Of(before, one.Before), CauseAfter: Causes.Of(after, one.After)))
                .Select(group => new ChangeGroup(
                    group.Key.Before, group.Key.After, group.Key.CauseBefore, group.Key.CauseAfter, [.. group]))
                .OrderByDescending(group => group.After == Verdict.Yes)
                .ThenByDescending(group => group.Changes.Length),
        ])
        {
            NewSurprises = [.. after.Surprises.Where(one => !known.Contains(one.Says))],
        };
    }

    private static Verdict? Asked(Cell? cell) => cell is null or { Verdict: Verdict.None } ? null : cell.Verdict;

    private static Dictionary<(string, string, IpVersion), Cell> ByKey(ReachTable table) =>
        table.Cells.ToDictionary(cell => (cell.Source.Name, cell.Service.Name, cell.Service.Ip));
}
