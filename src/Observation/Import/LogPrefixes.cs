using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Observation.Import;

/// <summary>
/// Which hook point a LOG rule's prefix means. Prefixes are a user's own: either the user says what they mean, or they name table and chain, in any
/// order and case, with whatever between: <c>iptables-raw-PREROUTING </c>, <c>[ebt nat PRE]</c>.
/// </summary>
/// <param name="Said">What the user says: prefix, without blanks at its ends, to hook point.</param>
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

    /// <summary>No prefix but those that name their hook point.</summary>
    public static readonly LogPrefixes None = new(ImmutableDictionary<string, HookPoint>.Empty);

    /// <summary>Reads what a user says, as <c>prefix=layer table chain</c>.</summary>
    /// <exception cref="HooktrailException">It says nothing such, or there is no such hook point.</exception>
    public static LogPrefixes Parse(IEnumerable<string> said)
    {
        var all = ImmutableDictionary.CreateBuilder<string, HookPoint>();
        foreach (var one in said)
        {
            var equals = one.LastIndexOf('=');
            var words = equals < 0 ? [] : one[(equals + 1)..].Split((char[])[' ', ':', '/', '.'], StringSplitOptions.RemoveEmptyEntries);
            if (equals < 1 || words.Length != 3 || one[..equals].Trim().Length == 0)
                throw new HooktrailException(
                    $"\"{one}\" does not say what a prefix means; write it as \"prefix=layer table chain\", such as \"P1=iptables raw PREROUTING\".");
            all[one[..equals].Trim()] = HookPoints.Parse(words[0], words[1], words[2]);
        }

        return new(all.ToImmutable());
    }

    /// <summary>The hook point that a prefix means; null where it means none.</summary>
    /// <param name="prefix">What stands before the record's first field.</param>
    /// <param name="isBridge">Whether the record is of ebt_log, which logs frames of a bridge only.</param>
    /// <param name="isV6">Whether the packet is of IPv6.</param>
    /// <param name="isArp">Whether it is of ARP.</param>
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
            isBridge ? Layer.Ebtables : isArp ? Layer.Arptables : isV6 ? Layer.Ip6tables : Layer.Iptables, table ?? "", chain ?? "");
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
