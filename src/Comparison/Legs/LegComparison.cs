using Hooktrail.Comparison.Hosts;
using Hooktrail.Trails;
using Hooktrail.Trails.Json;

namespace Hooktrail.Comparison.Legs;

/// <summary>A leg of two runs, compared.</summary>
/// <param name="Before">What the earlier run says of it; null where it has no such leg.</param>
/// <param name="After">What the later run says of it; null where it has no such leg.</param>
/// <param name="Status">What comparing them gave.</param>
public sealed record LegComparison(LegRecord? Before, LegRecord? After, LegStatus Status)
{
    /// <summary>The scenario that asked for it; null outside a run of features.</summary>
    public ScenarioTitle? Scenario => Either.Scenario;

    /// <summary>The flow.</summary>
    public Flow Flow => Either.Flow;

    /// <summary>Which packet of it.</summary>
    public Leg Leg => Either.Leg;

    /// <summary>What is different between the trails; null where there are not two, or they are the same.</summary>
    public TrailDifference? Difference { get; init; }

    /// <summary>What the difference comes from, by the model; null where nothing was found, or there is none.</summary>
    public Cause? Cause { get; init; }

    /// <summary>What the kernel or its tools do that makes the difference; null where the cause itself says it, or nobody can.</summary>
    public Grounds? Grounds { get; init; }

    /// <summary>Why the difference is not what the model says, or why the legs cannot be compared: a sentence. Null where there is nothing to say.</summary>
    public string? Reason { get; init; }

    /// <summary>What change of a host would explain what the model does not predict, in a sentence; null where nothing was found, or nobody looked.</summary>
    public string? Explanation { get; init; }

    /// <summary>Whether the model predicts for each host what was seen there, and so the difference.</summary>
    public bool IsExpected { get; init; }

    /// <summary>Whether it is a difference that the model does not predict.</summary>
    public bool IsUnexplained => Status.IsDifference() && !IsExpected;

    /// <summary>Feature, scenario, leg and flow in a line.</summary>
    public string Title => $"{(Scenario is { } scenario ? $"{scenario.Feature}: {scenario} – " : "")}{Leg} of {Flow}";

    /// <summary>Who speaks to whom.</summary>
    public string Journey => $"{Flow.From} → {Flow.To}";

    private LegRecord Either => Before ?? After!;
}

/// <summary>What a difference rests on.</summary>
/// <param name="Says">A sentence.</param>
/// <param name="Source">The kernel's file and function, or the measurement; null where it is plain.</param>
public sealed record Grounds(string Says, string? Source);
