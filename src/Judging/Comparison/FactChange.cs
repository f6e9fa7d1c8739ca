using Hooktrail.Judging.Comparison.Baselines;

namespace Hooktrail.Judging.Comparison;

/// <summary>A measured fact that differs between the hosts.</summary>
/// <remarks>Null if the fact was not measured.</remarks>
public sealed record FactChange(string Name, string? Before, string? After)
{
    public override string ToString() => $"{Name}: {Before ?? "–"} → {After ?? "–"}";

    /// <summary>The differing facts; none if one of the hosts has no facts.</summary>
    internal static ImmutableArray<FactChange> Between(ImmutableArray<Fact> before, ImmutableArray<Fact> after)
    {
        if (before.IsEmpty || after.IsEmpty)
            return [];
        (before, after) =
            ([.. before.Where(BaselineForm.OutlastsTheRun)], [.. after.Where(BaselineForm.OutlastsTheRun)]);
        return
        [
            .. from name in before.Concat(after).Select(fact => fact.Name).Distinct()
               let was = Value(before, name)
               let now = Value(after, name)
               where was != now
               select new FactChange(name, was, now),
        ];

        static string? Value(ImmutableArray<Fact> facts, string name) =>
            facts.FirstOrDefault(fact => fact.Name == name)?.Value;
    }
}
