using Microsoft.Playwright;

namespace Hooktrail.Tests.Browser;

[TestFixture]
public sealed class ReachPageTests
{
    private const string Reach = "reach";

    private string _html = "";

    [OneTimeSetUp]
    public void Make() => _html = Reports.MakeReach();

    [Test]
    public async Task A_cell_opens_its_path_by_keyboard()
    {
        await using var opened = await OpenedFile.OpenAsync(_html);
        var cell = opened.Page.Locator("table.heat td.bad a").First;
        var path = (await cell.GetAttributeAsync("href"))![1..];
        Assert.That(await opened.Page.Locator($"[id='{path}'] pre").IsVisibleAsync(), Is.False);
        await cell.FocusAsync();
        await opened.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(opened.Page.Locator($"[id='{path}'] pre")).ToBeInViewportAsync();
        Assert.That(await opened.Page.Locator($"[id='{path}'] pre").InnerTextAsync(), Does.Contain("nat PREROUTING"));
        Assert.That(opened.Faults, Is.Empty);
    }

    [Test]
    public async Task It_stands_up_to_axe([Values] bool dark)
    {
        await using var opened = await OpenedFile.OpenAsync(_html, dark: dark);
        await Axe.AssertAsync(opened, Reach, dark);
        Assert.That(opened.Faults, Is.Empty);
    }

    [Test]
    public async Task A_narrow_screen_does_not_scroll_sideways()
    {
        await using var phone = await OpenedFile.OpenAsync(_html, width: 390);
        await phone.Page.EvaluateAsync(
            "() => document.querySelectorAll('section.page.current details').forEach(one => one.open = true)");
        Assert.That(
            await phone.Page.EvaluateAsync<int>("() => document.scrollingElement.scrollWidth"),
            Is.LessThanOrEqualTo(390));
    }

    [Test]
    public async Task Text_of_others_is_shown_and_never_obeyed()
    {
        await using var opened = await OpenedFile.OpenAsync(_html);
        Assert.That(await opened.Page.EvaluateAsync<bool>("() => window.__pwned === undefined"));
        Assert.That(await opened.Page.Locator("[onerror], [onload], a[href^='javascript']").CountAsync(), Is.Zero);
        Assert.That(await opened.Page.ContentAsync(), Does.Contain("&lt;/script&gt;&lt;script&gt;window.__pwned=1"));
    }
}
