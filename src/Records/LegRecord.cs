using Hooktrail.Trails.Accounts;

namespace Hooktrail.Records;

/// <summary>The record of one leg in a run. A trail that was not predicted or not observed is null.</summary>
public sealed record LegRecord(Flow Flow, Leg Leg, Trail? Predicted, Trail? Observed)
{
    private readonly PackedEvidence? _packed;

    /// <summary>Null outside a run of features.</summary>
    public ScenarioTitle? Scenario { get; init; }

    /// <summary>The leg's host; null for the file's first.</summary>
    public HostProfile? HostProfile { get; init; }

    /// <summary>Null where nothing was compared.</summary>
    public LegVerdict? Verdict { get; init; }

    /// <summary>Why the leg has this verdict, in one sentence; null if all agreed.</summary>
    public string? Reason { get; init; }

    /// <summary>
    /// The ways that the model takes for possible, <see cref="Predicted"/> among them, where it cannot decide a match;
    /// empty where there is only one.
    /// </summary>
    public ImmutableArray<Way> Ways { get; init; } = [];

    /// <summary>
    /// The rules that the packet met, as the kernel told, each with the number of its hop in the observed trail; empty
    /// if it was not asked. Rules that only count or log are left out.
    /// </summary>
    public ImmutableArray<RuleStep> Rules { get; init; } = [];

    /// <summary>
    /// The records from which the observed trail was built, along the packet's way, one observer after the other.
    /// </summary>
    public ImmutableArray<Evidence> Evidence
    {
        get => _packed?.Lines() ?? field;
        init => (field, _packed) = (value, null);
    } = [];

    /// <summary>The evidence of a leg that is one of many.</summary>
    internal PackedEvidence Packed
    {
        init => _packed = value;
    }

    public bool Equals(LegRecord? other) =>
        other is not null
        && Flow == other.Flow && Leg == other.Leg && Predicted == other.Predicted && Observed == other.Observed
        && Scenario == other.Scenario && HostProfile == other.HostProfile
        && Verdict == other.Verdict && Reason == other.Reason
        && Ways.AsSpan().SequenceEqual(other.Ways.AsSpan())
        && Rules.AsSpan().SequenceEqual(other.Rules.AsSpan())
        && Evidence.AsSpan().SequenceEqual(other.Evidence.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Flow, Leg, Predicted, Observed, Scenario, Verdict, Reason);
}

public sealed record ScenarioTitle(string Feature, string Scenario)
{
    /// <summary>A scenario outline's row, as in <c>from=client, to=server</c>; null for a plain scenario.</summary>
    public string? Example { get; init; }

    public override string ToString() => Example is null ? Scenario : $"{Scenario} ({Example})";
}
