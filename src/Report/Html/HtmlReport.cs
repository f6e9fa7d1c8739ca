using System.Security.Cryptography;
using System.Text;

namespace Hooktrail.Report.Html;

/// <summary>
/// The living documentation: runs as one HTML file that uses no network, is readable without script, and
/// treats every text of a run as text.
/// </summary>
public static class HtmlReport
{
    // Runs before the first page is laid out, so that a large report does not flicker.
    private const string Early =
        "document.documentElement.className='js';try{var t=localStorage.getItem('hooktrail-theme');if(t)document.documentElement.dataset.theme=t}catch(e){}";

    public static void Write(TextWriter to, ReportInput input)
    {
        var html = new HtmlWriter(to);
        var runs = new Contents(input).Runs();
        var several = runs.Length > 1;
        var registered = new Registered(input.Hooks);
        var pictures = new Pictures(registered);
        var legs = new LegSection(html, pictures, registered);
        var features = new FeaturePages(html, new(html, legs));
        var style = Pictures.Style + Resources.Text("report.css");
        var script = Resources.Text("report.js");
        var guide = GuideFile.All;

        html.Add($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.Add(
            $"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{Hash(style)}'; script-src '{Hash(Early)}' '{Hash(script)}'; img-src data:; base-uri 'none'; form-action 'none'\">\n");
        html.Add(
            $"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
        html.Add(
            $"<title>{(runs.IsEmpty ? $"Hooktrail: {input.Pages[0].Name}" : several ? "Hooktrail: several runs" : "Hooktrail")}</title>\n");
        html.Add(
            $"<link rel=\"icon\" href=\"data:,\">\n<script>{new Markup(Early)}</script>\n<style>{new Markup(style)}</style>\n</head>\n<body>\n");
        var home = runs.IsEmpty ? input.Pages[0].Id : "front";
        html.Add(
            $"<a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header class=\"top\"><a class=\"brand\" href=\"#{home}\">Hooktrail</a><nav aria-label=\"Pages\">");
        if (!runs.IsEmpty)
            html.Add($"<a href=\"#front\">Overview</a>");
        if (runs is [{ Features.IsEmpty: false }, ..])
            html.Add($"<a href=\"#features\">Features</a>");
        foreach (var page in input.Pages)
            html.Add($"<a href=\"#{page.Id}\">{page.Name}</a>");
        if (!runs.IsEmpty)
            html.Add($"<a href=\"#hooks\">Hooks</a>");
        if (!guide.IsEmpty)
            html.Add($"<a href=\"#{guide[0].Id}\">Guide</a>");
        if (!runs.IsEmpty)
            html.Add($"<a href=\"#search\">Search</a>");
        html.Add($"</nav></header>\n");
        html.Add($"<p id=\"status\" class=\"unseen\" role=\"status\" aria-live=\"polite\"></p>\n");
        html.Add($"<main id=\"main\" tabindex=\"-1\">\n");
        pictures.Definitions(
            html,
            runs.SelectMany(run => run.Scenarios).SelectMany(scenario => scenario.Legs)
                .Concat(input.Pages.SelectMany(page => page.Legs)));
        if (!runs.IsEmpty)
            new FrontPage(html).Write(runs);
        foreach (var run in runs)
        {
            features.Write(run, several);
            new HookPages(html, registered).Write(run, several);
        }
        foreach (var page in input.Pages)
        {
            html.Add(
                $"<section class=\"page{(page.Id == home ? " current" : "")}\" id=\"{page.Id}\" aria-labelledby=\"{page.Id}/h\">\n");
            page.Write(html, new(runs, legs));
            html.Add($"</section>\n");
        }
        if (!runs.IsEmpty)
            new SearchPage(html).Write(runs);
        new GuidePages(html, guide, runs).Write();
        html.Add(
            $"</main>\n<footer><p>Made by Hooktrail{(runs.IsEmpty ? "" : " from the files of a run")}. This page loads nothing from elsewhere.</p></footer>\n");
        html.Add($"<script>{new Markup(script)}</script>\n</body>\n</html>\n");
    }

    private static string Hash(string text) =>
        $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
}
