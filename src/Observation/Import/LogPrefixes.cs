using System.Text.RegularExpressions;

namespace Hooktrail.Observation.Import;

/// <summary>
/// What a LOG rule's prefix means: what the user says; else, in the logs of <paramref name="Tool"/>, what that program
/// means; else the table and chain that the prefix names, in any order and case, with any text between:
/// <c>iptables-raw-PREROUTING </c>, <c>[ebt nat PRE]</c>.
/// </summary>
/// <param name="Said">The longest prefix first; an empty one means every line that means nothing else.</param>
/// <param name="Tool">The program whose rules wrote the log; null for none.</param>
public sealed partial record LogPrefixes(
    ImmutableArray<(string Prefix, LogMeaning Meaning)> Said, TraceFormat? Tool = null)
{
    private const string Nothing = "none";

    private static readonly Dictionary<string, string> Chains = new(StringComparer.OrdinalIgnoreCase)
    {
        ["prerouting"] = "PREROUTING",
        ["pre"] = "PREROUTING",
        ["input"] = "INPUT",
        ["in"] = "INPUT",
        ["forward"] = "FORWARD",
        ["fwd"] = "FORWARD",
        ["forw"] = "FORWARD",
        ["output"] = "OUTPUT",
        ["out"] = "OUTPUT",
        ["postrouting"] = "POSTROUTING",
        ["post"] = "POSTROUTING",
        ["brouting"] = "BROUTING",
    };

    private static readonly string[] Tables = ["raw", "mangle", "nat", "filter", "security", "broute"];

    private static readonly string[] Bridges = ["ebtables", "ebtable", "ebt", "eb", "bridge"];

    /// <summary>Only prefixes that name their hook point.</summary>
    public static readonly LogPrefixes None = new([]);

    /// <summary>Whether firewalld has its own table of nftables, rather than rules of iptables.</summary>
    public bool FirewalldByNft { get; init; } = true;

    /// <summary>
    /// Parses pairs such as <c>prefix=layer table chain</c>, <c>prefix=layer table chain,chain</c> or
    /// <c>prefix=none</c>.
    /// </summary>
    /// <exception cref="HooktrailException">A text is no such pair, or there is no such hook point.</exception>
    public static LogPrefixes Parse(IEnumerable<string> said, TraceFormat? tool = null) => new(
        [.. said.Select(Parse).OrderByDescending(one => one.Prefix.Length)], tool);

    /// <summary>
    /// Null if the text means nothing. It is what is before the record's first field: the head that a logger wrote, of
    /// any form, and the prefix.
    /// </summary>
    public LogMeaning? Of(string text, bool isBridge, bool isV6, bool isArp)
    {
        var end = text.TrimEnd();
        foreach (var (said, meaning) in Said)
            if (said.Length > 0 && EndsWith(end, said))
                return meaning;
        if (Tool is { } tool && LogTools.Of(tool, text, FirewalldByNft) is { } known)
            return known;
        var begin = 0;
        foreach (var head in HeadEnd().EnumerateMatches(text))
            begin = head.Index + head.Length;
        var prefix = text[begin..];
        return Named(prefix, isBridge, isV6, isArp) is { } point
            ? new([point]) { Prefix = prefix.Trim() }
            : Said.FirstOrDefault(one => one.Prefix.Length == 0).Meaning;
    }

    private static (string Prefix, LogMeaning Meaning) Parse(string one)
    {
        var equals = one.LastIndexOf('=');
        var words = equals < 0
            ? []
            : one[(equals + 1)..].Split((char[])[' ', ':', '/', '.'], StringSplitOptions.RemoveEmptyEntries);
        if (words is [Nothing] && equals > 0)
            return (one[..equals].Trim(), new([]));
        if (equals < 0 || words.Length is not (3 or 4) || (words.Length == 4) != (words[0] == Layer.Nftables.Name()))
            throw new HooktrailException(
                $"\"{one}\" is not a prefix with its hook point; write it as \"prefix=layer table chain\", such as \"P1=iptables raw PREROUTING\", with several chains as \"INPUT,FORWARD\", or as \"prefix=none\" to skip its lines.");
        var table = string.Join(' ', words[1..^1]);
        return (
            one[..equals].Trim(),
            new([.. words[^1].Split(',').Select(chain => HookPoints.Parse(words[0], table, chain))])
            {
                Prefix = one[..equals].Trim(),
            });
    }

    // «P1» is not the end of «MAP1».
    private static bool EndsWith(string text, string prefix) =>
        text.EndsWith(prefix, StringComparison.Ordinal)
        && (text.Length == prefix.Length
            || !char.IsAsciiLetterOrDigit(prefix[0])
            || !char.IsAsciiLetterOrDigit(text[^(prefix.Length + 1)]));

    /// <summary>
    /// The table and chain that the last words name. The prefix begins after the head, which has other words: a word
    /// before the two counts only if nothing ends the head between, such as the time or «kernel:».
    /// </summary>
    private static HookPoint? Named(string text, bool isBridge, bool isV6, bool isArp)
    {
        string? table = null, chain = null;
        var words = Words(text).ToList();
        for (var at = words.Count - 1; at >= 0; at--)
        {
            var (word, isApart) = words[at];
            if (Array.Find(Tables, one => one.Equals(word, StringComparison.OrdinalIgnoreCase)) is { } named)
            {
                if (table is not null && table != named)
                    return null;
                table = named;
            }
            else if (Chains.TryGetValue(word, out var of))
            {
                if (chain is not null && chain != of)
                    return null;
                chain = of;
            }
            else if (Bridges.Contains(word, StringComparer.OrdinalIgnoreCase))
            {
                isBridge = true;
            }

            if (isApart && table is not null && chain is not null)
                break;
        }

        if (chain == "BROUTING")
            table ??= "broute";
        else if (table == "broute")
            chain ??= "BROUTING";
        var point = new HookPoint(
            isBridge ? Layer.Ebtables : isArp ? Layer.Arptables : isV6 ? Layer.Ip6tables : Layer.Iptables,
            table ?? "",
            chain ?? "");
        return HookPoints.All.Contains(point) ? point : null;
    }

    // Each with whether «: » or «] » is before it.
    private static IEnumerable<(string Word, bool IsApart)> Words(string text)
    {
        var begin = 0;
        for (var i = 0; i <= text.Length; i++)
            if (i == text.Length || !char.IsAsciiLetterOrDigit(text[i]))
            {
                if (i > begin)
                    yield return (
                        text[begin..i], begin >= 2 && text[begin - 1] == ' ' && text[begin - 2] is ':' or ']');
                begin = i + 1;
            }
    }

    // «kernel:», «kernel - - -», a clock, a number or a thread in brackets: none can be in the name of a chain.
    [GeneratedRegex(
        @"\bkernel(?:\[\d+\])?\b|\d\d?:\d\d(?::\d\d)?\S*|\[\s*[TC+]?[\d.]+\]|^\S*?<\d+>",
        RegexOptions.CultureInvariant)]
    private static partial Regex HeadEnd();
}
