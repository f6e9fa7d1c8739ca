using Hooktrail.Judging.Comparison.Legs;

namespace Hooktrail.Judging.Comparison;

/// <summary>Many runs, each compared with the first.</summary>
public sealed record ComparisonMatrix(ComparedRun First, ImmutableArray<RunComparison> Others)
{
    /// <summary>Every pair of sender and receiver that any run compares, sorted.</summary>
    public ImmutableArray<string> Journeys =>
        [
            .. Others.SelectMany(run => run.Legs)
                .Where(leg => leg.Status != LegStatus.PredictedOnly)
                .Select(leg => leg.Journey)
                .Distinct()
                .Order(StringComparer.Ordinal)
        ];

    public bool HasUnexplained => Others.Any(run => run.HasUnexplained);

    /// <exception cref="Trails.HooktrailException">A host has a rule that no tool would install.</exception>
    public static ComparisonMatrix Of(ImmutableArray<ComparedRun> runs) =>
        new(runs[0], [.. runs.Skip(1).Select(run => RunComparison.Between(runs[0], run))]);
}

/// <remarks>Legs are those that could be compared; expected differences are those that the model predicts.</remarks>
public sealed record MatrixCell(int Legs, int Expected, int Unexplained, int Incomparable)
{
    public static MatrixCell Of(RunComparison run, string journey)
    {
        var legs = run.Legs.Where(leg => leg.Journey == journey && leg.Status != LegStatus.PredictedOnly).ToList();
        return new(
            legs.Count(leg => leg.Status != LegStatus.Incomparable),
            legs.Count(leg => leg.Status.IsDifference() && leg.IsExpected),
            legs.Count(leg => leg.IsUnexplained),
            legs.Count(leg => leg.Status == LegStatus.Incomparable));
    }

    public bool IsEmpty => Legs + Incomparable == 0;

    /// <summary><c>3 of 12 different, 1 unexplained</c>.</summary>
    public string Words =>
        IsEmpty ? "no leg"
        : Legs == 0 ? $"{Incomparable} cannot be compared"
        : (Expected + Unexplained == 0
            ? $"all {Legs} the same"
            : $"{Expected + Unexplained} of {Legs} different{(Unexplained == 0 ? "" : $", {Unexplained} unexplained")}")
            + (Incomparable == 0 ? "" : $", {Incomparable} cannot be compared");

    /// <summary><c>=12</c>, <c>≠3/12</c>, <c>!1 of 3/12</c>.</summary>
    public string Sign =>
        IsEmpty ? ""
        : Legs == 0 ? $"? {Incomparable}"
        : Unexplained > 0 ? $"✗ {Unexplained + Expected}/{Legs}"
        : Expected > 0 ? $"≠ {Expected}/{Legs}"
        : $"= {Legs}";
}
