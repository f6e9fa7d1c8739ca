using System.Buffers;

namespace Hooktrail.Report.Html;

internal static class Escaping
{
    // In addition to HTML's own: control characters, which HTML forbids, and characters that change the writing
    // direction and could make one log line look like another. Tabs and line ends stay, for preformatted text.
    private static readonly string Characters = string.Concat(
        "&<>\"'",
        string.Concat(Enumerable.Range(0, 0xa0)
            .Select(code => (char)code)
            .Where(one => char.IsControl(one) && one is not ('\t' or '\n'))),
        "\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069");

    public static readonly SearchValues<char> Special = SearchValues.Create(Characters);

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
