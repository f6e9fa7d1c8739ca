namespace Hooktrail.Model;

/// <summary>
/// The prediction of one leg. Where the model cannot decide a match, the trail is what all ways have in common, and its
/// outcome is unknown.
/// </summary>
public sealed record PredictedLeg(Leg Leg, Trail Trail)
{
    /// <summary>The ways that the leg can go; empty where there is only one.</summary>
    public ImmutableArray<Way> Ways { get; init; } = [];

    public bool Equals(PredictedLeg? other) =>
        other is not null && Leg == other.Leg && Trail == other.Trail
        && Ways.AsSpan().SequenceEqual(other.Ways.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Leg, Trail, Ways.Length);
}

public static class PredictedLegs
{
    /// <summary>Whether an answer, the last segment of a connection, or an error is delivered, or can be.</summary>
    public static bool AreAnswered(this ImmutableArray<PredictedLeg> legs, Flow flow) => legs.Any(
        leg => IsDelivered(leg)
            && (leg.Leg.Direction == Direction.Error
                || leg.Leg == (flow.IsWholeConnection ? Leg.OfTcp[^1].Leg : Leg.Reply)));

    private static bool IsDelivered(PredictedLeg leg) =>
        leg.Trail.Outcome.Kind == OutcomeKind.Delivered
        || leg.Ways.Any(way => way.Trail?.Outcome.Kind == OutcomeKind.Delivered);
}
