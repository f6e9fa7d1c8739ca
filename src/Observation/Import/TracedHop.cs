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
    private readonly List<TracedRule> _rules = [];
    private readonly List<string?> _prefixes = [];

    public Sighting Sighting { get; internal set; } = Sighting;

    public TracedDecision Decision { get; internal set; }

    /// <summary>The rule or the policy that dropped the packet; null if none did.</summary>
    public string? Because { get; internal set; }

    /// <summary>The rules that matched, in order; none if the format reports no rules.</summary>
    public IReadOnlyList<TracedRule> Rules => _rules;

    public bool IsEnd => Decision is TracedDecision.Dropped or TracedDecision.Rejected;

    /// <summary>
    /// False if the trace has the crossing's verdict without its packet: the line was lost, or came before the trace
    /// began.
    /// </summary>
    public bool ShowsPacket { get; init; } = true;

    /// <summary>Whether a line of the crossing was cut or masked.</summary>
    public bool IsCut { get; internal set; }

    /// <summary>The number of the crossing's last line.</summary>
    public int LastLine => _rules.Count > 0
        ? Math.Max((int)Sighting.Sequence, _rules[^1].Line)
        : (int)Sighting.Sequence;

    /// <summary>Whether the line is of a user's chain, and the chain that jumped to it was not seen yet.</summary>
    internal bool IsInUsersChain { get; set; }

    internal void Add(TracedRule rule) => _rules.Add(rule);

    /// <summary>The LOG rule's prefix; null for none.</summary>
    internal string? Prefix { get; init; }

    /// <summary>The prefixes of all its LOG rules.</summary>
    internal IEnumerable<string?> Prefixes => _prefixes.Prepend(Prefix);

    /// <summary>Adds another line of the same crossing.</summary>
    internal void Take(TracedHop line)
    {
        if (line.Rules.Count > 0)
            _rules.AddRange(line.Rules);
        else
            _rules.Add(new(line.Sighting.Point.Chain, TracedStep.Rule)
            {
                Text = line.Prefix,
                Line = (int)line.Sighting.Sequence,
                Record = line.Sighting.Line,
            });
        _prefixes.Add(line.Prefix);
        IsCut |= line.IsCut;
        Decide(line.Decision, line.Because ?? "");
    }

    /// <summary>A drop needs a reason; a verdict such as <c>continue</c> decides nothing.</summary>
    internal void Decide(TracedDecision decision, string because)
    {
        if (decision == TracedDecision.Untold)
            return;
        Decision = decision;
        Because = IsEnd ? because : null;
    }
}
