using Hooktrail.Judging.Comparison;
using Hooktrail.Judging.Comparison.Legs;

namespace Hooktrail.Report.Runs;

/// <summary>The sentences that all formats share.</summary>
internal static class Wording
{
    /// <summary>How many unexplained legs are shown in full: each takes a screen. The others are listed.</summary>
    public const int InFull = 1_000;

    public static string Run(ComparedRun run)
    {
        var host = run.Trails.HostProfile;
        var release = run.Trails.Facts.FirstOrDefault(fact => fact.Name == "kernel")?.Value ?? host.Kernel.ToString();
        return $"{run.Name}: Linux {release}, iptables-{Trails.Backends.Name(host.Iptables)}, ebtables-{Trails.Backends.Name(host.Ebtables)}";
    }

    public static string Counts(RunComparison runs)
    {
        var parts = new List<string>();
        foreach (var status in (ReadOnlySpan<LegStatus>)
            [LegStatus.Same, LegStatus.Changed, LegStatus.Appeared, LegStatus.Gone, LegStatus.Incomparable])
            if (runs.Count(status) is var count and > 0)
                parts.Add($"{Number(count)} {status.Name()}");
        var total = runs.Legs.Length - runs.Count(LegStatus.PredictedOnly);
        return total == 0
            ? "No legs to compare."
            : $"{Plural(total, "leg")}: {string.Join(", ", parts)}.{Predicted(runs)}";
    }

    public static string Verdict(RunComparison runs)
    {
        var (expected, unexplained) =
            (runs.Legs.Count(leg => leg.Status.IsDifference() && leg.IsExpected), runs.Unexplained.Count());
        return (expected, unexplained) switch
        {
            (0, 0) => "No leg differs.",
            (_, 0) =>
                $"{Plural(expected, "difference")}, expected from the hosts: {Plural(runs.Expected.Length, "cause")}.",
            (0, _) => $"{Plural(unexplained, "difference")} that the model does not explain.",
            _ =>
                $"{Plural(expected + unexplained, "difference")}: {Number(expected)} expected from the hosts ({Plural(runs.Expected.Length, "cause")}), {Number(unexplained)} that the model does not explain.",
        };
    }

    public static string Leg(LegComparison leg) => $"{leg.Title}: {Difference(leg)}";

    public static string Difference(LegComparison leg) => leg.Difference is { } difference
        ? string.Join("; ", difference.Hops.Select(hop => hop.ToString()).Concat(
            difference.Outcome is { } outcome ? [outcome.ToString()] : []))
        : leg.Status.Name();

    public static string Plural(int count, string noun) => count == 1 ? $"1 {noun}" : $"{Number(count)} {noun}s";

    private static string Predicted(RunComparison runs) => runs.Count(LegStatus.PredictedOnly) is var count and > 0
        ? $" Another {Plural(count, "leg")} that either run only predicted, which proves nothing about a host."
        : "";

    private static string Number(int count) => count.ToString("#,0", CultureInfo.InvariantCulture);
}
