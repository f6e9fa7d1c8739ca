using System.Text;
using System.Text.RegularExpressions;
using Hooktrail.Judging.Comparison;
using Hooktrail.Records;
using Hooktrail.Report.Html;
using Hooktrail.Report.Runs;
using NJsonSchema;
using static Hooktrail.Tests.Judging.Recorded;

namespace Hooktrail.Tests.Judging;

[TestFixture]
public partial class WritingTests
{
    private const string Hostile = "</script><script>alert(1)</script>|`*\u001b[31m\n# x";

    private static readonly ComparedRun Before = Run("before", Old, ToWan, Bridged, ToHost);

    // One expected cause, one unexplained difference, one that proves nothing.
    private static readonly ComparedRun After = Run("after", New, ToWan, Bridged, ToHost).With(leg =>
        leg.Flow == Bridged && leg.Leg == Leg.Request
        ? leg.Observed(trail => trail with { Hops = trail.Hops.RemoveAt(0) })
        : leg.Flow == ToHost && leg.Leg == Leg.Reply
        ? leg with { Observed = null, Verdict = LegVerdict.Inconclusive, Reason = "records were lost" }
        : leg);

    private static readonly ComparisonMatrix Two = ComparisonMatrix.Of([Before, After]);
    private static readonly ComparisonMatrix Four =
        ComparisonMatrix.Of([Before, After, Run("third", Old, ToWan, Bridged, ToHost), Run("fourth", New, ToWan)]);

    [Test]
    public void Text_counts_groups_by_cause_and_shows_what_is_unexplained_with_both_trails_and_the_records()
    {
        var text = ComparisonText.Of(Two);
        Assert.Multiple(() =>
        {
            Assert.That(text, Does.Contain("6 legs: 2 same, 3 changed, 1 cannot be compared."));
            Assert.That(
                text,
                Does.Contain("3 differences: 2 expected from the hosts (1 cause), 1 that the model does not explain."));
            Assert.That(text, Does.Contain("\n1  Linux 5.5: POSTROUTING knows the device in: 2 legs\n"));
            Assert.That(text, Does.Contain("[commit 28f8bfd1ac94; net/ipv4/ip_output.c"));
            Assert.That(text, Does.Contain("Not explained: 1 leg\n")
                .And.Contain("hop  hook point")
                .And.Contain("  before")
                .And.Contain("  after"));
            Assert.That(text, Does.Contain("The records of after:\n  nflog #166 "));
            Assert.That(
                text, Does.Contain("Cannot be compared: 1 leg\n  It is inconclusive in after: records were lost\n"));
            Assert.That(text, Does.Not.Contain("journey"), "two runs need no matrix");
        });
    }

    [Test]
    public void Of_more_than_two_runs_a_matrix_comes_first()
    {
        var text = ComparisonText.Of(Four);
        Assert.Multiple(() =>
        {
            Assert.That(text, Does.Match(@"(?m)^journey +after +third +fourth$"));
            Assert.That(text, Does.Match(@"(?m)^client → wan +≠ 2/2 +≠? ?=? ?2(/2)? +≠ 2/2$"));
            Assert.That(text, Does.Match(@"(?m)^client → server +✗ 1/2 +="));
        });
    }

    [Test]
    public void The_cells_of_the_matrix_count_what_they_say()
    {
        var cell = MatrixCell.Of(Two.Others[0], "client → host");
        Assert.Multiple(() =>
        {
            Assert.That(cell, Is.EqualTo(new MatrixCell(1, 0, 0, 1)));
            Assert.That(cell.Words, Is.EqualTo("all 1 the same, 1 cannot be compared"));
            Assert.That(MatrixCell.Of(Two.Others[0], "client → server"), Is.EqualTo(new MatrixCell(2, 0, 1, 0)));
            Assert.That(MatrixCell.Of(Two.Others[0], "nobody → nobody").IsEmpty);
            Assert.That(Four.Journeys, Is.EqualTo(new[] { "client → host", "client → server", "client → wan" }));
        });
    }

    [Test]
    public async Task Json_is_as_its_schema_says([Values] bool many)
    {
        var file = Path.Combine(TestContext.CurrentContext.TestDirectory, "comparison.schema.json");
        var schema = await JsonSchema.FromJsonAsync(
            (await File.ReadAllTextAsync(file)).Replace("$defs", "definitions"));
        var json = Encoding.UTF8.GetString(Bytes(stream => ComparisonJson.Write(stream, many ? Four : Two)));
        Assert.Multiple(() =>
        {
            Assert.That(schema.Validate(json), Is.Empty);
            Assert.That(
                schema.Validate(json.Replace("\"cause\"", "\"because\"")), Is.Not.Empty, "the schema says something");
            Assert.That(json, Does.Contain("\"cannot be compared\": 1"));
        });
    }

