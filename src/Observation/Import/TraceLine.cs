using System.Text.RegularExpressions;

namespace Hooktrail.Observation.Import;

/// <summary>
/// A line as the tool printed it, whatever the way to the user did to it: colours, tabs, or the escapes that rsyslog
/// makes of them. Releases of xtables-monitor up to 1.8.8 print no blank between some fields, as in <c>ID=7DF</c> and
/// <c>ID=9001SPORT=80</c>.
/// </summary>
internal static partial class TraceLine
{
    public static string Clean(string line)
    {
        var text = line.AsSpan().IndexOfAny('\e', '\t', '#') >= 0 || line.Contains("\\e[", StringComparison.Ordinal)
            ? Tab().Replace(Colour().Replace(line, ""), " ")
            : line;
        return Glued().Replace(text, "$1 ");
    }

    [GeneratedRegex(@"(?:\e|#033|\\e)\[[0-9;?]*[A-Za-z]", RegexOptions.CultureInvariant)]
    private static partial Regex Colour();

    [GeneratedRegex(@"\t|#011", RegexOptions.CultureInvariant)]
    private static partial Regex Tab();

    [GeneratedRegex(
        @"((?<![A-Z])(?:ID|TTL|LEN|HOPLIMIT|FLOWLBL)=[0-9]+)(?=[A-Z]{2,}(?:[= ]|$))",
        RegexOptions.CultureInvariant)]
    private static partial Regex Glued();
}
