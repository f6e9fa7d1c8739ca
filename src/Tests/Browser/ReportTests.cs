using Hooktrail.Judging;
using Hooktrail.Records;
using Microsoft.Playwright;

namespace Hooktrail.Tests.Browser;

[TestFixture(Reports.Made)]
[TestFixture(Reports.OfTheRun)]
public sealed class ReportTests(string which)
{
    private ReportFile _report = null!;
    private OpenedFile _opened = null!;
    private string[] _pages = [];

    private IPage Page => _opened.Page;

    [OneTimeSetUp]
    public async Task OpenAsync()
    {
        _report = Reports.Get(which);
        _opened = await OpenedFile.OpenAsync(_report.Html);
        _pages = await Ids("section.page");
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        if (_opened is not null)
            await _opened.DisposeAsync();
    }

    [TearDown]
    public void Nothing_went_wrong_and_no_request_went_out() => Assert.That(_opened.Faults, Is.Empty);

    [Test]
    public async Task Only_one_page_at_a_time_is_shown_under_its_heading()
    {
        Assert.That(_pages, Has.Length.GreaterThan(4));
        foreach (var id in _pages)
        {
            await _opened.TurnAsync(id);
            Assert.That(
                await Page.EvaluateAsync<string[]>(
                    "() => [...document.querySelectorAll('section.page')].filter(one => one.checkVisibility()).map(one => one.id)"),
                Is.EqualTo(new[] { id }));
            Assert.That((await Page.InnerTextAsync("section.page.current h1")).Trim(), Is.Not.Empty, id);
        }
    }

