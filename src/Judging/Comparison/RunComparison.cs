using Hooktrail.Judging.Comparison.Hosts;
using Hooktrail.Judging.Comparison.Legs;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Judging.Comparison;

/// <summary>Compares two runs. The legs are those of either run.</summary>
public sealed record RunComparison(ComparedRun Before, ComparedRun After, ImmutableArray<LegComparison> Legs)
{
    /// <summary>The measured facts that differ between the hosts.</summary>
    public ImmutableArray<FactChange> Facts { get; private init; } = [];

    /// <summary>The differences between the runs' first hosts that may decide a trail.</summary>
    public ImmutableArray<HostDifference> Hosts { get; private init; } = [];

    /// <summary>What differs at the first hosts' hooks; empty where one run has no registrations.</summary>
    public ImmutableArray<RegistrationChange> Hooks { get; private init; } = [];

    /// <summary>The differences that the model expects, by cause; the cause with the most legs comes first.</summary>
    public ImmutableArray<CauseGroup> Expected { get; private init; } = [];

    public IEnumerable<LegComparison> Unexplained => Legs.Where(leg => leg.IsUnexplained);

    public bool HasUnexplained => Unexplained.Any();

    public int Count(LegStatus status) => Legs.Count(leg => leg.Status == status);

    /// <exception cref="Trails.HooktrailException">A host has a rule that no tool would install.</exception>
    public static RunComparison Between(ComparedRun before, ComparedRun after)
    {
        var comparer = new LegComparer(before, after);
        var legs = Explanations.Add(
            [.. LegPairs.Of(before.Trails, after.Trails).Select(comparer.Compare)], before, after);
        return new(before, after, legs)
        {
            Facts = FactChange.Between(before.Trails.Facts, after.Trails.Facts),
            Hosts = HostDifferences.Between(before.Trails.HostProfile, after.Trails.HostProfile).All,
            Hooks = before.Trails.Hooks.IsEmpty || after.Trails.Hooks.IsEmpty
                ? []
                : RegistrationChange.Between(Others(before), Others(after)),
            Expected = CauseGroup.Of(legs),
        };
    }

    // A run's own chains have its id in their names, and its devices come and go.
    private static ImmutableArray<Registration> Others(ComparedRun run) =>
        [.. run.Trails.Hooks.Where(Baselines.BaselineForm.OutlastsTheRun)];
}

public sealed record CauseGroup(Cause Cause, ImmutableArray<LegComparison> Legs)
{
    /// <summary>What the cause decides, with sources: its own sentences, or the model's grounds for the legs.</summary>
    public ImmutableArray<Grounds> Grounds =>
    [
        .. Cause.Together.Where(one => one.Says is not null).Select(one => new Grounds(one.Says!, one.Source))
            .Concat(Legs.Select(leg => leg.Grounds)
                .OfType<Grounds>()
                .CountBy(one => one)
                .OrderByDescending(one => one.Value)
                .Select(one => one.Key))
            .Distinct(),
    ];

    /// <summary>Each change and the number of its legs, the most first.</summary>
    public ImmutableArray<(string Words, int Legs)> Changes =>
    [
        .. Legs.SelectMany(leg => (leg.Difference?.Words
            ?? [$"the leg {(leg.Status == LegStatus.Appeared ? "is new" : "no longer exists")}"]).Distinct())
            .CountBy(words => words).OrderByDescending(one => one.Value).Select(one => (one.Key, one.Value)),
    ];

    internal static ImmutableArray<CauseGroup> Of(ImmutableArray<LegComparison> legs) =>
    [
        .. legs.Where(leg => leg.Cause is not null).GroupBy(leg => leg.Cause!.Title)
            .Select(group => new CauseGroup(group.First().Cause!, [.. group]))
            .OrderByDescending(group => group.Legs.Length),
    ];
}
