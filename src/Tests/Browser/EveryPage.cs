using Microsoft.Playwright;

namespace Hooktrail.Tests.Browser;

/// <summary>What every page keeps to.</summary>
internal static class EveryPage
{
    public static async Task AssertLinksLeadSomewhereAsync(IPage page) => Assert.That(
        await page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('a[href^="#"]')].map(one => decodeURIComponent(one.hash.slice(1)))
                .filter(id => !document.getElementById(id))
            """),
        Is.Empty);

    /// <summary>Everything on its first page is unfolded.</summary>
    public static async Task AssertFitsANarrowScreenAsync(string html)
    {
        await using var phone = await OpenedFile.OpenAsync(html, width: 390);
        await phone.Page.EvaluateAsync(
            "() => document.querySelectorAll('section.page.current details').forEach(one => one.open = true)");
        Assert.That(
            await phone.Page.EvaluateAsync<int>("() => document.scrollingElement.scrollWidth"),
            Is.LessThanOrEqualTo(390));
    }

    public static async Task AssertObeysNoTextOfOthersAsync(string html)
    {
        await using var opened = await OpenedFile.OpenAsync(html);
        Assert.That(await opened.Page.EvaluateAsync<bool>("() => window.__pwned === undefined"));
        Assert.That(await opened.Page.Locator("[onerror], [onload], a[href^='javascript']").CountAsync(), Is.Zero);
        Assert.That(await opened.Page.ContentAsync(), Does.Contain("&lt;/script&gt;&lt;script&gt;window.__pwned=1"));
        Assert.That(opened.Faults, Is.Empty);
    }
}
