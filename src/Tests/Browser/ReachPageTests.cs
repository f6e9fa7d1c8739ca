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
    public Task A_narrow_screen_does_not_scroll_sideways() => EveryPage.AssertFitsANarrowScreenAsync(_html);

    [Test]
    public Task Text_of_others_is_shown_and_never_obeyed() => EveryPage.AssertObeysNoTextOfOthersAsync(_html);
}
