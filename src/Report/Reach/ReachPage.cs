using Hooktrail.Model;
using Hooktrail.Questions;
using Hooktrail.Questions.Reach;
using Hooktrail.Report.Html;

namespace Hooktrail.Report.Reach;

/// <summary>Who reaches what, as a page of the HTML report: a table whose cells lead to the path.</summary>
public static class ReachPage
{
    private const string Id = "reach";

    // A path takes a few kilobytes, and about a millisecond.
    private const int MostPaths = 5_000;

    /// <summary>A report that contains only the table and the guide.</summary>
    /// <param name="table">The table.</param>
    /// <param name="expectations">What was expected of it.</param>
    /// <param name="verified">What a twin of the host did; null if none was asked.</param>
    public static ReportInput Of(
        ReachTable table, ImmutableArray<JudgedExpectation> expectations, VerifiedReach? verified = null) =>
        Alone("Reach", html => new Writer(html, table, verified).Write(expectations));

    /// <summary>A report that contains only what changed, and the guide.</summary>
    /// <param name="difference">What changed.</param>
    /// <param name="before">What a twin of the earlier host did; null if none was asked.</param>
    /// <param name="after">What one of the later host did.</param>
    public static ReportInput Of(
        ReachDifference difference, VerifiedReach? before = null, VerifiedReach? after = null) =>
        Alone("Changes", html => new DifferenceWriter(html, difference, before, after).Write());

    private static ReportInput Alone(string name, Action<HtmlWriter> write) => new([])
    {
        Hooks = HookMap.Of,
        Pages = [new(Id, name, (html, _) => write(html))],
    };

    private static Dictionary<Cell, Verified> ByCell(VerifiedReach? verified) =>
        verified?.Cells.ToDictionary(one => one.Cell, one => one.Verified, SameCell.Instance) ?? [];

    private static string Grade(VerifiedReach verified) =>
        verified.Otherwise.Any() ? "bad" : verified.Untold.Any() ? "doubt" : "good";

    private static string Grade(Verified verified) =>
        verified.Agrees switch { true => "good", false => "bad", null => "doubt" };

    /// <summary>What decides, what a twin did, and the path.</summary>
    private static void Path(HtmlWriter html, ReachTable table, Cell cell, Verified? told)
    {
        html.Add($"<p>{cell.Found.Says}</p>\n");
        if (told is not null)
            html.Add($"<p class=\"{Grade(told)}\">{told.ToString()}</p>\n");
        if (table.AnswerOf(cell) is not { } answer)
            return;
        html.Add($"<pre class=\"message\" tabindex=\"0\">");
        foreach (var leg in answer.Legs)
            html.Add($"{AnswerText.OfLeg(leg, everyHook: false)}");
        html.Add($"</pre>\n");
    }

    private static void List(HtmlWriter html, string title, IEnumerable<string> sentences)
    {
        var all = sentences.ToList();
        if (all.Count == 0)
            return;
        html.Add($"<h2>{title}</h2>\n<ul>\n");
        foreach (var sentence in all)
            html.Add($"<li>{sentence}</li>\n");
        html.Add($"</ul>\n");
    }

    private static void Surprises(HtmlWriter html, ImmutableArray<Surprise> surprises, string title)
    {
        if (surprises.IsEmpty)
            return;
        html.Add($"<h2>{title}</h2>\n<ul class=\"reasons\">\n");
        foreach (var one in surprises)
            html.Add($"<li><p><span class=\"bad\">{ReachWords.Surprising}</span> {one.Says}</p>{one.Advice}</li>\n");
        html.Add($"</ul>\n");
    }

    private sealed class DifferenceWriter(
        HtmlWriter html, ReachDifference difference, VerifiedReach? before, VerifiedReach? after)
    {
        private readonly Dictionary<Cell, Verified> _before = ByCell(before);
        private readonly Dictionary<Cell, Verified> _after = ByCell(after);
        private int _paths;

        public void Write()
        {
            html.Add($"<h1 id=\"{Id}/h\" tabindex=\"-1\">What changed in who reaches what</h1>\n");
            html.Add($"<p class=\"lead\">{ReachWords.Counts(difference)}</p>\n");
            html.Add($"<p>Before: {ReachWords.Counts(difference.Before)}<br>After: {ReachWords.Counts(difference.After)}</p>\n");
            Verified("Before", before);
            Verified("After", after);
            foreach (var (index, group) in difference.Groups.Index())
                Write(group, index + 1);
            if (_paths == MostPaths)
                html.Add(
                    $"<p>Only the first {MostPaths} paths are here; ./specs check prints any other.</p>\n");
            Surprises(html, difference.NewSurprises, "New surprises");
            Twin("earlier", before);
            Twin("later", after);
        }

        private void Verified(string host, VerifiedReach? verified)
        {
            if (verified is not null)
                html.Add($"<p class=\"reason {Grade(verified)}\">{host}: {verified.ToString()}</p>\n");
        }

        private void Write(ChangeGroup group, int number)
        {
            html.Add(
                $"<article class=\"scenario\" id=\"{Id}/{number}\" aria-labelledby=\"{Id}/{number}/h\"><h2 id=\"{Id}/{number}/h\">{ReachWords.Title(group)}</h2>\n");
            html.Add(
                $"<p>Before: <code>{group.CauseBefore}</code><br>After: <code>{group.CauseAfter}</code></p>\n<details><summary>The answers</summary>\n");
            foreach (var change in group.Changes)
            {
                html.Add($"<details><summary>{change.Either.ToString()}</summary>\n");
                Path("Before", difference.Before, change.Before, _before);
                Path("After", difference.After, change.After, _after);
                html.Add($"</details>\n");
            }

            html.Add($"</details></article>\n");
        }

        private void Path(string host, ReachTable table, Cell? cell, Dictionary<Cell, Verified> verified)
        {
            html.Add($"<p><b>{host}: {ReachWords.Word(cell?.Verdict)}</b></p>\n");
            if (cell is null || _paths == MostPaths)
                return;
            _paths++;
            ReachPage.Path(html, table, cell, verified.GetValueOrDefault(cell));
        }

        private void Twin(string host, VerifiedReach? verified)
        {
            if (verified is null)
                return;
            List(
                html, $"What the twin of the {host} host did otherwise, or could not tell",
                verified.Otherwise.Concat(verified.Untold).Select(one => $"{one.Cell}: {one.Verified}"));
            List(html, $"In what the twin of the {host} host is not the host", verified.Differences);
        }
    }

