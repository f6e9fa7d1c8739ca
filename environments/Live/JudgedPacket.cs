using Hooktrail.Observation.Watching;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Live;

/// <summary>What came of one side: hops, and the rules that matched at them, counted from 1.</summary>
/// <param name="Hops">The hops, without the bridge ports that an IP packet has, which a trace does not tell.</param>
/// <param name="Rules">The rules of the chains that the kernel traces.</param>
public sealed record WatchedWay(ImmutableArray<Hop> Hops, ImmutableArray<RuleStep> Rules)
{
    /// <summary>The rules at a hop, counted from 1.</summary>
    public IEnumerable<RuleStep> RulesAt(int hop) => Rules.Where(rule => rule.Hop == hop);
}

/// <summary>A watched packet beside its prediction.</summary>
/// <param name="Packet">The packet.</param>
/// <param name="Seen">Its way.</param>
public sealed record JudgedPacket(WatchedPacket Packet, WatchedWay Seen)
{
    /// <summary>Which packet of its connection it is; null where that is not known.</summary>
    public Leg? Leg { get; init; }

    /// <summary>The way that is predicted; null where none is.</summary>
    public WatchedWay? Predicted { get; init; }

    /// <summary>Whether it went as predicted; null where nothing tells.</summary>
    public bool? Agrees { get; init; }

    /// <summary>Why nothing tells, or where both part, in a sentence without a full stop; null if it agrees.</summary>
    public string? Says { get; init; }

    /// <summary>How many rules are predicted in chains of legacy tools, of which the kernel tells nothing.</summary>
    public int UnseenRules { get; init; }

    /// <summary>The hop, from 1, at which both part first; null if they do not.</summary>
    public int? PartsAt { get; init; }
}
