using Hooktrail.Model;

namespace Hooktrail.Verification;

/// <summary>
/// Legs that go the same way. The text of a rule does not count: tools print it otherwise than a user types it.
/// </summary>
internal sealed class LikeLegs : IEqualityComparer<PredictedLeg>
{
    public static readonly LikeLegs Instance = new();

    public bool Equals(PredictedLeg? one, PredictedLeg? other) =>
        one is not null && other is not null && one.Leg == other.Leg && AreAlike(one.Trail, other.Trail)
        && one.Ways.Length == other.Ways.Length
        && one.Ways.Zip(other.Ways).All(pair => AreAlike(pair.First.Trail, pair.Second.Trail));

    public int GetHashCode(PredictedLeg leg) => leg.Leg.GetHashCode();

    private static bool AreAlike(Trail? one, Trail? other) => one is null || other is null
        ? one == other
        : one.Hops.AsSpan().SequenceEqual(other.Hops.AsSpan())
            && (one.Outcome.Kind, one.Outcome.At, one.Outcome.To) == (other.Outcome.Kind, other.Outcome.At, other.Outcome.To);
}
