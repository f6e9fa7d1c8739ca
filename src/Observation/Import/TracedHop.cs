namespace Hooktrail.Observation.Import;

/// <summary>What a chain decided about a packet, as far as a trace shows.</summary>
public enum TracedDecision
{
    Untold,

    Passed,

    Dropped,

    Rejected,
}

/// <summary>
/// One crossing of a hook point in a user's trace; the sighting's number is its line, from 1. <paramref
/// name="TraceId"/> is the trace's id of the packet, null for none. The kernel computes the id from the packet's
/// address in memory and its incoming device (net/netfilter/nf_tables_trace.c, <c>nft_trace_init</c>): it changes when
/// a bridge passes the packet up, and a later packet may have it again.
/// </summary>
public sealed record TracedHop(Sighting Sighting, string? TraceId)
{
    public TracedDecision Decision { get; internal set; }

    /// <summary>The rule or the policy that dropped the packet; null if none did.</summary>
    public string? Because { get; internal set; }

    public bool IsEnd => Decision is TracedDecision.Dropped or TracedDecision.Rejected;

    internal void Decide(string verdict, string rule)
    {
        Decision = verdict.ToLowerInvariant() switch
        {
            "drop" => rule.Contains("reject", StringComparison.OrdinalIgnoreCase)
                ? TracedDecision.Rejected
                : TracedDecision.Dropped,
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

    /// <summary>The skipped lines and why, one sentence each.</summary>
    public virtual IEnumerable<string> Notes => [];

    /// <summary>The first cut line; null for none.</summary>
    public string? Cut { get; private set; }

    /// <summary>False if the line does not have this format. Lines count from 1.</summary>
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

    /// <summary>
    /// A tool's hook point if table and chain have its names; otherwise the hook point of a user's own chain.
    /// </summary>
    protected static HookPoint PointOf(Layer? layer, string table, string chain)
    {
        if (layer is { } tool && IsBuiltIn(new(tool, table, chain)))
            return new(tool, table, chain);
        return new(Layer.Nftables, table, chain);
    }

    protected static bool IsBuiltIn(HookPoint point) => Points.Contains(point);

    private static readonly HashSet<HookPoint> Points = [.. HookPoints.All];
}
