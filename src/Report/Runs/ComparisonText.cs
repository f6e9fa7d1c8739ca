using System.Text;
using Hooktrail.Judging;
using Hooktrail.Judging.Comparison;
using Hooktrail.Judging.Comparison.Hosts;
using Hooktrail.Judging.Comparison.Legs;
using Hooktrail.Text;

namespace Hooktrail.Report.Runs;

public static class ComparisonText
{
    /// <summary>For more than two runs, the matrix comes first.</summary>
    public static string Of(ComparisonMatrix matrix)
    {
        var text = new StringBuilder();
        if (matrix.Others.Length > 1)
            text.Append($"Compared with {PlainText.Of(Wording.Run(matrix.First))}\n\n{Matrix(matrix)}");
        foreach (var run in matrix.Others)
            text.Append(text.Length > 0 ? "\n" : "").Append(Of(run));
        return text.ToString();
    }

    private static string Of(RunComparison runs)
    {
        var text = new StringBuilder();
        text.Append(
            $"  {PlainText.Of(Wording.Run(runs.Before))}\n→ {PlainText.Of(Wording.Run(runs.After))}\n\n{Wording.Counts(runs)}\n{Wording.Verdict(runs)}\n");
        Hosts(text, runs);
        foreach (var (index, group) in runs.Expected.Index())
            Group(text, index + 1, group);
        if (runs.HasUnexplained)
            text.Append($"\nNot explained: {Wording.Plural(runs.Unexplained.Count(), "leg")}\n");
        foreach (var leg in runs.Unexplained.Take(Wording.InFull))
            Unexplained(text, leg, runs);
        foreach (var (index, leg) in runs.Unexplained.Skip(Wording.InFull).Index())
            Line(text, index == 0 ? "\nAlso not explained:\n  " : "  ", Wording.Leg(leg));
        Incomparable(text, runs);
        return text.ToString();
    }

    private static void Hosts(StringBuilder text, RunComparison runs)
    {
        if (runs.Facts.IsEmpty && runs.Hosts.IsEmpty)
            return;
        text.Append("\nThe hosts\n");
        foreach (var fact in runs.Facts)
            Line(text, "  ", fact.ToString());
        if (!runs.Hosts.IsEmpty)
            text.Append("  those that can change a trail:\n");
        foreach (var one in runs.Hosts)
            Line(text, "    ", one.Title);
        foreach (var line in RegistrationChange.Lines(runs.Hooks))
            Line(text, "  nft list hooks: ", line);
    }

    private static void Group(StringBuilder text, int number, CauseGroup group)
    {
        Line(text, "\n", $"{number}  {group.Cause.Title}: {Wording.Plural(group.Legs.Length, "leg")}");
        foreach (var ground in group.Grounds)
            Line(text, "   ", $"{ground.Says}{(ground.Source is { } source ? $" [{source}]" : "")}");
        foreach (var line in RegistrationChange.Lines(group.Cause.Registrations))
            Line(text, "   ", line);
        foreach (var (words, legs) in group.Changes)
            Line(text, "   ", $"{legs,5}  {words}");
        text.Append("   The legs:\n");
        foreach (var leg in group.Legs)
            Line(text, "     ", Wording.Leg(leg));
    }

    private static void Unexplained(StringBuilder text, LegComparison leg, RunComparison runs)
    {
        Line(text, "\n", Wording.Leg(leg));
        if (leg.Reason is { } reason)
            Line(text, "", reason);
        if ((leg.Before?.Observed ?? leg.Before?.Predicted, leg.After?.Observed ?? leg.After?.Predicted)
            is ({ } before, { } after))
            text.Append(SideBySide.Text(before, runs.Before.Label, after, runs.After.Label));
        foreach (var (label, evidence) in new[]
        {
            (runs.Before.Label, leg.Before?.Evidence), (runs.After.Label, leg.After?.Evidence)
        })
            if (evidence is { IsEmpty: false } lines)
            {
                Line(text, "", $"The records of {label}:");
                foreach (var line in lines)
                    Line(text, "  ", $"{line.Channel} {line}");
            }

        if (leg.Explanation is { } explanation)
            Line(text, "", explanation);
    }

    private static void Incomparable(StringBuilder text, RunComparison runs)
    {
        var legs = runs.Legs.Where(leg => leg.Status == LegStatus.Incomparable).ToList();
        if (legs.Count == 0)
            return;
        text.Append($"\nCannot be compared: {Wording.Plural(legs.Count, "leg")}\n");
        foreach (var same in legs.GroupBy(leg => leg.Reason))
        {
            Line(text, "  ", same.Key ?? "");
            foreach (var leg in same)
                Line(text, "    ", leg.Title);
        }
    }

    private static string Matrix(ComparisonMatrix matrix)
    {
        var table = new TextTable(["journey", .. matrix.Others.Select(run => run.After.Label)]);
        foreach (var journey in matrix.Journeys)
            table.Add([journey, .. matrix.Others.Select(run => MatrixCell.Of(run, journey).Sign)]);
        return $"{table.Text()}= the same, ≠ different as expected, ✗ some unexplained, ? cannot be compared; numbers count legs\n";
    }

    private static void Line(StringBuilder text, string before, string line) =>
        text.Append(before).Append(PlainText.Of(line)).Append('\n');
}
