namespace Hooktrail.Text;

/// <summary>Foreign text (a file, a kernel log) that must neither break a line nor control a terminal.</summary>
public static class PlainText
{
    /// <summary>Shows a visible stand-in for each control character.</summary>
    public static string Of(string text) =>
        text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.AsSpan().ContainsAnyInRange('\x7f', '\x9f')
            ? string.Create(text.Length, text, static (copy, from) =>
            {
                for (var at = 0; at < from.Length; at++)
                    copy[at] = char.IsControl(from[at]) ? '\uFFFD' : from[at];
            })
            : text;
}
