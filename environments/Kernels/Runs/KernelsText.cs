using Hooktrail.Text;

namespace Hooktrail.Kernels.Runs;

public static class KernelsText
{
    /// <summary>The table shows this many reasons; the report has all of them.</summary>
    private const int ReasonsShown = 3;

    /// <summary>A table of all results, and below it the failures.</summary>
    public static string Of(ImmutableArray<KernelResult> results)
    {
        var table = new TextTable(
            "kernel", "userland", "backend", "release", "engine", "booted in", "passed", "failed",
            "skipped", "legs", "diverged", "inconclusive", "took", "");
        foreach (var result in results)
            table.Add(
                result.Guest.Kernel.Name, result.Guest.Userland.Suite, result.Guest.Backend.Name(),
                result.Release, result.Engine, Seconds(result.BootedIn),
                Number(result.Counts?.Passed),
                Number(result.Counts?.Failed),
                Number(result.Counts?.Skipped),
                Number(result.Counts?.Legs),
                Number(result.Counts?.Diverged),
                Number(result.Counts?.Inconclusive),
                Seconds(result.Took),
                result.IsGood ? "" : result.Trouble is null ? "see its report" : "see below");
        return table.Text() + string.Concat(
            results.Select(Remarks).Where(remarks => remarks.Length > 0).Select(remarks => "\n" + remarks));
    }

    public static string Outcome(KernelResult result) =>
        result.Trouble is { } trouble ? PlainText.Of(trouble)
        : result.Counts is { } counts ? string.Create(
            CultureInfo.InvariantCulture,
            $"{counts.Passed} passed, {counts.Failed} failed, {counts.Skipped} skipped; {counts.Diverged} of {counts.Legs} legs diverged; {result.Took.TotalSeconds:0} s")
        : "no result";

    private static string Remarks(KernelResult result) => string.Concat(
        result.Lacks.Select(lack => $"The guest lacks {lack}.")
            .Concat((result.Counts?.Reasons ?? [])
                .Take(ReasonsShown)
                .Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Scenarios} skipped: {one.Reason}")))
            .Concat(result.Trouble is { } trouble ? [trouble] : [])
            .Select(remark => $"{result.Guest}: {PlainText.Of(remark)}\n"));

    private static string Seconds(TimeSpan? time) =>
        time is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds:0.0} s") : "–";

    private static string Number(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "–";
}