    [Test]
    public void Markdown_folds_legs_away_and_tells_the_same()
    {
        var text = ComparisonMarkdown.Of(Two);
        Assert.Multiple(() =>
        {
            Assert.That(text, Does.StartWith("# Differences\n"));
            Assert.That(text, Does.Contain("### 1. Linux 5.5: POSTROUTING knows the device in: 2 legs\n"));
            Assert.That(text, Does.Contain("| 1 | iptables mangle POSTROUTING: in is lab instead of empty |\n"));
            Assert.That(text, Does.Contain("### Not explained\n"));
            Assert.That(text, Does.Contain("<details><summary>2 legs</summary>"));
        });
    }

    [Test]
    public void No_text_of_a_run_commands_a_terminal_a_page_or_Markdown()
    {
        static ComparedRun Bad(ComparedRun run) => (run with
        {
            Name = Hostile,
            Label = Hostile + run.Label,
            Trails = run.Trails with { Facts = [new(Hostile, Hostile + run.Label)] }
        })
            .With(leg => leg with
            {
                Scenario = new(Hostile, Hostile) { Example = leg.Flow.ToString() },
                Reason = leg.Reason is null ? null : Hostile,
                Evidence = [new(1, Hostile, 1, Hostile)]
            });
        var matrix = ComparisonMatrix.Of([Bad(Before), Bad(After)]);
        var (text, markdown, html) =
            (ComparisonText.Of(matrix), ComparisonMarkdown.Of(matrix), Html(ComparisonPage.Alone(matrix)));
        Assert.Multiple(() =>
        {
            Assert.That(text, Does.Not.Contain("\u001b").And.Not.Contain("\n# x"));
            Assert.That(markdown, Does.Not.Contain("\u001b").And.Not.Contain("\n# x"));
            Assert.That(Fence().Replace(markdown, ""), Does.Not.Contain("<script>"), "within a fence it is no markup");
            Assert.That(html, Does.Contain("&lt;/script&gt;&lt;script&gt;alert(1)"));
            Assert.That(html, Does.Not.Contain("<script>alert").And.Not.Contain("</script><script>alert"));
            Assert.That(Script().Count(html), Is.EqualTo(2));
        });
    }

    [Test]
    public void The_page_has_the_heat_map_every_cause_and_no_id_twice()
    {
        var html = Html(ComparisonPage.Alone(Four));
        var ids = Id().Matches(html).Select(match => match.Groups[1].Value).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(ids, Is.Unique);
            Assert.That(
                Link().Matches(html).Select(match => match.Groups[1].Value).Where(to => !ids.Contains(to)),
                Is.Empty,
                "every link leads somewhere");
            Assert.That(html, Does.Contain("aria-label=\"after, client → server: 1 of 2 different, 1 unexplained\""));
            Assert.That(html, Does.Contain("class=\"page current\" id=\"compared\""));
            Assert.That(html, Does.Contain("Linux 5.5: POSTROUTING knows the device in"));
        });
    }

    [Test]
    public void In_a_report_of_the_runs_a_leg_leads_to_where_it_is_shown()
    {
        var report = new ReportInput([new("before", Before.Trails), new("after", After.Trails)]);
        var html = Html(ComparisonPage.With(report, Two));
        var ids = Id().Matches(html).Select(match => match.Groups[1].Value).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(
                Link().Matches(html).Select(match => match.Groups[1].Value).Where(to => !ids.Contains(to)), Is.Empty);
            Assert.That(html, Does.Match("<a href=\"#run-2/feature/[^\"]+\" aria-label=\"after: "));
            Assert.That(html, Does.Contain("<a href=\"#compared\">Differences</a>"));
        });
    }

    private static string Html(ReportInput input)
    {
        using var html = new StringWriter { NewLine = "\n" };
        HtmlReport.Write(html, input);
        return html.ToString();
    }

    [GeneratedRegex(@"(?ms)^```text$.*?^```$")]
    private static partial Regex Fence();

    [GeneratedRegex(@"<script[ >]")]
    private static partial Regex Script();

    [GeneratedRegex(@"\bid=""([^""]+)""")]
    private static partial Regex Id();

    [GeneratedRegex(@"<a [^>]*href=""#([^""]+)""")]
    private static partial Regex Link();
}
