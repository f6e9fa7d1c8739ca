using Hooktrail.Judging;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Report.Html;

/// <summary>Writes the rules of a hop as rows of its own below it, predicted and observed side by side.</summary>
internal sealed class RuleRows(HtmlWriter html)
{
    /// <param name="leg">The leg; null rules write nothing.</param>
    /// <param name="predicted">The hop's number in the predicted trail; -1 if it is none of it.</param>
    /// <param name="observed">The same of the observed trail.</param>
    /// <param name="point">Where the hop is; null before the first.</param>
    /// <param name="marks">Whether a rule that differs is the first divergence.</param>
    /// <returns>Whether a rule was marked.</returns>
    public bool Write(ShownLeg leg, int predicted, int observed, HookPoint? point, bool marks)
    {
        if (leg.Rules is not { } rules)
            return false;
        var isMarked = false;
        foreach (var line in AlignedRule.Of(
            rules.Predicted.Where(rule => rule.Hop == predicted), leg.Record.Rules.Where(rule => rule.Hop == observed)))
        {
            var isUntold = rules.Untold.Contains(line.Rule);
            var parts = marks && !isMarked && !isUntold && line.IsPredicted != line.IsObserved;
            isMarked |= parts;
            html.Add($"<tr class=\"rule{(parts ? " divergence" : "")}\"><td><td colspan=\"4\"><code>{In(line.Rule, point)}</code>");
            if (line.Rule.Verdict != RuleVerdict.Unknown)
                html.Add($" <small>{line.Rule.Verdict.Name()}</small>");
            if (parts)
                html.Add($"{LegSection.FirstDivergence}");
            Cell(leg.Record.Predicted is not null, line.IsPredicted, line.Rule, "✗ not predicted");
            if (isUntold && leg.Record.Observed is not null)
                html.Add($"<td class=\"untold\">not told");
            else
                Cell(leg.Record.Observed is not null, line.IsObserved, line.Rule, "✗ not met");
            html.Add($"\n");
        }

        return isMarked;
    }

    /// <summary>A rule by its number; its chain stands before it if that is not the hook's own.</summary>
    public static string In(RuleStep rule, HookPoint? point) =>
        (rule.Chain == point?.Chain ? "" : $"{rule.Chain} ") + (rule.Number is null ? rule.Text : $"{rule.Place}: {rule.Text}");

    // A rule that was asked and did not match is shown only where every rule was asked for.
    private void Cell(bool speaks, bool names, RuleStep rule, string otherwise) => html.Add(new Markup(
        !speaks ? "<td>"
        : !names ? $"<td class=\"no\">{otherwise}"
        : rule.Verdict == RuleVerdict.NoMatch ? "<td class=\"untold\">○" : "<td>✓"));
}
