using Microsoft.Playwright;

namespace Hooktrail.Tests.Browser;

[TestFixture]
public sealed class CheckPageTests
{
    private const string Check = "check";

    private string _html = "";

    [OneTimeSetUp]
    public void Make() => _html = Reports.MakeCheck();

    [Test]
    public async Task Rules_stand_below_their_hop_predicted_and_observed_side_by_side()
    {
        await using var opened = await OpenedFile.OpenAsync(_html);
        var request = opened.Page.Locator($"[id='{Check}/request']");
        Assert.That(await opened.Page.Locator("section.page.current h1").InnerTextAsync(), Does.EndWith("→ web:443"));
        Assert.That(
            await request.Locator("tr.rule td.untold").AllInnerTextsAsync(), Is.EqualTo((string[])["not told"]));
        // The predicted rule and the one in its place, each with a cell for either side.
        Assert.That(
            await request.Locator("tr.rule td.no").AllInnerTextsAsync(),
            Is.EqualTo((string[])["✗ not met", "✗ not predicted"]));
        Assert.That(await request.Locator(".first").CountAsync(), Is.EqualTo(1));
        Assert.That(await request.Locator("tr.rule.divergence .first").IsVisibleAsync());
        var rules = await request.Locator("tr.rule code").AllInnerTextsAsync();
        Assert.That(rules[0], Does.StartWith("1: -A PREROUTING "));
        Assert.That(rules[1], Does.StartWith("DOCKER 1: -A DOCKER "));
        Assert.That(opened.Faults, Is.Empty);
    }

    [Test]
    public async Task A_leg_that_parts_at_a_hop_has_its_mark_there_alone()
    {
        await using var opened = await OpenedFile.OpenAsync(_html);
        var reply = opened.Page.Locator($"[id='{Check}/reply']");
        Assert.That(await reply.Locator(".first").CountAsync(), Is.EqualTo(1));
        Assert.That(await reply.Locator("tr[data-point].divergence .first").IsVisibleAsync());
        Assert.That(await reply.Locator("svg .lit").CountAsync(), Is.GreaterThan(2));
    }

    [Test]
    public async Task A_leg_has_an_address_and_is_reached_by_keyboard()
    {
        await using var opened = await OpenedFile.OpenAsync(_html);
        await opened.Page.Locator($"[id='{Check}/reply'] h3 a").FocusAsync();
        await opened.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(opened.Page.Locator($"[id='{Check}/reply'] h3")).ToBeInViewportAsync();
        await EveryPage.AssertLinksLeadSomewhereAsync(opened.Page);
        Assert.That(opened.Faults, Is.Empty);
    }

    [Test]
    public async Task It_stands_up_to_axe([Values] bool dark)
    {
        await using var opened = await OpenedFile.OpenAsync(_html, dark: dark);
        await Axe.AssertAsync(opened, Check, dark);
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
        Assert.That(await page.Locator($"[id='{Check}/request'] tr.rule.divergence").IsVisibleAsync());
        Assert.That(await page.Locator($"[id='{Check}/request'] svg").IsVisibleAsync());
    }

    [Test]
    public Task Text_of_others_is_shown_and_never_obeyed() => EveryPage.AssertObeysNoTextOfOthersAsync(_html);
}
