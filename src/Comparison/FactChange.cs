using System.Collections.Immutable;
using Hooktrail.Comparison.Baselines;
using Hooktrail.Trails;

namespace Hooktrail.Comparison;

/// <summary>Something that was measured of the hosts and is not the same.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Before">What it was; null where it was not measured.</param>
/// <param name="After">What it is; null where it was not measured.</param>
public sealed record FactChange(string Name, string? Before, string? After)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Before ?? "–"} → {After ?? "–"}";

    /// <summary>What is different in the facts of two hosts; nothing where one of them has none.</summary>
    internal static ImmutableArray<FactChange> Between(ImmutableArray<Fact> before, ImmutableArray<Fact> after)
    {
        if (before.IsEmpty || after.IsEmpty)
            return [];
        (before, after) = ([.. before.Where(BaselineForm.OutlastsTheRun)], [.. after.Where(BaselineForm.OutlastsTheRun)]);
        return
        [
            .. from name in before.Concat(after).Select(fact => fact.Name).Distinct()
               let was = Value(before, name)
               let now = Value(after, name)
               where was != now
               select new FactChange(name, was, now),
        ];

        static string? Value(ImmutableArray<Fact> facts, string name) => facts.FirstOrDefault(fact => fact.Name == name)?.Value;
    }
}
