using Hooktrail.Trails;

namespace Hooktrail.Observation.Import;

/// <summary>What a chain decided about a packet, as far as a trace tells.</summary>
public enum Decision
{
    /// <summary>The trace does not tell.</summary>
    Untold,

    /// <summary>The chain let it pass.</summary>
    Passed,

    /// <summary>The chain dropped it.</summary>
    Dropped,

    /// <summary>The chain dropped it, and told its sender.</summary>
    Rejected,
}

/// <summary>One crossing of a hook point in somebody's trace.</summary>
/// <param name="Sighting">Where and of what packet; its number is that of the line, from 1.</param>
/// <param name="TraceId">
/// What the trace calls the packet; null where it calls it nothing. Such an id is made of the packet's address in memory and of the device
/// that it came in by (net/netfilter/nf_tables_trace.c, <c>nft_trace_init</c>): it changes where a bridge hands the packet up, and comes again with
/// a later packet.
/// </param>
public sealed record TracedHop(Sighting Sighting, string? TraceId)
{
    /// <summary>What the chain decided.</summary>
    public Decision Decision { get; internal set; }

    /// <summary>The rule, or the policy, that dropped it; null where none did.</summary>
    public string? Because { get; internal set; }

    /// <summary>Whether the packet ended here.</summary>
    public bool IsEnd => Decision is Decision.Dropped or Decision.Rejected;

    internal void Decide(string verdict, string rule)
    {
        Decision = verdict.ToLowerInvariant() switch
        {
            "drop" => rule.Contains("reject", StringComparison.OrdinalIgnoreCase) ? Decision.Rejected : Decision.Dropped,
            "accept" => Decision.Passed,
            _ => Decision,
        };
        if (IsEnd)
            Because = rule;
    }
}

/// <summary>Reads the lines of one format, one after the other.</summary>
internal abstract class TraceReader
{
    private const int Shown = 60;

    /// <summary>The crossings, in the order of their lines.</summary>
    public List<TracedHop> Hops { get; } = [];

    /// <summary>What was passed over and why, in a sentence each.</summary>
    public virtual IEnumerable<string> Notes => [];

    /// <summary>The first line of the format that was cut, in words; null for none.</summary>
    public string? Cut { get; private set; }

    /// <summary>Takes a line; false where it is not of this format.</summary>
    /// <param name="line">The line, without its end.</param>
    /// <param name="number">Its number, from 1.</param>
    public abstract bool Take(string line, int number);

    /// <summary>Says that there are no more lines.</summary>
    public virtual void End()
    {
    }

    /// <summary>A line in an error or a note.</summary>
    public static string Quote(string line, int number) =>
        $"line {number} (\"{(line.Length <= Shown ? line : line[..Shown] + "…")}\")";

    /// <summary>Notes that a line was cut.</summary>
    protected bool WasCut(string line, int number)
    {
        Cut ??= Quote(line, number);
        return true;
    }

    /// <summary>The hook point of a chain of nftables: a tool's, if its table and chain are called so, or else a user's own.</summary>
    protected static HookPoint PointOf(Layer? layer, string table, string chain)
    {
        if (layer is { } tool && IsBuiltIn(new(tool, table, chain)))
            return new(tool, table, chain);
        return new(Layer.Nftables, table, chain);
    }

    /// <summary>Whether a tool offers the hook point.</summary>
    protected static bool IsBuiltIn(HookPoint point) => Points.Contains(point);

    private static readonly HashSet<HookPoint> Points = [.. HookPoints.All];
}
