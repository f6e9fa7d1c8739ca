using System.Text;
using Hooktrail.Judging.Comparison;
using Hooktrail.Judging.Comparison.Baselines;
using Hooktrail.Judging.Comparison.Hosts;
using Hooktrail.Judging.Comparison.Legs;
using Hooktrail.Text;

namespace Hooktrail.Report.Runs;

/// <summary>
/// Makes the docs page about differences between kernels from a run of each: which legs, which hop, since when, and
/// what the kernel's source says about it.
/// </summary>
public static class KernelsDocument
{
    // Enough examples; the reference data has all of them.
    private const int Shown = 6;

    public static string Of(ReferenceKernels kernels)
    {
        var text = new StringBuilder(
            """
            # What changes from kernel to kernel

            `./specs baseline document` generates this page from the reference runs in [environments/Kernels/reference](../environments/Kernels/reference). Each line was observed, and each
            cause is the difference between the two hosts that, by the model, turns one trail into the other.

            ## The kernels

            | run | Linux | iptables | ebtables | tools | observed legs |
            |---|---|---|---|---|--:|

            """);
        foreach (var run in kernels.Runs)
        {
            var host = run.Trails.HostProfile;
            string[] cells =
            [
                run.Label, ReferenceKernels.Release(run), host.Iptables.Name(), host.Ebtables.Name(),
                ReferenceKernels.Fact(run, "iptables") ?? "",
                $"{run.Trails.Legs.Count(leg => leg.Observed is not null)}",
            ];
            text.Append($"| {string.Join(" | ", cells.Select(Markdown.Inline))} |\n");
        }

        foreach (var backend in kernels.ByBackend)
            Kernels(text, backend.Key, [.. backend]);
        Backends(text, kernels);
        return text.ToString();
    }

    private static void Kernels(StringBuilder text, Backend backend, ImmutableArray<ComparedRun> runs)
    {
        if (runs.Length < 2)
            return;
        var matrix = ComparisonMatrix.Of(runs);
        var last = matrix.Others[^1];
        text.Append(
            $"\n## From {Markdown.Inline(runs[0].Label)} to {Markdown.Inline(runs[^1].Label)}, with iptables-{backend.Name()}\n\n");
        text.Append($"{Markdown.Inline(Wording.Counts(last))} {Markdown.Inline(Wording.Verdict(last))}\n\n");
        text.Append("The number of legs of each journey that differ from the first run:\n\n").Append(
            ComparisonMarkdown.Matrix(matrix));
        foreach (var title in matrix.Others.SelectMany(run => run.Expected)
            .Select(group => group.Cause.Title)
            .Distinct())
            Cause(text, title, matrix);
        foreach (var run in matrix.Others.Where(run => run.HasUnexplained))
            text.Append(
                $"\n**{Markdown.Inline(run.After.Label)}: {Wording.Plural(run.Unexplained.Count(), "difference")} that the model does not explain.**\n\n")
                .Append(string.Concat(run.Unexplained.Select(leg => $"- {Markdown.Inline(Wording.Leg(leg))}\n")));
    }

    /// <summary>A cause: the first run with it, its description, and the legs that show it.</summary>
    private static void Cause(StringBuilder text, string title, ComparisonMatrix matrix)
    {
        var showing = matrix.Others.Where(run => run.Expected.Any(group => group.Cause.Title == title)).ToList();
        var group = showing[^1].Expected.First(one => one.Cause.Title == title);
        text.Append($"\n### {Markdown.Inline(title)}\n\n");
        foreach (var ground in group.Grounds)
            text.Append(
                $"{Markdown.Inline(ground.Says)}{(ground.Source is { } source ? $" ({Markdown.Inline(source)})" : "")}\n\n");
        foreach (var line in RegistrationChange.Lines(group.Cause.Registrations))
            text.Append($"- {Markdown.Inline(line)}\n");
        text.Append(group.Cause.Registrations.IsEmpty ? "" : "\n");
        text.Append(
            $"Observed in {Markdown.Inline(string.Join(", ", showing.Select(run => run.After.Label)))}; in the last of them {Wording.Plural(group.Legs.Length, "leg")}:\n\n| legs | what changed |\n|--:|---|\n");
        foreach (var (words, legs) in group.Changes)
            text.Append($"| {legs} | {Markdown.Inline(words)} |\n");
        text.Append('\n');
        foreach (var leg in group.Legs.Take(Shown))
            text.Append($"- {Markdown.Inline(Wording.Leg(leg))}\n");
        if (group.Legs.Length > Shown)
            text.Append($"- and {group.Legs.Length - Shown} more\n");
    }

    /// <summary>The effect of the backend, for each kernel that was run with both.</summary>
    private static void Backends(StringBuilder text, ReferenceKernels kernels)
    {
        var both = kernels.Runs.GroupBy(run => run.Trails.HostProfile.Kernel)
            .Where(same => same.DistinctBy(run => run.Trails.HostProfile.Iptables).Count() > 1)
            .ToList();
        if (both.Count == 0)
            return;
        var newest = both.MaxBy(same => same.Key)!
            .DistinctBy(run => run.Trails.HostProfile.Iptables)
            .ToImmutableArray();
        var matrix = ComparisonMatrix.Of(newest);
        text.Append(
            $"\n## From {Markdown.Inline(newest[0].Label)} to {Markdown.Inline(newest[1].Label)}: the other backend\n\n{Markdown.Inline(Wording.Counts(matrix.Others[0]))} {Markdown.Inline(Wording.Verdict(matrix.Others[0]))}\n");
        foreach (var group in matrix.Others[0].Expected)
            Cause(text, group.Cause.Title, matrix);
    }
}
