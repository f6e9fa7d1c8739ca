using System.Collections.Immutable;
using System.Text;
using Hooktrail.Trails;

namespace Hooktrail.Observation;

/// <summary>
/// The LOG rules of a run: one per hook point and network of the traced traffic, as input for the tools' restore
/// commands, which add to what is there when called with <c>--noflush</c>. Each is inserted at the top of its chain,
/// before any rule that could end the packet's way through it.
/// </summary>
/// <param name="Run">The run that the rules are marked with.</param>
/// <param name="Traffic">What they match.</param>
/// <param name="Points">Where they are; of iptables and ebtables.</param>
public sealed record TracepointRules(RunId Run, TracedTraffic Traffic, ImmutableArray<HookPoint> Points)
{
    /// <summary>Every hook point at which a tracepoint can be named.</summary>
    public static readonly ImmutableArray<HookPoint> Supported =
    [
        .. HookPoints.Ebtables,
        .. HookPoints.Iptables,
        .. HookPoints.Iptables.Select(point => point with { Layer = Layer.Ip6tables }),
    ];

    // Debug is the one level that no console prints unless asked to; a slow console would hold up the packets (facts
    // 4.4). /dev/kmsg shows every level.
    private const string Level = "--log-level debug";

    /// <summary>
    /// Input for <c>iptables-restore --noflush</c>, of nf_tables or legacy. Each table is one transaction: the tool
    /// commits at every COMMIT.
    /// </summary>
    public string Iptables() => Restore(
        Layer.Iptables,
        (point, destination) =>
            $"-I {point.Chain} 1 -d {destination} -p icmp -m tos ! --tos 0x00"
            + $" -j LOG --log-prefix \"{TracepointPrefix.Of(Run, point)} \" {Level}",
        "COMMIT\n");

    /// <summary>
    /// Input for <c>ebtables-nft-restore --noflush</c>, one transaction over all tables. Not for
    /// ebtables-legacy-restore, which flushes.
    /// </summary>
    public string Ebtables() => Restore(
        Layer.Ebtables,
        (point, destination) =>
            $"-I {point.Chain} 1 -p IPv4 --ip-destination {destination} --ip-protocol icmp --ip-tos ! 0x00"
            + $" --log-prefix \"{TracepointPrefix.Of(Run, point)}\" {Level} --log-ip -j CONTINUE",
        "");

    /// <summary>
    /// Input for <c>nft -f -</c>, to be run before the rules go in: marks which base chains and tables of nf_tables
    /// they will bring into being, so that these can go with them, even when the run dies. An empty chain
    /// <c>hooktrail.INPUT</c> in a table says that its chain INPUT is ours, an empty chain <c>hooktrail</c> that the
    /// table is.
    /// </summary>
    /// <param name="listed">The output of <c>nft list chains</c>.</param>
    public string Marks(string listed)
    {
        var existing = new HashSet<string>();
        var table = "";
        foreach (var line in listed.Split('\n'))
        {
            var words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["table", var family, var name, ..])
                existing.Add(table = $"{family} {name}");
            else if (words is ["chain", var chain, ..])
                existing.Add($"{table} {chain}");
        }

        var marks = new StringBuilder();
        foreach (var point in Points)
        {
            var home = $"{(point.Layer == Layer.Ebtables ? "bridge" : "ip")} {point.Table}";
            if (existing.Add(home))
                marks.Append($"add table {home}\nadd chain {home} hooktrail\n");
            if (existing.Add($"{home} {point.Chain}"))
                marks.Append($"add chain {home} hooktrail.{point.Chain}\n");
        }

        return marks.ToString();
    }

    private string Restore(Layer layer, Func<HookPoint, string, string> rule, string commit)
    {
        var text = new StringBuilder();
        foreach (var table in Points.Where(point => point.Layer == layer).GroupBy(point => point.Table))
        {
            text.Append('*').Append(table.Key).Append('\n');
            foreach (var point in table)
                foreach (var destination in Traffic.Destinations)
                    text.Append(rule(point, destination)).Append('\n');
            text.Append(commit);
        }

        return text.ToString();
    }
}
