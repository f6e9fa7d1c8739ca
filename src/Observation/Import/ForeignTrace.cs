namespace Hooktrail.Observation.Import;

/// <summary>
/// A user's trace, its packets in the order first seen. <paramref name="Notes"/> say which lines were skipped and why;
/// <paramref name="Cut"/> is the first cut line, as <c>line 7 ("…")</c>, null for none: a cut line may hide a hop.
/// </summary>
public sealed record ForeignTrace(
    TraceFormat Format, int Lines, ImmutableArray<ForeignPacket> Packets, ImmutableArray<string> Notes, string? Cut)
{
    private static readonly string Ways =
        "use the output of nft monitor trace or xtables-monitor --trace, or kernel log lines whose prefixes name table and chain";

    /// <summary>
    /// Reads a trace, and its <paramref name="lines"/> once; skips lines of other programs. Errors call it <paramref
    /// name="name"/>. A null <paramref name="format"/> means the format of the first line that has one.
    /// </summary>
    /// <exception cref="HooktrailException">The trace is empty, or no line has the format.</exception>
    public static ForeignTrace Read(IEnumerable<string> lines, string name, TraceFormat? format, LogPrefixes prefixes)
    {
        var wanted = format;
        var reader = format is { } said ? Reader(said, prefixes) : null;
        var number = 0;
        string? unusable = null;
        foreach (var each in lines)
        {
            number++;
            var line = each.TrimEnd('\r');
            if (reader is null)
                (reader, format) = First(line, number, prefixes);
            else if (reader.Take(line, number))
                continue;
            if (reader is null or { Hops.Count: 0 } && !string.IsNullOrWhiteSpace(line))
                unusable ??= TraceReader.Quote(line, number);
        }

        reader?.End();
        if (reader?.Hops.Count > 0)
            return new(format!.Value, number, PacketFinder.Find(reader.Hops), [.. reader.Notes], reader.Cut);
        if (reader?.Notes.FirstOrDefault() is { } note)
            throw new HooktrailException($"{name} names no hook point: {note}");
        if (unusable is null && reader?.Cut is null)
            throw new HooktrailException($"{name} is empty; {Ways}.");
        throw new HooktrailException(
            $"{name} is not a trace{(wanted is { } asked ? $" in the format {asked.Name()}" : "")}: no line can be used, first {unusable ?? reader!.Cut}; {Ways}.");
    }

    private static (TraceReader?, TraceFormat?) First(string line, int number, LogPrefixes prefixes)
    {
        foreach (var format in Enum.GetValues<TraceFormat>())
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
