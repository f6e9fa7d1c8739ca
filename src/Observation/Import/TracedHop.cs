namespace Hooktrail.Observation.Import;

/// <summary>What a chain decided about a packet, as far as a trace tells.</summary>
public enum TracedDecision
{
    Untold,

    Passed,

    Dropped,

    Rejected,
}

/// <summary>
/// One crossing of a hook point in a user's trace; the sighting's number is its line, from 1.
/// <paramref name="TraceId"/> is the trace's name for the packet, null for none. It is made of the packet's address in
/// memory and of the device that it came in by (net/netfilter/nf_tables_trace.c, <c>nft_trace_init</c>): it changes
/// where a bridge hands the packet up, and comes again with a later packet.
/// </summary>
public sealed record TracedHop(Sighting Sighting, string? TraceId)
{
    public TracedDecision Decision { get; internal set; }

    /// <summary>The rule or the policy that dropped it; null where none did.</summary>
    public string? Because { get; internal set; }

    public bool IsEnd => Decision is TracedDecision.Dropped or TracedDecision.Rejected;

    internal void Decide(string verdict, string rule)
    {
        Decision = verdict.ToLowerInvariant() switch
        {
            "drop" => rule.Contains("reject", StringComparison.OrdinalIgnoreCase) ? TracedDecision.Rejected : TracedDecision.Dropped,
            "accept" => TracedDecision.Passed,
            _ => Decision,
        };
        if (IsEnd)
            Because = rule;
    }
}

/// <summary>Reads the lines of one format.</summary>
internal abstract class TraceReader
{
    private const int Shown = 60;

    public List<TracedHop> Hops { get; } = [];

    /// <summary>What was passed over and why, in a sentence each.</summary>
    public virtual IEnumerable<string> Notes => [];

    /// <summary>Null for none.</summary>
    public string? Cut { get; private set; }

    /// <summary>False where the line is not of this format. Lines count from 1.</summary>
    public abstract bool Take(string line, int number);

    public virtual void End()
    {
    }

    /// <summary>A line in an error or a note.</summary>
    public static string Quote(string line, int number) =>
        $"line {number} (\"{(line.Length <= Shown ? line : line[..Shown] + "…")}\")";

    protected bool WasCut(string line, int number)
    {
        Cut ??= Quote(line, number);
        return true;
    }

    /// <summary>A tool's, if table and chain have its names, or else that of a user's own chain.</summary>
    protected static HookPoint PointOf(Layer? layer, string table, string chain)
    {
        if (layer is { } tool && IsBuiltIn(new(tool, table, chain)))
            return new(tool, table, chain);
        return new(Layer.Nftables, table, chain);
    }

    protected static bool IsBuiltIn(HookPoint point) => Points.Contains(point);

    private static readonly HashSet<HookPoint> Points = [.. HookPoints.All];
}
