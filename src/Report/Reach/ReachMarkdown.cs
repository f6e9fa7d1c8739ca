using System.Text;
using Hooktrail.Questions.Reach;
using Hooktrail.Text;

namespace Hooktrail.Report.Reach;

/// <summary>Who reaches what in GitHub-flavoured Markdown, for a pull request or a step summary.</summary>
public static class ReachMarkdown
{
    public static string Of(ReachTable table, ImmutableArray<JudgedExpectation> expectations)
    {
        var text = new StringBuilder($"# Who reaches what\n\n{Markdown.Inline(ReachWords.Counts(table))}\n");
        Surprises(text, table.Surprises, "Surprises");
        if (!expectations.IsEmpty)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## Expectations\n\n{ReachWords.Counts(expectations)}\n\n");
            foreach (var one in expectations.Where(one => one.Fulfilment != Fulfilment.AsExpected))
                text.Append(CultureInfo.InvariantCulture, $"- {Markdown.Inline(ReachWords.Line(one))}\n");
        }

        var (reasons, surprising) = (new Reasons(table), ReachWords.SurprisesOf(table));
        text.Append(
            CultureInfo.InvariantCulture,
            $"\n## Table\n\n| service | ip | {string.Join(" | ", table.Sources.Select(one => Markdown.Inline(one.Name)))} |\n|---|---|{string.Concat(table.Sources.Select(_ => "---|"))}\n");
        foreach (var (row, service) in table.Services.Index())
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {Markdown.Inline(service.Name)} | {service.Ip.Name()} | {string.Join(" | ", table.Sources.Select((_, column) => Word(table[row, column])))} |\n");
        text.Append('\n');
        // Not a list of Markdown: its numbers are those of the table.
        foreach (var (number, says) in reasons.Numbered)
            text.Append(CultureInfo.InvariantCulture, $"- **{number}** {Markdown.Inline(says)}\n");
        if (reasons.Left is { } left)
            text.Append(CultureInfo.InvariantCulture, $"- {left}\n");
        foreach (var missing in table.Topology.NotKnown)
            text.Append(CultureInfo.InvariantCulture, $"- not known of this host: {Markdown.Inline(missing.ToString())}\n");
        return text.ToString();

        string Word(Cell cell) =>
            cell.Verdict.Word() + reasons.NumberOf(cell) + (surprising[cell].Any() ? $" {ReachWords.Surprising}" : "");
    }

    public static string Of(ReachDifference difference)
    {
        var text = new StringBuilder($"# What changed in who reaches what\n\n{ReachWords.Counts(difference)}\n");
        foreach (var group in difference.Groups)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"\n## {ReachWords.Title(group)}\n\n- before: {Markdown.Inline(group.CauseBefore)}\n- after: {Markdown.Inline(group.CauseAfter)}\n\n<details><summary>The answers</summary>\n\n");
            foreach (var change in group.Changes)
                text.Append(CultureInfo.InvariantCulture, $"- {Markdown.Inline(change.Either.ToString())}\n");
            text.Append("\n</details>\n");
        }

        Surprises(text, difference.NewSurprises, "New surprises");
        return text.ToString();
    }

    private static void Surprises(StringBuilder text, ImmutableArray<Surprise> surprises, string title)
    {
        if (surprises.IsEmpty)
            return;
        text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n");
        foreach (var one in surprises)
            text.Append(
                CultureInfo.InvariantCulture,
                $"- {ReachWords.Surprising} **{Markdown.Inline(one.Says)}** {Markdown.Inline(one.Advice)}\n");
    }
}
