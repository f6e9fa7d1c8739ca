using Deque.AxeCore.Commons;

namespace Hooktrail.Tests.Browser;

/// <summary>
/// Each page separately, since axe walks all; only the first with the hidden maps, a third of the time.
/// </summary>
/// <remarks>
/// The package for Playwright would load axe anew for each page, and open a second one to join the results of frames;
/// a report has no frames.
/// </remarks>
internal static class Axe
{
    private static readonly string Script = new BundledAxeScriptProvider().GetScript();

    /// <summary>Unfolds a page's first few scenarios, all of one make. In the dark only contrast differs.</summary>
    public static async Task AssertAsync(OpenedFile opened, string page, bool dark)
    {
        if (!await opened.Page.EvaluateAsync<bool>("() => !!window.axe"))
            await opened.Page.EvaluateAsync(Script);
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
        var violations = await opened.Page.EvaluateAsync<string[]>("""
            async rules => {
                const found = await axe.run(document.body, { resultTypes: ['violations'], ...rules && { runOnly: rules } });
                return found.violations.map(one =>
                    `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map(node => node.html).join(' | ')}`);
            }
            """, dark ? new[] { "color-contrast" } : null);
        Assert.That(violations.Select(one => $"{page}: {one}"), Is.Empty);
    }
}
