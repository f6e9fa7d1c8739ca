using System.Text;
using Hooktrail.Judging;
using Hooktrail.Judging.Comparison;
using Hooktrail.Judging.Comparison.Hosts;
using Hooktrail.Judging.Comparison.Legs;
using Hooktrail.Text;

namespace Hooktrail.Report.Runs;

/// <summary>A comparison in GitHub-flavoured Markdown, for a pull request or a step summary.</summary>
public static class ComparisonMarkdown
{
    /// <summary>For more than two runs, the matrix comes first.</summary>
    public static string Of(ComparisonMatrix matrix)
    {
        var text = new StringBuilder("# Differences\n");
        if (matrix.Others.Length > 1)
            text.Append($"\nCompared with {Markdown.Inline(Wording.Run(matrix.First))}.\n\n{Matrix(matrix)}");
        foreach (var run in matrix.Others)
            One(text, run);
        return text.ToString();
    }

    private static void One(StringBuilder text, RunComparison runs)
    {
        text.Append($"\n## {Markdown.Inline(runs.Before.Label)} → {Markdown.Inline(runs.After.Label)}\n\n");
        text.Append(
            $"- {Markdown.Inline(Wording.Run(runs.Before))}\n- {Markdown.Inline(Wording.Run(runs.After))}\n\n**{Wording.Counts(runs)}** {Wording.Verdict(runs)}\n");
        foreach (var (index, group) in runs.Expected.Index())
            Group(text, index + 1, group);
        if (runs.HasUnexplained)
            text.Append("\n### Not explained\n");
        foreach (var leg in runs.Unexplained.Take(Wording.InFull))
            Unexplained(text, leg, runs);
        foreach (var (index, leg) in runs.Unexplained.Skip(Wording.InFull).Index())
            text.Append($"{(index == 0 ? "\nAlso not explained:\n\n" : "")}- {Markdown.Inline(Wording.Leg(leg))}\n");
        Hosts(text, runs);
        Incomparable(text, runs);
    }

    private static void Group(StringBuilder text, int number, CauseGroup group)
    {
        text.Append(
            $"\n### {number}. {Markdown.Inline(group.Cause.Title)}: {Wording.Plural(group.Legs.Length, "leg")}\n\n");
        foreach (var ground in group.Grounds)
            text.Append(
                $"{Markdown.Inline(ground.Says)}{(ground.Source is { } source ? $" ({Markdown.Inline(source)})" : "")}\n\n");
        foreach (var line in RegistrationChange.Lines(group.Cause.Registrations))
            text.Append($"- {Markdown.Inline(line)}\n");
        text.Append(group.Cause.Registrations.IsEmpty ? "" : "\n").Append("| legs | what changed |\n|--:|---|\n");
        foreach (var (words, legs) in group.Changes)
            text.Append($"| {legs} | {Markdown.Inline(words)} |\n");
        text.Append($"\n<details><summary>{Wording.Plural(group.Legs.Length, "leg")}</summary>\n\n");
        foreach (var leg in group.Legs)
            text.Append($"- {Markdown.Inline(Wording.Leg(leg))}\n");
        text.Append("\n</details>\n");
    }

    private static void Unexplained(StringBuilder text, LegComparison leg, RunComparison runs)
    {
        text.Append($"\n**{Markdown.Inline(leg.Title)}**: {Markdown.Inline(Wording.Difference(leg))}\n");
        if (leg.Reason is { } reason)
            text.Append($"\n{Markdown.Inline(reason)}\n");
        if ((leg.Before?.Observed ?? leg.Before?.Predicted, leg.After?.Observed ?? leg.After?.Predicted)
            is ({ } before, { } after))
            text.Append($"\n{Markdown.Block(SideBySide.Text(before, runs.Before.Label, after, runs.After.Label))}");
        if (leg.After is { Evidence.IsEmpty: false } record)
            text.Append(
                $"\nThe records of {Markdown.Inline(runs.After.Label)}:\n\n{Markdown.Block(string.Join('\n', record.Evidence.Select(one => PlainText.Of($"{one.Channel} {one}"))))}");
        if (leg.Explanation is { } explanation)
            text.Append($"\n{Markdown.Inline(explanation)}\n");
    }

    private static void Hosts(StringBuilder text, RunComparison runs)
    {
        if (runs.Facts.IsEmpty && runs.Hosts.IsEmpty)
            return;
        text.Append("\n### The hosts\n\n");
        if (!runs.Facts.IsEmpty)
            text.Append(
                $"| | {Markdown.Inline(runs.Before.Label)} | {Markdown.Inline(runs.After.Label)} |\n|---|---|---|\n");
        foreach (var fact in runs.Facts)
            text.Append(
                $"| {Markdown.Inline(fact.Name)} | {Markdown.Inline(fact.Before ?? "–")} | {Markdown.Inline(fact.After ?? "–")} |\n");
        if (!runs.Hosts.IsEmpty)
            text.Append("\nThose that can change a trail:\n\n");
        foreach (var one in runs.Hosts)
            text.Append($"- {Markdown.Inline(one.Title)}\n");
        var hooks = RegistrationChange.Lines(runs.Hooks);
        if (!hooks.IsEmpty)
            text.Append("\nHooks as the kernels list them (`nft list hooks`):\n\n");
        foreach (var line in hooks)
            text.Append($"- {Markdown.Inline(line)}\n");
    }

    private static void Incomparable(StringBuilder text, RunComparison runs)
    {
        var legs = runs.Legs.Where(leg => leg.Status == LegStatus.Incomparable).ToList();
        if (legs.Count == 0)
            return;
        text.Append($"\n### Cannot be compared\n\n");
        foreach (var same in legs.GroupBy(leg => leg.Reason))
            text.Append(
                $"- {Markdown.Inline(same.Key ?? "")}\n{string.Concat(same.Select(leg => $"  - {Markdown.Inline(leg.Title)}\n"))}");
    }

    internal static string Matrix(ComparisonMatrix matrix)
    {
        var text = new StringBuilder(
            $"| journey | {string.Join(" | ", matrix.Others.Select(run => Markdown.Inline(run.After.Label)))} |\n|---|{string.Concat(matrix.Others.Select(_ => "---|"))}\n");
        foreach (var journey in matrix.Journeys)
            text.Append(
                $"| {Markdown.Inline(journey)} | {string.Join(" | ", matrix.Others.Select(run => MatrixCell.Of(run, journey).Sign))} |\n");
        return text
            .Append(
                "\n= the same, ≠ different as expected, ✗ some unexplained, ? cannot be compared; numbers count legs.\n")
            .ToString();
    }
}
