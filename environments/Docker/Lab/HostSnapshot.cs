namespace Hooktrail.Docker.Lab;

/// <summary>What a run must restore: rules of all families, settings and links. Without counters.</summary>
public sealed record HostSnapshot(ImmutableArray<string> Lines)
{
    /// <summary>
    /// The prefix of settings that Docker turns on for any lab's networks; the last run on the host restores them.
    /// </summary>
    internal const string Forwarding = "forwarding: ";

    private const string Setting = "sysctl: ";

    /// <summary>The script that follows reads settings while no run has turned one (image/switch.sh).</summary>
    internal const string WhileNoneTurns = """
        if [ -e /host/net/bridge/bridge-nf-call-iptables ]; then
            exec 9</host/net/bridge/bridge-nf-call-iptables
            . hooktrail-lock
            lock 9 -s 20 'relying on bridge-nf-call-*' || exit
        fi
        """;

    /// <summary>Prints a line for each fact, its source first.</summary>
    internal const string Script = $$"""
        {{WhileNoneTurns}}
        {
            nft -s list ruleset 2>/dev/null | sed 's/^/nft: /'
            for tool in iptables-nft ip6tables-nft iptables-legacy ip6tables-legacy; do
                $tool-save 2>/dev/null | sed -e '/^#/d' -e 's/\[[0-9]*:[0-9]*\]//' -e "s/^/$tool: /"
            done
            for table in broute nat filter; do
                ! grep -q "^ebtable_$table " /proc/modules || ebtables-legacy -t $table -L | sed -e '/^$/d' -e 's/, entries: [0-9]*//' -e "s/^/ebtables-legacy: $table: /"
            done
            ip -o link | sed 's/^[0-9]*: \([^:]*\): .*/link: \1/'
            grep -s . /host/net/bridge/* /host/net/ipv4/ip_forward | sed 's/^/sysctl: /'
            grep -s . /host/net/ipv6/conf/{all,default}/forwarding | sed 's/^/{{Forwarding}}/'
        }
        """;

    /// <summary>
    /// The lines of only one snapshot that are settings or name one of the runs; <c>-</c> for this
    /// snapshot's, <c>+</c> for the other's.
    /// </summary>
    public ImmutableArray<string> DifferencesTo(HostSnapshot other, params IEnumerable<string> runs) =>
    [
        .. from line in Without(Lines, other.Lines).Select(line => "- " + line).Concat(
            Without(other.Lines, Lines).Select(line => "+ " + line))
           where line.AsSpan(2).StartsWith(Setting) || runs.Any(line.Contains)
           select line,
    ];

    private static IEnumerable<string> Without(IEnumerable<string> lines, IEnumerable<string> others)
    {
        var left = others.CountBy(line => line).ToDictionary();
        return lines.Where(line => !left.TryGetValue(line, out var count) || (left[line] = count - 1) < 0);
    }
}