    [Test]
    public async Task What_is_lit_is_the_trail_of_the_file()
    {
        // Of each leg: what is lit, in the order of its numbers; a second trail, dashed, is not.
        var lit = await Page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('section.leg')].filter(leg => leg.querySelector('figure.picture g.lit')).map(leg =>
                [leg.dataset.leg, leg.dataset.flow, ...[...leg.querySelectorAll('figure.picture g.lit')]
                    .sort((one, other) => one.dataset.n - other.dataset.n).map(one => one.dataset.n + ' ' + one.dataset.point)].join('\n'))
            """);

        AreTheSame(lit, Expected(numbered: true));
    }

    [Test]
    public async Task The_table_of_hops_is_the_trail_of_the_file()
    {
        var rows = await Page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('section.leg')].filter(leg => leg.querySelector('table.hops tr[data-point]')).map(leg =>
                [leg.dataset.leg, leg.dataset.flow, ...[...leg.querySelectorAll('table.hops tr[data-point]')]
                    .filter(row => !row.classList.contains('predicted')).map(row => row.dataset.point)].join('\n'))
            """);

        AreTheSame(rows, Expected(numbered: false));
    }

    [Test]
    public async Task The_first_divergence_is_marked_in_picture_and_table_of_every_leg_that_parts_and_of_no_other()
    {
        var parted = _report.Trails.Legs.Count(
            leg => leg is { Predicted: { } said, Observed: { } seen } && Divergence.Between(said, seen) is not null);
        var marked = await Page.EvaluateAsync<int>(
            "() => [...document.querySelectorAll('section.leg')].filter(leg => leg.querySelector('table.hops .divergence')).length");

        Assert.That(marked, Is.EqualTo(parted));
        if (which == Reports.Made)
            Assert.That(await Page.Locator("g.diverge").CountAsync(), Is.GreaterThanOrEqualTo(2));
    }

    [Test]
    public async Task Search_finds_what_is_said_and_filters_find_what_the_file_has()
    {
        await _opened.GoAsync("search");
        var all = await Hits();
        foreach (var (filter, values) in Filters())
            foreach (var (value, count) in values)
            {
                await Page.SelectOptionAsync($"#filter-{filter}", new SelectOptionValue { Value = value });
                Assert.That(await Hits(), Is.EqualTo(count), $"{filter} {value}");
                await Page.SelectOptionAsync($"#filter-{filter}", "");
            }

        await Page.FillAsync("#query", "qqzz");
        Assert.That(await Hits(), Is.Zero);
        Assert.That(await Page.InnerTextAsync("#count"), Does.StartWith("0 scenarios"));
        var title = _report.Trails.Legs.First(leg => leg.Scenario is not null).Scenario!.Scenario.Split('<')[0].Trim();
        await Page.FillAsync("#query", title);
        Assert.That(await Hits(), Is.InRange(1, all));
        Assert.That(await Page.InnerTextAsync("#hits li:not([hidden]) a"), Is.Not.Empty);
        await Page.FillAsync("#query", "");
        Assert.That(await Hits(), Is.EqualTo(all));
    }

    [Test]
    public async Task A_link_to_a_hop_leads_to_it()
    {
        var rows = await Ids("table.hops tr[id]");
        foreach (var id in (string[])[rows[0], rows[rows.Length / 2], rows[^1]])
        {
            await _opened.GoAsync(id);
            var row = Page.Locator($"[id='{id}']");
            Assert.That(await row.IsVisibleAsync(), id);
            await Assertions.Expect(row).ToBeInViewportAsync();
        }
    }

    [Test]
    public async Task Every_link_within_the_report_leads_somewhere()
    {
        var dead = await Page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('a[href^="#"]')].map(one => decodeURIComponent(one.hash.slice(1))).filter(id => !document.getElementById(id))
            """);
        Assert.That(dead, Is.Empty);
        Assert.That(
            await Page.EvaluateAsync<int>(
                "() => { const ids = [...document.querySelectorAll('[id]')].map(one => one.id); return ids.length - new Set(ids).size; }"),
            Is.Zero, "ids that are there twice");
    }

    [Test]
    public async Task By_keyboard_only_one_skips_to_the_content_and_searches_and_opens_the_evidence()
    {
        await _opened.GoAsync("");
        await Page.Keyboard.PressAsync("Tab");
        Assert.That(await Focused("textContent"), Does.StartWith("Skip"));
        await Page.Keyboard.PressAsync("Enter");

        await _opened.GoAsync("search");
        await TabUntil("document.activeElement.id === 'query'");
        var title = _report.Trails.Legs
            .First(leg => leg is { Scenario: not null, Evidence.IsEmpty: false }).Scenario!.Scenario
            .Split('<')[0]
            .Trim();
        await Page.Keyboard.TypeAsync(title);
        await TabUntil("document.activeElement.closest('#hits') && document.activeElement.tagName === 'A'");
        await Page.Keyboard.PressAsync("Enter");
        await Page.WaitForFunctionAsync(
            "() => document.querySelector('section.page.current').hasAttribute('data-feature')");
        await TabUntil(
            "document.activeElement.tagName === 'SUMMARY' && document.activeElement.closest('details.evidence')");
        await Page.Keyboard.PressAsync("Enter");
        Assert.That(await Page.EvaluateAsync<bool>("() => document.activeElement.closest('details.evidence').open"));
    }

    [Test]
    public async Task The_picture_plays_step_by_step_on_request()
    {
        var leg = (await Ids("section.leg:has(figure.picture g.lit)"))[0];
        await _opened.GoAsync(leg);
        var section = Page.Locator($"[id='{leg}']");
        var hops = await section.Locator("figure.picture g.lit").CountAsync();
        var next = section.Locator("button.next");
        await next.FocusAsync();
        for (var step = 1; step <= hops; step++)
        {
            await Page.Keyboard.PressAsync("Enter");
            Assert.That(
                await section.Locator("figure.picture g.lit.now").GetAttributeAsync("data-n"), Is.EqualTo($"{step}"));
        }
    }

    [Test]
    public async Task A_hook_point_that_stayed_silent_says_why()
    {
        var leg = (await Ids("section.leg:has(figure.picture g.lit):has(details.silent li[data-points])"))[0];
        await _opened.GoAsync(leg);
        var section = Page.Locator($"[id='{leg}']");
        var reason = section.Locator("details.silent li[data-points]").First;
        var point = (await reason.GetAttributeAsync("data-points"))!.Split(';')[0];
        var said = await section.Locator($"figure.picture [data-silent='{point}'] title").TextContentAsync();
        Assert.That(
            await reason.TextContentAsync(),
            Does.StartWith(said!.Split(": ", 2)[^1][..10]).Or.Contain(said.Split(": ", 2)[^1]));
    }

    [Test]
    public async Task It_stands_up_to_axe([Values] bool dark)
    {
        await using var look = await OpenedFile.OpenAsync(_report.Html, dark: dark);
        // Of a run's many pages of a kind the first; the made report has every kind of leg on its own few pages.
        foreach (var id in which == Reports.Made ? _pages : _pages.DistinctBy(id => id.Split('/')[0]))
            await Axe.AssertAsync(look, id, dark);
        Assert.That(look.Faults, Is.Empty);
    }

    [Test]
    public async Task A_narrow_screen_does_not_scroll_sideways()
    {
        await using var phone = await OpenedFile.OpenAsync(_report.Html, width: 390);
        foreach (var id in _pages)
        {
            await phone.TurnAsync(id);
            await phone.Page.EvaluateAsync(
                "() => document.querySelectorAll('section.page.current details').forEach(one => one.open = true)");
            Assert.That(
                await phone.Page.EvaluateAsync<int>("() => document.scrollingElement.scrollWidth"),
                Is.LessThanOrEqualTo(390),
                id);
        }
    }

    [Test]
    public async Task On_paper_the_page_is_there_without_its_controls()
    {
        await using var paper = await OpenedFile.OpenAsync(_report.Html, media: Media.Print);
        await paper.GoAsync(_pages.First(id => id.StartsWith("feature/", StringComparison.Ordinal)));
        Assert.That(await paper.Page.Locator("section.page.current article.scenario").First.IsVisibleAsync());
        Assert.That(await paper.Page.Locator("header.top nav").IsVisibleAsync(), Is.False);
    }

    [Test]
    public async Task The_guide_shows_its_figures_in_both_languages([Values("guide", "guide/guide.zh-TW")] string id)
    {
        await _opened.GoAsync(id);
        var figures = Page.Locator("section.page.current svg.figure");
        Assert.That(await figures.CountAsync(), Is.GreaterThan(8));
        foreach (var figure in await figures.AllAsync())
        {
            // The map, and on it the trail, are drawn as large as in the SVG file.
            var drawn = await figure.EvaluateAsync<double[]>(
                "svg => [...svg.querySelectorAll('use')].map(use => use.getBBox().width)");
            Assert.That(drawn, Has.Length.EqualTo(2).And.All.GreaterThan(100));
            Assert.That(await figure.GetAttributeAsync("aria-label"), Has.Length.GreaterThan(5));
        }
    }

    [Test]
    public async Task Without_script_every_page_can_be_read()
    {
        await using var context = await Chromium.Browser.NewContextAsync(new() { JavaScriptEnabled = false });
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(_report.Html).AbsoluteUri);
        foreach (var id in _pages.Take(5))
            Assert.That(await page.Locator($"[id='{id}']").IsVisibleAsync(), id);
    }

    [Test]
    public async Task Text_of_others_is_shown_and_never_obeyed()
    {
        foreach (var id in _pages)
            await _opened.TurnAsync(id);
        Assert.That(await Page.EvaluateAsync<bool>("() => window.__pwned === undefined"));
        Assert.That(await Page.Locator("script").CountAsync(), Is.LessThanOrEqualTo(2));
        Assert.That(await Page.Locator("[onerror], [onload], a[href^='javascript']").CountAsync(), Is.Zero);
        if (which == Reports.Made)
            Assert.That(await Page.ContentAsync(), Does.Contain("&lt;/script&gt;&lt;script&gt;window.__pwned=1"));
    }

    [Test]
    public async Task These_tests_would_notice_a_text_that_is_obeyed()
    {
        var broken = Path.Combine(Scratch.Folder().FullName, "broken.html");
        await File.WriteAllTextAsync(broken, $"<!doctype html><p>{Reports.Hostile}");
        await using var page = await OpenedFile.OpenAsync(broken);
        Assert.That(page.Faults, Is.Not.Empty);
        Assert.That(await page.Page.EvaluateAsync<bool>("() => window.__pwned === undefined"), Is.False);
    }

    [Test]
    public void It_is_small()
    {
        // A scenario about a user's host has its text, and no legs with pictures and hops.
        const long perHundred = 2_000_000, perText = 3_000;
        var withLegs = _report.Trails.Legs.Select(leg => leg.Scenario).Distinct().Count();
        var all = File.ReadAllText(_report.Html).Split("<article class=\"scenario\"").Length - 1;
        Assert.That(
            new FileInfo(_report.Html).Length,
            Is.LessThan(perHundred * Math.Max(100, withLegs) / 100 + perText * Math.Max(0, all - withLegs)));
    }

    private static void AreTheSame(IEnumerable<string> shown, IEnumerable<string> expected)
    {
        var (missing, rest) = (expected.ToList(), new List<string>());
        foreach (var one in shown)
            if (!missing.Remove(one))
                rest.Add(one);
        Assert.That(missing.Concat(rest.Select(one => $"not in the file: {one}")).Take(3), Is.Empty);
    }

    private static Trail? Shown(LegRecord leg) => leg.Observed ?? leg.Predicted;

    private IEnumerable<string> Expected(bool numbered) =>
        from leg in _report.Trails.Legs
        let trail = Shown(leg)
        where trail is { Hops.IsEmpty: false }
        select string.Join(
            '\n',
            (string[])
            [
                leg.Leg.ToString().Replace(' ', '-'),
                leg.Flow.ToString(),
                .. trail.Hops.Select((hop, index) => numbered ? $"{index + 1} {hop.Point}" : $"{hop.Point}")
            ]);

    private IEnumerable<(string Filter, IEnumerable<(string Value, int Count)> Values)> Filters()
    {
        var scenarios = _report.Trails.Legs.Where(leg => leg.Scenario is not null)
            .GroupBy(leg => leg.Scenario!)
            .ToList();
        yield return ("endpoint", Count(leg => [leg.Flow.From.Name, leg.Flow.To.Name]));
        yield return ("hook", Count(leg => Shown(leg)?.Hops.Select(hop => hop.Point.ToString()) ?? []).Take(12));
        yield return (
            "table", Count(leg => Shown(leg)?.Hops.Select(hop => $"{hop.Point.Layer.Name()} {hop.Point.Table}") ?? []));

        IEnumerable<(string, int)> Count(Func<LegRecord, IEnumerable<string>> values) =>
            scenarios.SelectMany(scenario => scenario.SelectMany(values).Distinct())
                .Where(value => value != Reports.Hostile && !value.Contains('<'))
                .CountBy(value => value)
                .Select(pair => (pair.Key, pair.Value));
    }

    private Task<int> Hits() => Page.Locator("#hits > li:not([hidden])").CountAsync();

    private Task<string[]> Ids(string selector) => Page.EvaluateAsync<string[]>(
        "selector => [...document.querySelectorAll(selector)].map(one => one.id)", selector);

    private Task<string> Focused(string property) =>
        Page.EvaluateAsync<string>($"() => document.activeElement.{property}");

    private async Task TabUntil(string condition)
    {
        for (var times = 0; times < 400; times++)
        {
            await Page.Keyboard.PressAsync("Tab");
            if (await Page.EvaluateAsync<bool>($"() => !!({condition})"))
                return;
        }

        Assert.Fail($"No Tab leads to where {condition}.");
    }
}
