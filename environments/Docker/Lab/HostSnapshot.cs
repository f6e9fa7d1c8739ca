using System.Collections.Immutable;

namespace Hooktrail.Docker.Lab;

/// <summary>
/// What a run may change on a host, and must give back: the rules of all families, settings and links. Counters, which traffic
/// changes, are not in it; nor is what other containers bring along while they come and go, known by their bridges and veth pairs.
/// </summary>
public sealed record HostSnapshot(ImmutableArray<string> Lines)
{
    /// <summary>A line for each fact, each beginning with where it is from.</summary>
    internal const string Script = """
        others=$({ ip -o link show type bridge; ip -o link show type veth; } | sed 's/^[0-9]*: \([^:@]*\).*/\1/' | grep -v '^ht-')
        {
            nft -s list ruleset 2>/dev/null | sed 's/^/nft: /'
            for tool in iptables-nft ip6tables-nft iptables-legacy ip6tables-legacy; do
                $tool-save 2>/dev/null | sed -e '/^#/d' -e 's/\[[0-9]*:[0-9]*\]//' -e "s/^/$tool: /"
            done
            ip -o link | sed 's/^[0-9]*: \([^:]*\): .*/link: \1/'
            grep -s . /host/net/bridge/* /host/net/ipv4/ip_forward | sed 's/^/sysctl: /'
        } | grep -vwF "${others:-$'\x01'}"
        """;

    /// <summary>What is not the same in the other: a line that only this one has begins with <c>-</c>, one that only the other has with <c>+</c>.</summary>
    public ImmutableArray<string> DifferencesTo(HostSnapshot other) =>
    [
        .. Without(Lines, other.Lines).Select(line => "- " + line),
        .. Without(other.Lines, Lines).Select(line => "+ " + line),
    ];

    private static IEnumerable<string> Without(IEnumerable<string> lines, IEnumerable<string> others)
    {
        var left = others.CountBy(line => line).ToDictionary();
        return lines.Where(line => !left.TryGetValue(line, out var count) || (left[line] = count - 1) < 0);
    }
}
