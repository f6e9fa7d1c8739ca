using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

namespace Hooktrail.Tests.Browser;

/// <summary>
/// Each page separately, since axe walks all; only the first with the hidden maps, a third of the time.
/// </summary>
internal static class Axe
{
    /// <summary>Unfolds a page's first few scenarios, all of one make. In the dark only contrast differs.</summary>
    public static async Task AssertAsync(OpenedFile opened, string page, bool dark)
    {
        await opened.Page.EvaluateAsync("""
            id => {
                window.pages ??= [...document.querySelectorAll('section.page')];
                window.place ??= window.pages[0].parentElement;
                window.maps ??= [...document.querySelectorAll('svg.ht-map')];
                window.pages.forEach(one => one.remove());
                window.place.prepend(...window.maps);
                const page = window.pages.find(one => one.id === id);
                window.place.append(page);
                [...page.querySelectorAll('article.scenario')].slice(4).forEach(one => one.remove());
                [...page.querySelectorAll('details')].slice(0, 30).forEach(one => one.open = true);
            }
            """, page);
        await opened.TurnAsync(page);
        await opened.Page.EvaluateAsync("""
            () => {
                if (window.checked) window.maps.forEach(one => one.remove());
                window.checked = true;
            }
            """);
        var found = await opened.Page.Locator("body").RunAxe(new AxeRunOptions
        {
            ResultTypes = [ResultType.Violations],
            RunOnly = dark ? RunOnlyOptions.Rules("color-contrast") : null,
        });
        Assert.That(
            found.Violations.Select(one =>
                $"{page}: {one.Id}: {one.Help}: {string.Join(" | ", one.Nodes.Take(3).Select(node => node.Html))}"),
            Is.Empty);
    }
}
