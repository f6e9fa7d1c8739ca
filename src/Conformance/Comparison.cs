using Hooktrail.Trails;

namespace Hooktrail.Conformance;

/// <summary>When a predicted trail is the observed one.</summary>
internal static class Comparison
{
    /// <summary>The same hops, and an end that an observer could not tell from the other.</summary>
    public static bool IsAsObserved(Trail predicted, Trail observed) =>
        predicted.Hops.AsSpan().SequenceEqual(observed.Hops.AsSpan()) && predicted.Outcome.LooksLike(observed.Outcome);
}
