using Hooktrail.Judging;
using Hooktrail.Judging.Comparison;
using Hooktrail.Judging.Comparison.Hosts;
using Hooktrail.Judging.Comparison.Legs;
using Hooktrail.Model;
using Hooktrail.Records;
using Hooktrail.Report.Html;

namespace Hooktrail.Report.Runs;

/// <summary>A page of the HTML report: a heat map of runs and journeys, and each run's differences by cause.</summary>
public static class ComparisonPage
{
    private const string Id = "compared";

    /// <summary>Adds the comparison's page to a report of the runs.</summary>
    public static ReportInput With(ReportInput report, ComparisonMatrix matrix) =>
        report with { Pages = [new(Id, "Differences", (html, parts) => new Writer(html, parts.Runs).Write(matrix))] };

    /// <summary>A report that contains only the comparison's page and the guide.</summary>
    public static ReportInput Alone(ComparisonMatrix matrix) => With(new([]) { Hooks = HookMap.Of }, matrix);

    private sealed class Writer(HtmlWriter html, IReadOnlyList<ShownRun> runs)
    {
        // The place of each leg in the report; empty for a leg of a file that the report does not show.
        private readonly Dictionary<LegRecord, string> _shown = runs.SelectMany(run => run.Scenarios)
            .SelectMany(scenario => scenario.Legs)
            .GroupBy(leg => leg.Record, ReferenceEqualityComparer.Instance)
            .ToDictionary(leg => (LegRecord)leg.Key!, leg => leg.First().Id, new Same());

        public void Write(ComparisonMatrix matrix)
        {
            html.Add($"<h1 id=\"{Id}/h\" tabindex=\"-1\">Differences</h1>\n");
            html.Add(
                $"<p class=\"lead\">Each leg of a run is compared with the same leg of {matrix.First.Label}. A difference is expected if the model predicts both trails from their hosts; its cause is the difference between the hosts that turns one trail into the other.</p>\n");
            html.Add($"<p>{Wording.Run(matrix.First)}</p>\n");
            Heat(matrix);
            foreach (var (index, one) in matrix.Others.Index())
                Run(one, Anchor(index));
        }

        private static string Anchor(int index) => $"{Id}/{index + 1}";

        private void Heat(ComparisonMatrix matrix)
        {
            html.Add(
                $"<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Runs and journeys\"><table class=\"heat\"><caption>The number of legs of each journey that differ from {matrix.First.Label}: <span class=\"good\">= all the same</span>, <span class=\"doubt\">≠ different, as expected</span>, <span class=\"bad\">✗ some unexplained</span>, <span class=\"none\">? cannot be compared</span></caption>\n<thead><tr><th scope=\"col\">journey</th>");
            foreach (var one in matrix.Others)
                html.Add($"<th scope=\"col\">{one.After.Label}</th>");
            html.Add($"</tr></thead>\n<tbody>\n");
            foreach (var journey in matrix.Journeys)
            {
                html.Add($"<tr><th scope=\"row\">{journey}</th>");
                foreach (var (index, one) in matrix.Others.Index())
                    Cell(one, journey, Anchor(index));
                html.Add($"</tr>\n");
            }
            html.Add($"</tbody></table></div>\n");
        }

        private void Cell(RunComparison run, string journey, string anchor)
        {
            var cell = MatrixCell.Of(run, journey);
            if (cell.IsEmpty)
                html.Add($"<td></td>");
            else
                html.Add(
                    $"<td class=\"{Class(cell)}\"><a href=\"#{anchor}\" aria-label=\"{run.After.Label}, {journey}: {cell.Words}\"><span aria-hidden=\"true\">{cell.Sign}</span></a></td>");
        }

        private static string Class(MatrixCell cell) =>
            cell.Legs == 0 ? "none d1"
            : cell.Unexplained > 0 ? "bad d1"
            : cell.Expected > 0 ? "doubt d1"
            : $"good d{(cell.Legs >= 20 ? 3 : cell.Legs >= 5 ? 2 : 1)}";

        private void Run(RunComparison run, string anchor)
        {
            html.Add(
                $"<div class=\"run\" id=\"{anchor}\">\n<h2 class=\"run-name\">{run.Before.Label} → {run.After.Label}</h2>\n");
            html.Add(
                $"<p>{Wording.Run(run.After)}</p>\n<p>{Wording.Counts(run)} <span class=\"{(run.HasUnexplained ? "bad" : "good")}\">{Wording.Verdict(run)}</span></p>\n");
            foreach (var (index, group) in run.Expected.Index())
                Group(group, $"{anchor}/cause-{index + 1}");
            if (run.HasUnexplained)
                html.Add($"<h3 class=\"bad\">✗ Not explained</h3>\n");
            foreach (var leg in run.Unexplained.Take(Wording.InFull))
                Unexplained(leg, run);
            Others([.. run.Unexplained.Skip(Wording.InFull)]);
            Hosts(run);
            Incomparable(run);
            html.Add($"</div>\n");
        }

