using System.Text;

namespace Hooktrail.Observation.Nflog;

/// <summary>
/// The tables with which a run records packets: private ones, one for each family of nf_tables, with a
/// base chain at each hook point that writes to a log group. One transaction installs them all, and one
/// removes them; no other table changes.
/// </summary>
/// <remarks>
/// <para>
/// A chain has the priority of the chain that it stands for. Of chains with equal priorities, the one registered last
/// runs first (net/netfilter/core.c, nf_hook_entries_grow). So each record is written right before the tool's chain
/// runs, if the tool's table existed first. Install these tables last, after every rule of the lab, and again when a
/// table was added: if a table comes later and drops the packet, the record is missing.
/// </para>
/// <para>
/// If two chains share hook and priority, both their records are written before either chain runs, in the reverse order
/// of <see cref="Places"/>; list those in the order of registration. The records do not show whether the first chain
/// dropped the packet.
/// </para>
/// <para>The tables do not use conntrack, so recording cannot switch it on.</para>
/// </remarks>
public sealed record NflogTable(RunId Run, int Group, NflogTraffic Traffic, ImmutableArray<NflogPlace> Places)
{
    // Room for the headers up to TCP after IPv6 with some extensions, or up to those of the packet in an ICMP error.
    private const int Snaplen = 192;

    // NF_LOG_PREFIXLEN - 1, include/net/netfilter/nf_log.h.
    private const int LongestPrefix = 127;

    /// <summary>
    /// Such as <c>hooktrail-x7k2q-nflog</c>, in any family; it begins like the name of the run's journal.
    /// </summary>
    public static string Name(RunId run) => $"hooktrail-{run}-nflog";

    /// <summary>
    /// Numbers a run's tables if chains arrived one after the other, since each recorder must be registered
    /// after its chain; 0 for the first.
    /// </summary>
    public int Part { get; init; }

    /// <summary>
    /// Whether the kernel tells which rules a packet meets once it was recorded (<c>meta nftrace</c>,
    /// net/netfilter/nf_tables_trace.c). Any reader of the network namespace's trace sees the packets then.
    /// </summary>
    public bool Traces { get; init; }

    private string OwnName =>
        Part == 0 ? Name(Run) : string.Create(CultureInfo.InvariantCulture, $"{Name(Run)}-{Part}");

    /// <summary>The prefix that identifies the records of a hook point.</summary>
    /// <exception cref="HooktrailException">
    /// The names of table and chain are longer than the kernel can log.
    /// </exception>
    public static string Prefix(RunId run, HookPoint point)
    {
        var prefix = TapPrefix.Of(run, point);
        return prefix.Length <= LongestPrefix && !prefix.Contains('"')
            ? prefix
            : throw new HooktrailException(
                $"{point} cannot be recorded, because the prefix \"{prefix}\" of its records has a quote or more than "
                + $"{LongestPrefix} characters; give its table or chain another name.");
    }

    /// <summary>
    /// Input for <c>nft -f -</c> that creates the tables. It fails, and changes nothing, if the kernel lacks one of the
    /// families, hooks or devices.
    /// </summary>
    public string Install()
    {
        var text = new StringBuilder();
        foreach (var family in Places.GroupBy(place => place.Family).OrderBy(group => group.Key))
        {
            text.Append($"table {Word(family.Key)} {OwnName} {{\n");
            var traffic = string.Concat(Traffic.Chain(family.Key).Select(line => $"\t\t{line}\n"));
            if (traffic.Length > 0)
                text.Append($"\tchain traffic {{\n{traffic}\t}}\n");
            var names = new HashSet<string>();
            foreach (var place in family)
                Append(text, place, Unique(place.Point, names), traffic.Length > 0);
            text.Append("}\n");
        }

        return text.ToString();
    }

    /// <summary>Input for <c>nft -f -</c> that deletes the tables.</summary>
    public string Remove() => string.Concat(Places
        .Select(place => place.Family).Distinct().Order()
        .Select(family => $"delete table {Word(family)} {OwnName}\n"));

    /// <summary>
    /// Parses the output of <c>nft list ruleset</c>, or of <c>nft list table</c> for each family in turn.
    /// </summary>
    public TapCounters Counters(string listed)
    {
        var points = PointsByPrefix(Run, Places);
        var packets = ImmutableDictionary.CreateBuilder<HookPoint, long>();
        foreach (var line in listed.AsSpan().EnumerateLines())
        {
            const string counter = "counter packets ", prefix = " log prefix \"";
            var (start, end) = (line.IndexOf(counter), line.IndexOf(prefix));
            if (start < 0 || end < start)
                continue;
            var number = line[(start + counter.Length)..end];
            var rest = line[(end + prefix.Length)..];
            if (rest.IndexOf('"') is var quote and >= 0
                && points.TryGetValue(rest[..quote].ToString(), out var point)
                && LogFields.LongNumber(number[..number.IndexOf(' ')]) is { } count)
                packets[point] = packets.GetValueOrDefault(point) + count;
        }

        return new(packets.ToImmutable());
    }

    /// <summary>A point may have several places.</summary>
    internal static ImmutableDictionary<string, HookPoint> PointsByPrefix(
        RunId run, ImmutableArray<NflogPlace> places) =>
        places.Select(place => place.Point).Distinct().ToImmutableDictionary(point => Prefix(run, point));

    private void Append(StringBuilder text, NflogPlace place, string name, bool choosy)
    {
        var device = place.Device is null ? "" : $" device \"{place.Device}\"";
        text.Append(CultureInfo.InvariantCulture,
            $"\tchain {name} {{\n\t\ttype {Word(place.Type)} hook {Word(place.Hook)}{device} priority {place.Priority}; policy accept;\n");
        if (choosy)
            text.Append("\t\tjump traffic\n");
        text.Append(CultureInfo.InvariantCulture,
            $"\t\t{(Traces ? "meta nftrace set 1 " : "")}counter log prefix \"{Prefix(Run, place.Point)}\" group {Group} snaplen {Snaplen} queue-threshold 1\n\t}}\n");
    }

    /// <summary>
    /// How the name of a place's chain begins: a name that nft accepts, without a character with a meaning in nft.
    /// </summary>
    internal static string ChainName(HookPoint point)
    {
        var plain = string.Concat($"{point.Layer.Name()}.{point.Table}.{point.Chain}"
            .Select(character => char.IsAsciiLetterOrDigit(character) || character is '.' ? character : '_'));
        return plain.Length > 100 ? plain[..100] : plain;
    }

    private static string Unique(HookPoint point, HashSet<string> names)
    {
        var plain = ChainName(point);
        var name = plain;
        for (var i = 2; !names.Add(name); i++)
            name = $"{plain}.{i}";
        return name;
    }

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
