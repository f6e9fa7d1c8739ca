using System.Text.RegularExpressions;
using Match = System.Text.RegularExpressions.Match;

namespace Hooktrail.Report.Html;

/// <summary>A feature file's text as written, with some syntax colours.</summary>
internal static partial class Gherkin
{
    public static void Write(HtmlWriter html, IEnumerable<string> lines, string label)
    {
        var text = lines.ToList();
        while (text.Count > 0 && text[^1].Trim().Length == 0)
            text.RemoveAt(text.Count - 1);
        while (text.Count > 0 && text[0].Trim().Length == 0)
            text.RemoveAt(0);
        if (text.Count == 0)
            return;
        var indent = text.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart().Length);
        html.Add($"<pre class=\"gherkin\" tabindex=\"0\" role=\"group\" aria-label=\"{label}\">");
        foreach (var line in text)
            Line(html, line.Length > indent ? line[indent..].TrimEnd() : "");
        html.Add($"</pre>\n");
    }

    private static void Line(HtmlWriter html, string line)
    {
        var body = line.TrimStart();
        if (body.StartsWith('|'))
            html.Add($"<span class=\"t\">{line}</span>");
        else if (body.StartsWith('#'))
            html.Add($"<i>{line}</i>");
        else if (body.StartsWith('@'))
            html.Add($"<span class=\"tag\">{line}</span>");
        else if (Keyword().Match(line) is { Success: true } keyword)
        {
            html.Add($"<b>{keyword.Value}</b>");
            Quoted(html, line[keyword.Length..]);
        }
        else
            html.Add($"{line}");
        html.Add($"\n");
    }

    private static void Quoted(HtmlWriter html, string text)
    {
        var at = 0;
        foreach (Match one in InQuotes().Matches(text))
        {
            html.Add($"{text[at..one.Index]}<em>{one.Value}</em>");
            at = one.Index + one.Length;
        }
        html.Add($"{text[at..]}");
    }

    [GeneratedRegex(
        @"^\s*(Feature:|Rule:|Background:|Scenario Outline:|Scenario Template:|Scenario:|Example:|Examples:|Scenarios:|Given |When |Then |And |But |\* )")]
    private static partial Regex Keyword();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex InQuotes();
}
