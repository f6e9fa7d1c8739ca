using System.Collections.Immutable;

namespace Hooktrail.Trails.Json;

/// <summary>Everything that a run knows of one leg.</summary>
/// <param name="Flow">The flow that the packet belongs to.</param>
/// <param name="Leg">Which packet of the flow.</param>
/// <param name="Predicted">The model's trail; null where there is none.</param>
/// <param name="Observed">The kernel's trail; null where none was observed.</param>
public sealed record LegRecord(Flow Flow, Leg Leg, Trail? Predicted, Trail? Observed)
{
    /// <summary>The scenario that asked for the leg; null outside a run of features.</summary>
    public ScenarioTitle? Scenario { get; init; }

    /// <summary>The host that the leg holds for, where it is another than the file's first; null for that.</summary>
    public HostProfile? HostProfile { get; init; }

    /// <summary>What came of comparing the trails; null where nothing was compared.</summary>
    public LegVerdict? Verdict { get; init; }

    /// <summary>Why the verdict is what it is, in one sentence; null where all agreed.</summary>
    public string? Reason { get; init; }

    /// <summary>The records that the observed trail was read from, along the packet's way, observer after observer.</summary>
    public ImmutableArray<Evidence> Evidence { get; init; } = [];

    /// <inheritdoc/>
    public bool Equals(LegRecord? other) =>
        other is not null
        && Flow == other.Flow && Leg == other.Leg && Predicted == other.Predicted && Observed == other.Observed
        && Scenario == other.Scenario && HostProfile == other.HostProfile
        && Verdict == other.Verdict && Reason == other.Reason
        && Evidence.AsSpan().SequenceEqual(other.Evidence.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Flow, Leg, Predicted, Observed, Scenario, Verdict, Reason);
}

/// <summary>The titles of a scenario and of the feature that it is in.</summary>
public sealed record ScenarioTitle(string Feature, string Scenario)
{
    /// <summary>The row of a scenario outline, as in <c>from=client, to=server</c>; null of a scenario that is none.</summary>
    public string? Example { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Example is null ? Scenario : $"{Scenario} ({Example})";
}
