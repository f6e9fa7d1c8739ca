using System.Text;

namespace Hooktrail.Observation;

/// <summary>
/// The LOG rules of a run, as input for the tools' restore commands, which add to existing rules if called with
/// <c>--noflush</c>: a few rules for each hook point and network of the traced traffic, no two of which match one
/// packet. Each rule is inserted at the top of its chain, before any rule that could end the packet's way through it.
/// arptables has no LOG: xt_LOG supports only IPv4 and IPv6 (net/netfilter/xt_LOG.c).
/// </summary>
public sealed record TapRules(RunId Run, TracedTraffic Traffic, ImmutableArray<HookPoint> Points)
{
    /// <summary>Every hook point for which a tap can have a name.</summary>
    public static readonly ImmutableArray<HookPoint> Supported =
    [
        .. HookPoints.Ebtables,
        .. HookPoints.Iptables,
        .. HookPoints.Iptables.Select(point => point with { Layer = Layer.Ip6tables }),
    ];

    // Debug is the only level that no console prints by default (kernel/printk/printk.c, suppress_message_printing); a
    // slow console would delay the packets. /dev/kmsg shows every level.
    private const string Level = "--log-level debug";

    // The packets of the lab's ends, and those that REJECT sends for them.
    private const string Marked = "-m tos ! --tos 0x00";
    private const string Reset = "-m tos --tos 0x00 -p tcp --tcp-flags RST RST";

    // Unreachable, time exceeded, redirect. IPv4 errors have their own type of service (net/ipv4/icmp.c, __icmp_send).
    private static readonly ImmutableArray<int> Icmp6Errors = [1, 3, 137];

    /// <summary>
    /// Input for <c>iptables-restore --noflush</c> of either backend. Each table is one transaction:
    /// the tool commits at every COMMIT.
    /// </summary>
    public string Iptables() => Restore(
        Layer.Iptables,
        point => from destination in Traffic.Ipv4
                 from packets in (string[])[Marked, Reset, .. Answers()]
                 select Xt(point, destination, packets),
        "COMMIT\n");

    public string Ip6tables() => Restore(
        Layer.Ip6tables,
        point => from destination in Traffic.Ipv6
                 from packets in (string[])
                     [
                         Marked,
                         Reset,
                         .. Answers(),
                         .. Icmp6Errors.Select(type => $"-m tos --tos 0x00 -p ipv6-icmp -m icmp6 --icmpv6-type {type}")
                     ]
                 select Xt(point, destination, packets),
        "COMMIT\n");

    /// <summary>
    /// Input for <c>ebtables-nft-restore --noflush</c>, one transaction over all tables. Not for
    /// ebtables-legacy-restore, which flushes.
    /// </summary>
    /// <remarks>
    /// ebtables cannot match the flags of TCP. So these rules log all TCP packets without a mark that go towards the
    /// lab; the reader skips those whose ports belong to no flow.
    /// </remarks>
    public string Ebtables() => Restore(
        Layer.Ebtables,
        point =>
        [
            .. from destination in Traffic.Ipv4
               from packets in (string[])
                   ["! --ip-tos 0x00", "--ip-tos 0x00 --ip-protocol tcp",
                       .. Traffic.AnsweringPorts.Select(
                           port => $"--ip-tos 0x00 --ip-protocol udp --ip-source-port {port}")]
               select Ebt(point, $"-p IPv4 --ip-destination {destination} {packets}", "--log-ip"),
            .. from destination in Traffic.Ipv4
               select Ebt(point, $"-p ARP --arp-ip-dst {destination}", "--log-arp"),
            .. from destination in Traffic.Ipv6
               from packets in (string[])
                   ["! --ip6-tclass 0x00", "--ip6-tclass 0x00 --ip6-protocol tcp",
                       .. Traffic.AnsweringPorts.Select(
                           port => $"--ip6-tclass 0x00 --ip6-protocol udp --ip6-source-port {port}"),
                       .. Icmp6Errors.Select(
                           type => $"--ip6-tclass 0x00 --ip6-protocol ipv6-icmp --ip6-icmp-type {type}")]
               select Ebt(point, $"-p IPv6 --ip6-destination {destination} {packets}", "--log-ip6"),
        ],
        "");

    /// <summary>
    /// Input for <c>nft -f -</c> that must run before the rules are added. It marks the base chains and tables of
    /// nf_tables that the rules will create, so that these can be removed with the rules even after the run has died.
    /// An empty chain <c>hooktrail.INPUT</c> in a table means that a run created its chain INPUT; an empty chain
    /// <c>hooktrail</c> means that a run created the table.
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
            var home = $"{Family(point.Layer)} {point.Table}";
            if (existing.Add(home))
                marks.Append($"add table {home}\nadd chain {home} hooktrail\n");
            if (existing.Add($"{home} {point.Chain}"))
                marks.Append($"add chain {home} hooktrail.{point.Chain}\n");
        }

        return marks.ToString();
    }

    private static string Family(Layer layer) => layer switch
    {
        Layer.Ebtables => "bridge",
        Layer.Ip6tables => "ip6",
        _ => "ip",
    };

    private IEnumerable<string> Answers()
    {
        if (Traffic.AnsweringPorts.IsEmpty)
            return [];
        var ports = string.Join(',', Traffic.AnsweringPorts);
        return
        [
            $"-m tos --tos 0x00 -p tcp --tcp-flags RST NONE -m multiport --sports {ports}",
            $"-m tos --tos 0x00 -p udp -m multiport --sports {ports}",
        ];
    }

    private string Xt(HookPoint point, string destination, string packets) =>
        $"-I {point.Chain} 1 -d {destination} {packets} -j LOG --log-prefix \"{TapPrefix.Of(Run, point)} \" {Level} --log-tcp-sequence";

    private string Ebt(HookPoint point, string packets, string format) =>
        $"-I {point.Chain} 1 {packets} --log-prefix \"{TapPrefix.Of(Run, point)}\" {Level} {format} -j CONTINUE";

    private string Restore(Layer layer, Func<HookPoint, IEnumerable<string>> rules, string commit)
    {
        var text = new StringBuilder();
        foreach (var table in Points.Where(point => point.Layer == layer).GroupBy(point => point.Table))
        {
            text.Append('*').Append(table.Key).Append('\n');
            foreach (var rule in table.SelectMany(rules))
                text.Append(rule).Append('\n');
            text.Append(commit);
        }

        return text.ToString();
    }
}
