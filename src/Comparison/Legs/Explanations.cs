using System.Collections.Immutable;
using Hooktrail.Model;
using Hooktrail.Report;
using Hooktrail.Trails;

namespace Hooktrail.Comparison.Legs;

/// <summary>Looks for a change of the host that would explain a leg which the model does not predict.</summary>
internal static class Explanations
{
    // To look takes some tenths of a second, and what many legs have in common shows in the first of them.
    private const int Looked = 10;

    /// <summary>The legs, the first unexplained ones of them with what would explain the run that is not as predicted.</summary>
    public static ImmutableArray<LegComparison> Add(ImmutableArray<LegComparison> legs, ComparedRun before, ComparedRun after)
    {
        var wanting = legs.Where(leg => leg.IsUnexplained).Take(Looked).ToHashSet();
        return
        [
            .. legs.Select(leg => !wanting.Contains(leg) ? leg : leg with
            {
                Explanation = Of(leg.After?.Observed, leg.After?.HostProfile ?? after.Trails.HostProfile, leg, after)
                    ?? Of(leg.Before?.Observed, leg.Before?.HostProfile ?? before.Trails.HostProfile, leg, before),
            }),
        ];
    }

    private static string? Of(Trail? observed, HostProfile host, LegComparison leg, ComparedRun run) =>
        observed is null ? null : Explanation.Sentence(Explanation.For(observed, host, profile => Predicted(profile, leg)), $"what was observed in {run.Label}");

    private static Trail? Predicted(HostProfile profile, LegComparison leg)
    {
        try
        {
            return Prediction.Of(profile, leg.Flow, leg.Leg);
        }
        catch (HooktrailException)
        {
            return null;
        }
    }
}
