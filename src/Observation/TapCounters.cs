namespace Hooktrail.Observation;

/// <summary>The number of packets that each tap of a run has matched, from the rules' own counters.</summary>
public sealed class TapCounters
{
    private const string LogPrefix = " --log-prefix \"";

    private readonly ImmutableDictionary<HookPoint, long> _packets;

    internal TapCounters(ImmutableDictionary<HookPoint, long> packets) => _packets = packets;

    public IEnumerable<HookPoint> Points => _packets.Keys;

    /// <summary>0 if there is no tap.</summary>
    public long this[HookPoint point] => _packets.GetValueOrDefault(point);

    /// <summary>
    /// Parses the output of <c>iptables-save -c</c> (<c>[4:336] -A …</c>), of <c>EBTABLES_SAVE_COUNTER=yes
    /// ebtables-save</c> (<c>-A … -c 4 336</c>), or of both, one after the other. Skips other rules.
    /// </summary>
    public static TapCounters Parse(string saved, RunId run)
    {
        var packets = ImmutableDictionary.CreateBuilder<HookPoint, long>();
        foreach (var line in saved.AsSpan().EnumerateLines())
        {
            // A quote in a comment is saved as \", so this text can only be in the log option.
            var option = line.IndexOf(LogPrefix);
            if (option < 0
                || !TapPrefix.TryParse(Quoted(line[(option + LogPrefix.Length)..]), out var owner, out var point, out _)
                || owner != run)
                continue;
            packets[point] = packets.GetValueOrDefault(point) + (Packets(line) ?? throw NoCounter(line));
        }

        return new(packets.ToImmutable());
    }

    /// <summary>The counters that would agree with the log.</summary>
    public static TapCounters Of(IEnumerable<Sighting> logged) =>
        new(logged.CountBy(sighting => sighting.Point).ToImmutableDictionary(
            pair => pair.Key, pair => (long)pair.Value));

    public TapCounters With(TapCounters other) =>
        new(_packets.SetItems(
            other._packets.Select(pair => KeyValuePair.Create(pair.Key, pair.Value + this[pair.Key]))));

    public TapCounters Since(TapCounters earlier) =>
        new(_packets.ToImmutableDictionary(pair => pair.Key, pair => pair.Value - earlier[pair.Key]));

    private static ReadOnlySpan<char> Quoted(ReadOnlySpan<char> text) =>
        text.IndexOf('"') is var end and >= 0 ? text[..end] : text;

    private static long? Packets(ReadOnlySpan<char> line)
    {
        var ebtables = line.LastIndexOf(" -c ");
        var number = line.StartsWith("[") ? line[1..] : ebtables >= 0 ? line[(ebtables + 4)..] : [];
        var end = number.IndexOfAny(':', ' ');
        return end > 0 ? LogFields.LongNumber(number[..end]) : null;
    }

    private static HooktrailException NoCounter(ReadOnlySpan<char> line) => new(
        $"The saved rule \"{line}\" has no counter; save with `iptables-save -c` and `EBTABLES_SAVE_COUNTER=yes ebtables-save`.");
}
