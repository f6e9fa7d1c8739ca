using Hooktrail.Observation.Nflog;

namespace Hooktrail.Observation;

/// <summary>The result of observing a flow: its legs, or why they are unknown.</summary>
public abstract record Finding
{
    private Finding()
    {
    }

    /// <summary>Every packet was followed; the legs are in the order in which they happened.</summary>
    public sealed record Observed(ImmutableArray<ObservedLeg> Legs) : Finding;

    /// <summary>
    /// The records are incomplete or do not fit together. This is neither a pass nor a failure: try again.
    /// </summary>
    public sealed record Inconclusive(string Reason) : Finding;

    /// <summary>Two observers saw the same packets differently: a fault of the observation.</summary>
    public sealed record Contradictory(string Reason, Observed One, Observed Other) : Finding;
}

/// <summary>One packet's trail and its records: one from each observer for each hop that it saw.</summary>
public sealed record ObservedLeg(Leg Leg, Trail Trail, ImmutableArray<Evidence> Evidence)
{
    /// <summary>The hops of which the records do not prove all that the trail says.</summary>
    public ImmutableArray<UnsureHops> Unsure { get; init; } = [];

    /// <summary>The rules that the kernel told of, each with its hop, counted from 1; none without a trace.</summary>
    public ImmutableArray<(int Hop, TraceStep Step)> Steps { get; init; } = [];

    /// <summary>
    /// The hops that the kernel told of, by itself: at chains of nf_tables, and of legacy tables where it tells of
    /// them. None without a trace.
    /// </summary>
    public ImmutableArray<Hop> Traced { get; init; } = [];

    /// <summary>The first hook point at which the kernel did not trace the packet; null if it did everywhere.</summary>
    public HookPoint? Untraced { get; init; }
}