    private sealed class Writer(HtmlWriter html, ReachTable table, VerifiedReach? verified)
    {
        private readonly Dictionary<Cell, Verified> _verified = ByCell(verified);

        private readonly ILookup<Cell, Surprise> _surprising = ReachWords.SurprisesOf(table);
        private readonly Dictionary<Cell, int> _paths = table.Cells
            .Where(cell => cell is { Question: not null, Found.Ending: not null })
            .Take(MostPaths)
            .Select((cell, index) => (cell, index))
            .ToDictionary(one => one.cell, one => one.index + 1, SameCell.Instance);

        public void Write(ImmutableArray<JudgedExpectation> expectations)
        {
            html.Add($"<h1 id=\"{Id}/h\" tabindex=\"-1\">Who reaches what</h1>\n");
            html.Add(
                $"<p class=\"lead\">{ReachWords.Counts(table)}. A cell leads to the path of its packets: the hooks and the rules that matched.</p>\n");
            Verified();
            Surprises(html, table.Surprises, "Surprises");
            Expectations(expectations);
            Table();
            List(html, "Not known of this host", table.Topology.NotKnown.Select(one => one.ToString()));
            Paths();
        }

        private void Verified()
        {
            if (verified is null)
                return;
            html.Add(
                $"<p class=\"reason {Grade(verified)}\">{verified.ToString()}</p>\n");
            List(html, "In what the twin is not the host", verified.Differences);
        }

        private void Expectations(ImmutableArray<JudgedExpectation> expectations)
        {
            if (expectations.IsEmpty)
                return;
            html.Add($"<h2>Expectations</h2>\n<p>{ReachWords.Counts(expectations)}</p>\n<ul>\n");
            foreach (var one in expectations)
                html.Add(
                    $"<li><span class=\"{Class(one.Fulfilment)}\">{one.Fulfilment.Word()}</span>: <code>{one.Expectation.Text}</code><br><small>{one.Found.Says}</small></li>\n");
            html.Add($"</ul>\n");
        }

        private void Table()
        {
            html.Add(
                $"<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Who reaches what\"><table class=\"heat\"><caption>Whether a source reaches a service: <span class=\"good\">yes</span>, no, <span class=\"doubt\">depends</span>, not known, – no such question; <span class=\"bad\">{ReachWords.Surprising}</span> a surprise</caption>\n<thead><tr><th scope=\"col\">service</th><th scope=\"col\">ip</th>");
            foreach (var source in table.Sources)
                html.Add($"<th scope=\"col\">{source.Name}</th>");
            html.Add($"</tr></thead>\n<tbody>\n");
            foreach (var (row, service) in table.Services.Index())
            {
                html.Add($"<tr><th scope=\"row\">{service.Name}</th><td>{service.Ip.Name()}</td>");
                foreach (var (column, _) in table.Sources.Index())
                    Cell(table[row, column]);
                html.Add($"</tr>\n");
            }

            html.Add($"</tbody></table></div>\n");
            if (_paths.Count == MostPaths)
                html.Add(
                    $"<p>Only the first {MostPaths} cells lead to a path; ./specs check prints that of any other.</p>\n");
        }

        private void Cell(Cell cell)
        {
            var surprise = _surprising[cell].Any();
            var word = cell.Verdict.Word() + (surprise ? $" {ReachWords.Surprising}" : "");
            html.Add($"<td class=\"{(surprise ? "bad" : Class(cell.Verdict))}\">");
            if (_paths.TryGetValue(cell, out var path))
                html.Add($"<a href=\"#{Id}/{path}\" aria-label=\"{cell.ToString()}: {word}\">{word}</a>");
            else
                html.Add($"{word}");
            html.Add($"</td>");
        }

        private void Paths()
        {
            html.Add($"<h2>Paths</h2>\n");
            foreach (var (cell, number) in _paths)
            {
                html.Add(
                    $"<details id=\"{Id}/{number}\"><summary>{cell.ToString()}: {cell.Verdict.Word()}</summary>\n");
                foreach (var surprise in _surprising[cell])
                    html.Add($"<p><span class=\"bad\">{ReachWords.Surprising}</span> {surprise.Says} {surprise.Advice}</p>\n");
                Path(html, table, cell, _verified.GetValueOrDefault(cell));
                html.Add($"</details>\n");
            }
        }

        private static string Class(Verdict verdict) => verdict switch
        {
            Verdict.Yes => "good",
            Verdict.Depends => "doubt",
            Verdict.NotKnown => "none",
            _ => "",
        };

        private static string Class(Fulfilment fulfilment) => fulfilment switch
        {
            Fulfilment.AsExpected => "good",
            Fulfilment.Otherwise => "bad",
            _ => "doubt",
        };
    }
}
