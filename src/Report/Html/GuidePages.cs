using System.Text;
using Markdig;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Hooktrail.Report.Html;

/// <summary>A document of docs, embedded in this assembly.</summary>
internal sealed record GuideFile(string File, string Text)
{
    private const string Folder = "docs/";

    /// <summary>The guide comes first.</summary>
    public static ImmutableArray<GuideFile> All { get; } =
    [
        .. typeof(GuideFile).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal)
                && name.EndsWith(".md", StringComparison.Ordinal))
            .Select(name => new GuideFile(name[Folder.Length..], Resources.Text(name)))
            .OrderBy(file => file.File.StartsWith("guide", StringComparison.Ordinal) ? 0 : 1)
            .ThenBy(file => file.File.Length),
    ];

    /// <summary>A figure of docs/figures; null if there is none.</summary>
    public static string? Figure(string path) => Resources.Find(Folder + path.TrimStart('.', '/'));

    /// <summary>The page's anchor.</summary>
    public string Id => File == "guide.md" ? "guide" : $"guide/{File[..^3]}";

    public string Language => File.Contains(".zh-TW.", StringComparison.Ordinal) ? "zh-Hant-TW" : "en";
}

/// <summary>Writes a page for each document of the guide.</summary>
/// <remarks>
/// The documents are part of Hooktrail, but get no more trust than a run: HTML in them appears as text. Links lead to
/// other pages of the report or become plain text, because the report uses no network.
/// </remarks>
internal sealed class GuidePages(HtmlWriter html, ImmutableArray<GuideFile> files, IReadOnlyList<ShownRun> runs)
{
    private static readonly MarkdownPipeline Pipeline =
        new MarkdownPipelineBuilder().UsePipeTables().DisableHtml().Build();

    private readonly GuideFigures _figures = new();

    /// <summary>The first heading.</summary>
    public static string TitleOf(GuideFile file) =>
        Markdig.Markdown.Parse(file.Text, Pipeline).Descendants<HeadingBlock>().FirstOrDefault() is { } heading
            ? Text(heading.Inline)
            : file.File;

    public void Write()
    {
        foreach (var file in files)
            Page(file);
        html.Add(new Markup(_figures.Definitions()));
    }

    private void Page(GuideFile file)
    {
        html.Add($"<section class=\"page guide\" id=\"{file.Id}\" lang=\"{file.Language}\">\n");
        html.Add($"<nav class=\"documents\" aria-label=\"Documents\" lang=\"en\">");
        foreach (var other in files)
            html.Add(
                $"<a href=\"#{other.Id}\" lang=\"{other.Language}\"{new Markup(other == file ? " aria-current=\"page\"" : "")}>{TitleOf(other)}</a> ");
        html.Add($"</nav>\n");
        var document = Markdig.Markdown.Parse(file.Text, Pipeline);
        var anchors = Headings(document, file);
        foreach (var link in document.Descendants<LinkInline>().ToList())
            Rewrite(link, file, anchors);
        foreach (var link in document.Descendants<AutolinkInline>().ToList())
            link.ReplaceBy(new LiteralInline(link.Url));
        foreach (var code in document.Descendants<CodeBlock>())
            Scrolls(code);
        // Markdig writes alignment as an inline style, which the report's content security policy blocks.
        foreach (var column in document.Descendants<Markdig.Extensions.Tables.Table>()
            .SelectMany(table => table.ColumnDefinitions))
            column.Alignment = null;
        var text = new StringWriter { NewLine = "\n" };
        var renderer = new HtmlRenderer(text);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.Insert(0, new ScrolledTable());
        renderer.Render(document);
        html.Add(new Markup(text.ToString()));
        html.Add($"</section>\n");
    }

    /// <summary>Gives each heading, within this page, the anchor that another document's link would name.</summary>
    private static HashSet<string> Headings(MarkdownDocument document, GuideFile file)
    {
        var taken = new HashSet<string>();
        foreach (var (index, heading) in document.Descendants<HeadingBlock>().Index())
        {
            var slug = new StringBuilder();
            foreach (var letter in Text(heading.Inline).ToLowerInvariant())
                if (char.IsLetterOrDigit(letter) || letter is '-' or '_')
                    slug.Append(letter);
                else if (letter == ' ')
                    slug.Append('-');
            var name = slug.Length == 0 ? $"section-{index + 1}" : slug.ToString();
            while (!taken.Add(name))
                name += "-1";
            heading.GetAttributes().Id = $"{file.Id}/{name}";
            if (index == 0)
                heading.GetAttributes().AddProperty("tabindex", "-1");
        }
        return taken;
    }

    private void Rewrite(LinkInline link, GuideFile file, HashSet<string> anchors)
    {
        var url = link.Url ?? "";
        if (link.IsImage)
        {
            // The element already has the alternative text.
            link.ReplaceBy(
                _figures.Show(url, Text(link)) is { } figure ? new HtmlInline(figure) : new LiteralInline(Text(link)),
                copyChildren: false);
            return;
        }
        if (Target(url, file, anchors) is { } target)
            link.Url = $"#{target}";
        else
        {
            // The link's text stays, and the target stays readable.
            var words = Text(link);
            link.ReplaceBy(new LiteralInline(words == url || url.Length == 0 ? words : $"{words} ({url})"));
        }
    }

    private string? Target(string url, GuideFile file, HashSet<string> anchors)
    {
        if (url.StartsWith('#'))
            return anchors.Contains(Uri.UnescapeDataString(url[1..]))
                ? $"{file.Id}/{Uri.UnescapeDataString(url[1..])}"
                : null;
        var path = url.Split('#')[0];
        if (files.FirstOrDefault(one => one.File == path || $"docs/{one.File}" == path) is { } other)
            return other.Id;
        return path.EndsWith(".feature", StringComparison.Ordinal)
            ? runs.SelectMany(run => run.Features).FirstOrDefault(one => one.Source is { } source
                && source.Uri.EndsWith(path.TrimStart('.', '/'), StringComparison.Ordinal))?.Id
            : null;
    }

    private static void Scrolls(MarkdownObject block)
    {
        block.GetAttributes().AddProperty("tabindex", "0");
    }

    private static string Text(ContainerInline? inline) =>
        string.Concat((inline?.Descendants() ?? []).Select(one => one switch
        {
            LiteralInline literal => literal.Content.ToString(),
            CodeInline code => code.Content,
            LineBreakInline => " ",
            _ => "",
        }));

    /// <summary>A table that scrolls if it is too wide.</summary>
    private sealed class ScrolledTable : Markdig.Extensions.Tables.HtmlTableRenderer
    {
        protected override void Write(HtmlRenderer renderer, Markdig.Extensions.Tables.Table table)
        {
            renderer.Write("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Table\">");
            base.Write(renderer, table);
            renderer.Write("</div>");
        }
    }
}
