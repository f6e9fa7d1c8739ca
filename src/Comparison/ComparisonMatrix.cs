using System.Collections.Immutable;
using Hooktrail.Comparison.Legs;

namespace Hooktrail.Comparison;

/// <summary>Many runs, each held against the first.</summary>
/// <param name="First">What the others are held against.</param>
/// <param name="Others">The others, compared.</param>
public sealed record ComparisonMatrix(ComparedRun First, ImmutableArray<RunComparison> Others)
{
    /// <summary>Who speaks to whom in any of the runs, in the order in which they come.</summary>
    public ImmutableArray<string> Journeys =>
        [.. Others.SelectMany(run => run.Legs).Where(leg => leg.Status != LegStatus.PredictedOnly).Select(leg => leg.Journey).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Whether some run has a difference that the model does not expect.</summary>
    public bool HasUnexplained => Others.Any(run => run.HasUnexplained);

    /// <summary>Compares the later runs with the first.</summary>
    /// <exception cref="Trails.HooktrailException">A host has a rule that no tool would install.</exception>
    public static ComparisonMatrix Of(ImmutableArray<ComparedRun> runs) =>
        new(runs[0], [.. runs.Skip(1).Select(run => RunComparison.Between(runs[0], run))]);
}

/// <summary>The legs of a journey in a run: a cell of the heat map.</summary>
/// <param name="Legs">How many legs could be compared.</param>
/// <param name="Expected">How many are different, as the model expects.</param>
/// <param name="Unexplained">How many are different, and the model does not expect it.</param>
/// <param name="Incomparable">How many could not be compared.</param>
public sealed record MatrixCell(int Legs, int Expected, int Unexplained, int Incomparable)
{
    /// <summary>The cell of a journey in a run.</summary>
    public static MatrixCell Of(RunComparison run, string journey)
    {
        var legs = run.Legs.Where(leg => leg.Journey == journey && leg.Status != LegStatus.PredictedOnly).ToList();
        return new(
            legs.Count(leg => leg.Status != LegStatus.Incomparable),
            legs.Count(leg => leg.Status.IsDifference() && leg.IsExpected),
            legs.Count(leg => leg.IsUnexplained),
            legs.Count(leg => leg.Status == LegStatus.Incomparable));
    }

    /// <summary>Whether there is no leg at all.</summary>
    public bool IsEmpty => Legs + Incomparable == 0;

    /// <summary>In a sentence's part: <c>3 of 12 different, 1 unexplained</c>.</summary>
    public string Words =>
        IsEmpty ? "no leg"
        : Legs == 0 ? $"{Incomparable} cannot be compared"
        : (Expected + Unexplained == 0 ? $"all {Legs} the same" : $"{Expected + Unexplained} of {Legs} different{(Unexplained == 0 ? "" : $", {Unexplained} unexplained")}")
            + (Incomparable == 0 ? "" : $", {Incomparable} cannot be compared");

    /// <summary>Short, with a sign: <c>=12</c>, <c>≠3/12</c>, <c>!1 of 3/12</c>.</summary>
    public string Sign =>
        IsEmpty ? ""
        : Legs == 0 ? $"? {Incomparable}"
        : Unexplained > 0 ? $"✗ {Unexplained + Expected}/{Legs}"
        : Expected > 0 ? $"≠ {Expected}/{Legs}"
        : $"= {Legs}";
}
