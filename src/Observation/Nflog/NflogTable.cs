using System.Text;

namespace Hooktrail.Observation.Nflog;

/// <summary>
/// The tables by which a run records packets: its own, one per family of nf_tables, with a base chain at each hook point
/// that writes to a log group. All go in by one transaction and out by one; no other table is touched.
/// </summary>
/// <remarks>
/// <para>
/// A chain has the priority of the chain it stands for. Of equal ones the last registered runs first
/// (net/netfilter/core.c:nf_hook_entries_grow), so each record is written right before its tool's chain runs, if that
/// table was there before. So install this last, after every rule of the lab, and again when a table was added; where a
/// table comes later, and drops the packet, the record is missing.
/// </para>
/// <para>
/// Where two chains share hook and priority, both their records are written before either runs, in the reverse order of
/// <see cref="Places"/>: give those in the order in which they were registered. That the first one dropped the packet
/// does not show there.
/// </para>
/// <para>No conntrack is asked for, so that recording cannot switch it on.</para>
/// </remarks>
public sealed record NflogTable(RunId Run, int Group, NflogTraffic Traffic, ImmutableArray<NflogPlace> Places)
{
    // Headers up to TCP behind IPv6 with some extensions, or up to those of the packet in an ICMP error.
    private const int Snaplen = 192;

    // NF_LOG_PREFIXLEN - 1, include/net/netfilter/nf_log.h.
    private const int LongestPrefix = 127;

    /// <summary>As <c>hooktrail-x7k2q-nflog</c>, in any family; it begins as the run's journal does.</summary>
    public static string Name(RunId run) => $"hooktrail-{run}-nflog";

    /// <summary>
    /// Numbers a run's tables, where chains came one after the other and each has to be recorded behind its own; 0 for
    /// the first.
    /// </summary>
    public int Part { get; init; }

    private string OwnName => Part == 0 ? Name(Run) : string.Create(CultureInfo.InvariantCulture, $"{Name(Run)}-{Part}");

    /// <summary>The prefix of the records of a hook point, by which they are known.</summary>
    /// <exception cref="HooktrailException">The names of table and chain are longer than the kernel can log.</exception>
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
    /// Input for <c>nft -f -</c> that creates the tables. It fails, and changes nothing, where the kernel has not all of
    /// the families, hooks or devices.
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

    /// <summary>Reads <c>nft list ruleset</c>, or <c>nft list table</c> for each family in turn.</summary>
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
    internal static ImmutableDictionary<string, HookPoint> PointsByPrefix(RunId run, ImmutableArray<NflogPlace> places) =>
        places.Select(place => place.Point).Distinct().ToImmutableDictionary(point => Prefix(run, point));

    private void Append(StringBuilder text, NflogPlace place, string name, bool choosy)
    {
        var device = place.Device is null ? "" : $" device \"{place.Device}\"";
        text.Append(CultureInfo.InvariantCulture,
            $"\tchain {name} {{\n\t\ttype {Word(place.Type)} hook {Word(place.Hook)}{device} priority {place.Priority}; policy accept;\n");
        if (choosy)
            text.Append("\t\tjump traffic\n");
        text.Append(CultureInfo.InvariantCulture,
            $"\t\tcounter log prefix \"{Prefix(Run, place.Point)}\" group {Group} snaplen {Snaplen} queue-threshold 1\n\t}}\n");
    }

    // A name that nft reads: a letter first, and no character that means something to it.
    private static string Unique(HookPoint point, HashSet<string> names)
    {
        var plain = string.Concat($"{point.Layer.Name()}.{point.Table}.{point.Chain}"
            .Select(character => char.IsAsciiLetterOrDigit(character) || character is '.' ? character : '_'));
        if (plain.Length > 100)
            plain = plain[..100];
        var name = plain;
        for (var i = 2; !names.Add(name); i++)
            name = $"{plain}.{i}";
        return name;
    }

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
