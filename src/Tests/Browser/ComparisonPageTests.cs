using Microsoft.Playwright;

namespace Hooktrail.Tests.Browser;

[TestFixture]
public sealed class ComparisonPageTests
{
    private const string Compared = "compared";

    private string _html = "";

    [OneTimeSetUp]
    public void Make() => _html = Reports.MakeComparison();

    [Test]
    public async Task It_is_the_first_page_and_its_links_lead_somewhere()
    {
        await using var opened = await OpenedFile.OpenAsync(_html);
        Assert.That(
            await opened.Page.Locator($"section.page.current[id='{Compared}'] h1").InnerTextAsync(),
            Is.EqualTo("Differences"));
        await EveryPage.AssertLinksLeadSomewhereAsync(opened.Page);
        Assert.That(await opened.Page.Locator("table.heat td.bad").CountAsync(), Is.GreaterThan(0));
        Assert.That(await opened.Page.Locator("table.heat td.doubt").CountAsync(), Is.GreaterThan(0));
        Assert.That(await opened.Page.Locator("table.heat td.good").CountAsync(), Is.GreaterThan(0));
        Assert.That(opened.Faults, Is.Empty);
    }

    [Test]
    public async Task A_cell_of_the_heat_map_leads_to_its_run_by_keyboard()
    {
        await using var opened = await OpenedFile.OpenAsync(_html);
        await opened.Page.Locator("table.heat td a").Last.FocusAsync();
        await opened.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(opened.Page.Locator($"[id='{Compared}/3']")).ToBeInViewportAsync();
        Assert.That(opened.Faults, Is.Empty);
    }

    [Test]
    public async Task It_stands_up_to_axe([Values] bool dark)
    {
        await using var opened = await OpenedFile.OpenAsync(_html, dark: dark);
        // The guide is that of every report.
        foreach (var id in await opened.Page.EvaluateAsync<string[]>(
            "() => [...document.querySelectorAll('section.page')].map(one => one.id).filter(id => !id.startsWith('guide'))"))
            await Axe.AssertAsync(opened, id, dark);
        Assert.That(opened.Faults, Is.Empty);
    }

    [Test]
    public Task A_narrow_screen_does_not_scroll_sideways() => EveryPage.AssertFitsANarrowScreenAsync(_html);

    [Test]
    public async Task Without_script_it_can_be_read()
    {
        await using var context = await Chromium.Browser.NewContextAsync(new() { JavaScriptEnabled = false });
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(_html).AbsoluteUri);
        Assert.That(await page.Locator($"[id='{Compared}/1']").IsVisibleAsync());
        Assert.That(await page.Locator("table.heat").First.IsVisibleAsync());
    }

    [Test]
    public Task Text_of_others_is_shown_and_never_obeyed() => EveryPage.AssertObeysNoTextOfOthersAsync(_html);
}
