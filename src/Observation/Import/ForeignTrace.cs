namespace Hooktrail.Observation.Import;

/// <summary>
/// A user's trace, its packets in the order first seen. <paramref name="Notes"/> say which lines were skipped and why;
/// <paramref name="Cut"/> names the cut or masked lines, such as <c>line 7 ("…")</c>, null for none: such a line may
/// hide a hop.
/// </summary>
public sealed record ForeignTrace(
    TraceFormat Format, int Lines, ImmutableArray<ForeignPacket> Packets, ImmutableArray<string> Notes, string? Cut)
{
    /// <summary>
    /// The largest number of crossings, which bounds the memory: each is kept with its line.
    /// </summary>
    public const int Most = 100_000;

    private const int MostBinary = 20;

    private static readonly string Ways =
        "use the output of nft monitor trace or xtables-monitor --trace, or kernel log lines whose prefixes name table and chain";

    /// <summary>Why lines are missing, as the beginning of a sentence; null if nothing shows a loss.</summary>
    public string? Loss { get; private init; }

    /// <summary>
    /// Whether a packet may have crossed hook points of which the trace has no line: lines were lost, or were cut so
    /// that they show no packet.
    /// </summary>
    public bool HasGaps { get; private init; }

    /// <summary>
    /// Reads a trace, and its <paramref name="lines"/> once; skips lines of other programs. Errors call it <paramref
    /// name="name"/>. A null <paramref name="format"/> means the format of the first line that has one.
    /// </summary>
    /// <exception cref="HooktrailException">
    /// The trace is empty, no line has the format, or there are too many crossings.
    /// </exception>
    public static ForeignTrace Read(IEnumerable<string> lines, string name, TraceFormat? format, LogPrefixes prefixes)
    {
        var wanted = format;
        var reader = format is { } said ? Reader(said, prefixes) : null;
        var losses = new TraceLosses();
        var number = 0;
        var binary = 0;
        string? unusable = null;
        foreach (var each in lines)
        {
            number++;
            var line = TraceLine.Clean(each.TrimEnd('\r'));
            if (losses.Take(line, number))
                continue;
            if (reader is null)
                (reader, format) = First(line, number, prefixes);
            else if (reader.Take(line, number))
            {
                if (reader.Hops.Count > Most)
                    throw new HooktrailException(
                        $"{name} shows more than {Most} crossings of hook points, the last at line {number}; keep only the part that matters, such as the lines with one address.");
                continue;
            }

            if (reader is null or { Hops.Count: 0 } && !string.IsNullOrWhiteSpace(line))
                unusable ??= TraceReader.Quote(line, number);
            // A log may have some, where a machine lost its power.
            if (reader is null && line.Contains('\0') && ++binary == MostBinary)
                throw new HooktrailException(
                    $"{name} is not a text: {MostBinary} of its first {number} lines have zero bytes; {Ways}.");
        }

        reader?.End();
        if (reader?.Hops.Count > 0)
        {
            var packets = PacketFinder.Find(reader.Hops);
            return new(format!.Value, number, packets, [.. reader.Notes], reader.Cut)
            {
                Loss = losses.Text,
                HasGaps = losses.Text is not null || reader.HasUnplaced
                    || packets.Any(packet => packet.Hops.All(hop => hop.IsCut)),
            };
        }

        if (reader?.Notes.FirstOrDefault() is { } note)
            throw new HooktrailException($"{name} names no hook point: {note}");
        if (unusable is null && reader?.Cut is null)
            throw new HooktrailException($"{name} is empty; {Ways}.");
        throw new HooktrailException(
            $"{name} is not a trace{(wanted is { } asked ? $" in the format {asked.Name()}" : "")}: no line can be used, first {unusable ?? reader!.Cut}; {Ways}.");
    }

    private static (TraceReader?, TraceFormat?) First(string line, int number, LogPrefixes prefixes)
    {
        foreach (var format in TraceFormats.Shown)
            if (Reader(format, prefixes) is var reader && reader.Take(line, number))
                return (reader, format);
        return (null, null);
    }

    private static TraceReader Reader(TraceFormat format, LogPrefixes prefixes) => format switch
    {
        TraceFormat.NftTrace => new NftTrace(),
        TraceFormat.XtablesTrace => new XtablesTrace(),
        _ => new KernelLogLines(prefixes),
    };
}
