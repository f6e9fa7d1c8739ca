using System.Collections.Immutable;
using Hooktrail.Comparison.Hosts;
using Hooktrail.Comparison.Legs;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Comparison;

/// <summary>What is different between two runs.</summary>
/// <param name="Before">The earlier run: what the later one is held against.</param>
/// <param name="After">The later run.</param>
/// <param name="Legs">Every leg of either.</param>
public sealed record RunComparison(ComparedRun Before, ComparedRun After, ImmutableArray<LegComparison> Legs)
{
    /// <summary>What was measured of the hosts, as far as it is not the same.</summary>
    public ImmutableArray<FactChange> Facts { get; private init; } = [];

    /// <summary>In what the runs' first hosts differ that may decide a trail.</summary>
    public ImmutableArray<HostDifference> Hosts { get; private init; } = [];

    /// <summary>Who is registered otherwise at the first hosts' hooks, as the kernels say; empty where one of them does not say it.</summary>
    public ImmutableArray<RegistrationChange> Hooks { get; private init; } = [];

    /// <summary>The differences that the model expects, by what causes them, the most legs first.</summary>
    public ImmutableArray<CauseGroup> Expected { get; private init; } = [];

    /// <summary>The differences that it does not expect.</summary>
    public IEnumerable<LegComparison> Unexplained => Legs.Where(leg => leg.IsUnexplained);

    /// <summary>Whether there is a difference that the model does not expect.</summary>
    public bool HasUnexplained => Unexplained.Any();

    /// <summary>How many legs there are of a kind.</summary>
    public int Count(LegStatus status) => Legs.Count(leg => leg.Status == status);

    /// <summary>Compares two runs.</summary>
    /// <exception cref="Trails.HooktrailException">A host has a rule that no tool would install.</exception>
    public static RunComparison Between(ComparedRun before, ComparedRun after)
    {
        var comparer = new LegComparer(before, after);
        var legs = Explanations.Add([.. LegPairs.Of(before.Trails, after.Trails).Select(comparer.Compare)], before, after);
        return new(before, after, legs)
        {
            Facts = FactChange.Between(before.Trails.Facts, after.Trails.Facts),
            Hosts = HostDifferences.Between(before.Trails.HostProfile, after.Trails.HostProfile).All,
            Hooks = before.Trails.Hooks.IsEmpty || after.Trails.Hooks.IsEmpty ? [] : RegistrationChange.Between(Others(before), Others(after)),
            Expected = CauseGroup.Of(legs),
        };
    }

    // A run's own chains have its id in their names, and devices those of the moment.
    private static ImmutableArray<Registration> Others(ComparedRun run) => [.. run.Trails.Hooks.Where(Baselines.BaselineForm.OutlastsTheRun)];
}

/// <summary>Legs that are different for the same cause.</summary>
/// <param name="Cause">The cause.</param>
/// <param name="Legs">The legs.</param>
public sealed record CauseGroup(Cause Cause, ImmutableArray<LegComparison> Legs)
{
    /// <summary>What the cause decides, each with its source: its own sentences, or those that the model has of the legs.</summary>
    public ImmutableArray<Grounds> Grounds =>
    [
        .. Cause.Together.Where(one => one.Says is not null).Select(one => new Grounds(one.Says!, one.Source))
            .Concat(Legs.Select(leg => leg.Grounds).OfType<Grounds>().CountBy(one => one).OrderByDescending(one => one.Value).Select(one => one.Key))
            .Distinct(),
    ];

    /// <summary>What is otherwise in these legs, and in how many of them, the most first.</summary>
    public ImmutableArray<(string Words, int Legs)> Changes =>
    [
        .. Legs.SelectMany(leg => (leg.Difference?.Words ?? [$"the leg {(leg.Status == LegStatus.Appeared ? "comes about, and did not" : "does not come about any more")}"]).Distinct())
            .CountBy(words => words).OrderByDescending(one => one.Value).Select(one => (one.Key, one.Value)),
    ];

    internal static ImmutableArray<CauseGroup> Of(ImmutableArray<LegComparison> legs) =>
    [
        .. legs.Where(leg => leg.Cause is not null).GroupBy(leg => leg.Cause!.Title)
            .Select(group => new CauseGroup(group.First().Cause!, [.. group]))
            .OrderByDescending(group => group.Legs.Length),
    ];
}
