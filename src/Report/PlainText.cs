namespace Hooktrail.Report;

/// <summary>Text from elsewhere (a file, a kernel log, a command line) that must neither break a line nor command a terminal.</summary>
public static class PlainText
{
    /// <summary>The text with a visible stand-in for each control character.</summary>
    public static string Of(string text) =>
        text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.AsSpan().ContainsAnyInRange('\x7f', '\x9f')
            ? string.Create(text.Length, text, static (copy, from) =>
            {
                for (var at = 0; at < from.Length; at++)
                    copy[at] = char.IsControl(from[at]) ? '\uFFFD' : from[at];
            })
            : text;
}
