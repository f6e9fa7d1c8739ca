namespace Hooktrail.Observation.Import;

/// <summary>
/// The hook point that a LOG rule's prefix means: the one in <paramref name="Said"/>, if the user gives one for the
/// trimmed prefix; else the table and chain that the prefix names, in any order and case, with any text between:
/// <c>iptables-raw-PREROUTING </c>, <c>[ebt nat PRE]</c>.
/// </summary>
public sealed record LogPrefixes(ImmutableDictionary<string, HookPoint> Said)
{
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
    public static readonly LogPrefixes None = new(ImmutableDictionary<string, HookPoint>.Empty);

    /// <summary>Parses pairs such as <c>prefix=layer table chain</c>.</summary>
    /// <exception cref="HooktrailException">A text is no such pair, or there is no such hook point.</exception>
    public static LogPrefixes Parse(IEnumerable<string> said)
    {
        var all = ImmutableDictionary.CreateBuilder<string, HookPoint>();
        foreach (var one in said)
        {
            var equals = one.LastIndexOf('=');
            var words = equals < 0
                ? []
                : one[(equals + 1)..].Split((char[])[' ', ':', '/', '.'], StringSplitOptions.RemoveEmptyEntries);
            if (equals < 1 || words.Length != 3 || one[..equals].Trim().Length == 0)
                throw new HooktrailException(
                    $"\"{one}\" is not a prefix with its hook point; write it as \"prefix=layer table chain\", such as \"P1=iptables raw PREROUTING\".");
            all[one[..equals].Trim()] = HookPoints.Parse(words[0], words[1], words[2]);
        }

        return new(all.ToImmutable());
    }

    /// <summary>Null if the prefix, which is the text before the record's first field, means no hook point.</summary>
    public HookPoint? PointOf(string prefix, bool isBridge, bool isV6, bool isArp)
    {
        if (Said.TryGetValue(prefix.Trim(), out var said))
            return said;
        string? table = null, chain = null;
        foreach (var word in Words(prefix))
        {
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

    private static IEnumerable<string> Words(string prefix)
    {
        var begin = 0;
        for (var i = 0; i <= prefix.Length; i++)
            if (i == prefix.Length || !char.IsAsciiLetterOrDigit(prefix[i]))
            {
                if (i > begin)
                    yield return prefix[begin..i];
                begin = i + 1;
            }
    }
}
