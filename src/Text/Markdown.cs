using System.Text;

namespace Hooktrail.Text;

/// <summary>Puts foreign text into GitHub-flavoured Markdown so that it is shown, never obeyed.</summary>
public static class Markdown
{
    // A backslash may escape every ASCII punctuation character, inside a table cell too (CommonMark 0.31, section 2.4).
    // These can begin something; escaping the rest would only make the source hard to read.
    private const string Special = @"\`*_{}[]<>()#+!|~&$@";

    /// <summary>For a line or a table's cell.</summary>
    public static string Inline(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var letter in PlainText.Of(text))
        {
            if (Special.Contains(letter))
                escaped.Append('\\');
            escaped.Append(letter);
        }
        return escaped.ToString();
    }

    /// <summary>For HTML, where Markdown is not read.</summary>
    public static string Html(string text) =>
        PlainText.Of(text).Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");

    /// <summary>For lines shown as they are: the fence is longer than any run of backticks within.</summary>
    public static string Block(string text)
    {
        var fence = "```";
        while (text.Contains(fence))
            fence += '`';
        return $"{fence}text\n{text.TrimEnd('\n')}\n{fence}\n";
    }
}
