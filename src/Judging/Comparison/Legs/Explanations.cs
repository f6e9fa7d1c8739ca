using Hooktrail.Model;

namespace Hooktrail.Judging.Comparison.Legs;

/// <summary>Looks for a host change that would explain a leg that the model does not predict.</summary>
internal static class Explanations
{
    // A search takes some tenths of a second, and the first legs show the causes that many share.
    private const int Looked = 10;

    /// <summary>Adds explanations to the first unexplained legs.</summary>
    public static ImmutableArray<LegComparison> Add(
        ImmutableArray<LegComparison> legs, ComparedRun before, ComparedRun after)
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
        observed is null ? null : Explanation.Sentence(
            Explanation.For(observed, host, profile => Predicted(profile, leg)), $"what was observed in {run.Label}");

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