        private void Group(CauseGroup group, string anchor)
        {
            html.Add(
                $"<article class=\"scenario\" id=\"{anchor}\" aria-labelledby=\"{anchor}/h\"><h3 id=\"{anchor}/h\">{group.Cause.Title} <small>{Wording.Plural(group.Legs.Length, "leg")}</small></h3>\n");
            foreach (var ground in group.Grounds)
            {
                html.Add($"<p>{ground.Says}");
                if (ground.Source is { } source)
                    html.Add($" <cite>{source}</cite>");
                html.Add($"</p>\n");
            }
            List(RegistrationChange.Lines(group.Cause.Registrations));
            html.Add(
                $"<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Changes: {group.Cause.Title}\"><table><caption>What changed, and in how many legs</caption><thead><tr><th scope=\"col\">legs</th><th scope=\"col\">change</th></tr></thead><tbody>\n");
            foreach (var (words, legs) in group.Changes)
                html.Add($"<tr><td>{legs}</td><td>{words}</td></tr>\n");
            html.Add($"</tbody></table></div>\n<details><summary>The legs</summary><ul>\n");
            foreach (var leg in group.Legs)
                Leg(leg, Wording.Difference(leg));
            html.Add($"</ul></details></article>\n");
        }

        private void Unexplained(LegComparison leg, RunComparison run)
        {
            html.Add($"<ul>");
            Leg(leg, Wording.Difference(leg));
            html.Add($"</ul>\n");
            if (leg.Reason is { } reason)
                html.Add($"<p class=\"reason bad\">{reason}</p>\n");
            if ((leg.Before?.Observed ?? leg.Before?.Predicted, leg.After?.Observed ?? leg.After?.Predicted)
                is ({ } before, { } after))
                html.Add(
                    $"<pre class=\"message\" tabindex=\"0\">{SideBySide.Text(before, run.Before.Label, after, run.After.Label)}</pre>\n");
            if (leg.After is { Evidence.IsEmpty: false } record)
            {
                html.Add($"<details><summary>The records of {run.After.Label}</summary><ul>\n");
                foreach (var line in record.Evidence)
                    html.Add($"<li>{line.Channel} <code>{line.ToString()}</code></li>\n");
                html.Add($"</ul></details>\n");
            }
            if (leg.Explanation is { } explanation)
                html.Add($"<p>{explanation}</p>\n");
        }

        private void Others(ImmutableArray<LegComparison> legs)
        {
            if (legs.IsEmpty)
                return;
            html.Add($"<p>Also not explained:</p>\n<ul>");
            foreach (var leg in legs)
                Leg(leg, Wording.Difference(leg));
            html.Add($"</ul>\n");
        }

        private void Hosts(RunComparison run)
        {
            if (run.Facts.IsEmpty && run.Hosts.IsEmpty)
                return;
            html.Add($"<h3>The hosts</h3>\n");
            if (!run.Facts.IsEmpty)
            {
                html.Add(
                    $"<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"The hosts: {run.Before.Label} and {run.After.Label}\"><table><caption>Measured differences</caption><thead><tr><th scope=\"col\">what</th><th scope=\"col\">{run.Before.Label}</th><th scope=\"col\">{run.After.Label}</th></tr></thead><tbody>\n");
                foreach (var fact in run.Facts)
                    html.Add(
                        $"<tr><th scope=\"row\">{fact.Name}</th><td>{fact.Before ?? "–"}</td><td>{fact.After ?? "–"}</td></tr>\n");
                html.Add($"</tbody></table></div>\n");
            }
            if (!run.Hosts.IsEmpty)
                html.Add($"<p>Those that can change a trail:</p>\n");
            List([.. run.Hosts.Select(one => one.Title)]);
            if (!run.Hooks.IsEmpty)
                html.Add($"<p>Hooks as the kernels list them (<code>nft list hooks</code>):</p>\n");
            List(RegistrationChange.Lines(run.Hooks));
        }

        private void Incomparable(RunComparison run)
        {
            var legs = run.Legs.Where(leg => leg.Status == LegStatus.Incomparable).ToList();
            if (legs.Count == 0)
                return;
            html.Add($"<h3>Cannot be compared</h3>\n<ul class=\"reasons\">\n");
            foreach (var same in legs.GroupBy(leg => leg.Reason))
            {
                html.Add(
                    $"<li><p class=\"none\">? {same.Key} <small>{Wording.Plural(same.Count(), "leg")}</small></p><details><summary>The legs</summary><ul>\n");
                foreach (var leg in same)
                    Leg(leg, null);
                html.Add($"</ul></details></li>\n");
            }
            html.Add($"</ul>\n");
        }

        private void Leg(LegComparison leg, string? what)
        {
            html.Add($"<li>{leg.Title}");
            foreach (var (name, record) in new[] { ("before", leg.Before), ("after", leg.After) })
                if (record is not null && _shown.TryGetValue(record, out var id))
                    html.Add($" <a href=\"#{id}\" aria-label=\"{name}: {leg.Title}\">{name}</a>");
            if (what is not null)
                html.Add($"<br><small>{what}</small>");
            html.Add($"</li>\n");
        }

        private void List(ImmutableArray<string> lines)
        {
            if (lines.IsEmpty)
                return;
            html.Add($"<ul>");
            foreach (var line in lines)
                html.Add($"<li>{line}</li>");
            html.Add($"</ul>\n");
        }

        private sealed class Same : IEqualityComparer<LegRecord>
        {
            public bool Equals(LegRecord? one, LegRecord? other) => ReferenceEquals(one, other);

            public int GetHashCode(LegRecord record) =>
                System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(record);
        }
    }
}
