using System.Buffers;

namespace Hooktrail.Report.Html;

/// <summary>How a character of a value is written in HTML.</summary>
internal static class Escaping
{
    // Besides what HTML reads as markup: control characters, for which HTML has no place, and those that turn the direction of writing, by
    // which a line of a log could look like another one. Tabs and line ends stay, for text that is shown as it is.
    private static readonly string Characters = string.Concat(
        "&<>\"'",
        string.Concat(Enumerable.Range(0, 0xa0).Select(code => (char)code).Where(one => char.IsControl(one) && one is not ('\t' or '\n'))),
        "\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069");

    /// <summary>The characters that are not written as they are.</summary>
    public static readonly SearchValues<char> Special = SearchValues.Create(Characters);

    /// <summary>What stands for one of them.</summary>
    public static string Of(char special) => special switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&#39;",
        _ => "\uFFFD",
    };
}
