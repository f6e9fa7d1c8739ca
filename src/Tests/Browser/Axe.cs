using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using NUnit.Framework;

namespace Hooktrail.Tests.Browser;

/// <summary>
/// The rules of axe-core, page by page. axe walks all of a document, so each page stands alone in it. The maps that the pictures refer to
/// are hidden and most of a page's elements, and cost a third of the time: the first page is checked with them, the others without.
/// </summary>
internal static class Axe
{
    /// <summary>Shows a page with the first few of its scenarios, which are all of one make, opens what is folded in it, and asserts that no rule is broken; in the dark that of contrast alone, for nothing else is different there.</summary>
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
        Assert.That(found.Violations.Select(one => $"{page}: {one.Id}: {one.Help}: {string.Join(" | ", one.Nodes.Take(3).Select(node => node.Html))}"), Is.Empty);
    }
}
