using Hooktrail.Judging.Comparison.Hosts;
using Hooktrail.Records;

namespace Hooktrail.Judging.Comparison.Legs;

/// <summary>A null record means that the run has no such leg.</summary>
public sealed record LegComparison(LegRecord? Before, LegRecord? After, LegStatus Status)
{
    /// <summary>Null outside a run of features.</summary>
    public ScenarioTitle? Scenario => Either.Scenario;

    public Flow Flow => Either.Flow;

    public Leg Leg => Either.Leg;

    /// <summary>Null if there are not two trails, or they are equal.</summary>
    public TrailDifference? Difference { get; init; }

    /// <summary>The cause by the model; null if none was found, or there is no difference.</summary>
    public Cause? Cause { get; init; }

    /// <summary>How the kernel or its tools make the difference; null if the cause says it.</summary>
    public Grounds? Grounds { get; init; }

    /// <summary>Why the model does not predict the difference, or the legs cannot be compared; or null.</summary>
    public string? Reason { get; init; }

    /// <summary>A host change that would explain an unpredicted difference; null if none is known.</summary>
    public string? Explanation { get; init; }

    /// <summary>Whether the model predicts, for each host, the trail that was observed there.</summary>
    public bool IsExpected { get; init; }

    public bool IsUnexplained => Status.IsDifference() && !IsExpected;

    /// <summary>Feature, scenario, leg and flow in one line.</summary>
    public string Title => $"{(Scenario is { } scenario ? $"{scenario.Feature}: {scenario} – " : "")}{Leg} of {Flow}";

    public string Journey => $"{Flow.From} → {Flow.To}";

    private LegRecord Either => Before ?? After!;
}

/// <summary>
/// The explanation of a difference; its source is the kernel's file and function, or the measurement.
/// </summary>
public sealed record Grounds(string Says, string? Source);
