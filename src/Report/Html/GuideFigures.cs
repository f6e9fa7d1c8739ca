using System.Text;
using System.Text.RegularExpressions;
using Hooktrail.Report.Picture;

namespace Hooktrail.Report.Html;

/// <summary>
/// The guide's figures as part of a page. Each figure, and the map below it, is written once, even if several languages
/// show it. They use the page's colours, light or dark.
/// </summary>
internal sealed partial class GuideFigures
{
    private readonly Dictionary<string, Figure> _figures = [];
    private readonly Dictionary<string, string> _maps = [];

    private sealed record Figure(string Id, string ViewBox, string Lit, string Map);

    /// <summary>The element that shows a figure; null if docs has none with that name.</summary>
    /// <remarks>The path is as in the document: <c>figures/name.svg</c>.</remarks>
    public string? Show(string path, string says)
    {
        if (!_figures.TryGetValue(path, out var figure))
        {
            if (GuideFile.Figure(path) is not { } drawn)
                return null;
            // Each on one line, as PictureSvg.Standalone writes them.
            var (map, lit) = drawn[(drawn.IndexOf("</style>", StringComparison.Ordinal) + "</style>".Length)..].Split(
                '\n', StringSplitOptions.RemoveEmptyEntries) is [_, var first, var second, ..]
                ? (first, second)
                : throw new InvalidOperationException($"docs/{path} is not a picture that ./specs figures drew.");
            if (!_maps.TryGetValue(map, out var mapId))
                _maps[map] = mapId = $"figure-map-{_maps.Count + 1}";
            _figures[path] = figure = new($"figure-{_figures.Count + 1}", ViewBox().Match(drawn).Value, lit, mapId);
        }
        var name = PictureSvg.Text(says);
        return $"""<span class="wide" tabindex="0" role="group" aria-label="{name}"><svg class="ht figure" {figure.ViewBox} role="img" aria-label="{name}"><use href="#{figure.Map}"/><use href="#{figure.Id}"/></svg></span>""";
    }

    /// <summary>The definitions to which the elements refer; by themselves they show nothing.</summary>
    public string Definitions()
    {
        var text = new StringBuilder(
            """<svg class="ht ht-map" width="0" height="0" aria-hidden="true" focusable="false">""");
        foreach (var (map, id) in _maps)
            text.Append($"""<g id="{id}" class="ht-m">{map}</g>""");
        foreach (var figure in _figures.Values)
            text.Append($"""<g id="{figure.Id}" class="ht-m">{figure.Lit}</g>""");
        return text.Append("</svg>\n").ToString();
    }

    [GeneratedRegex("viewBox=\"[0-9 ]+\"")]
    private static partial Regex ViewBox();
}
