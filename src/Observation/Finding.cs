using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Observation;

/// <summary>What came out of watching a flow: its legs, or why nothing can be said.</summary>
public abstract record Finding
{
    private Finding()
    {
    }

    /// <summary>Every packet was followed.</summary>
    /// <param name="Legs">In the order in which they happened.</param>
    public sealed record Observed(ImmutableArray<ObservedLeg> Legs) : Finding;

    /// <summary>The records do not add up. This is neither a pass nor a failure: try again.</summary>
    /// <param name="Reason">A sentence.</param>
    public sealed record Inconclusive(string Reason) : Finding;

    /// <summary>
    /// Two observers saw different things of the same packets: a fault of the observation, whatever the model says.
    /// </summary>
    /// <param name="Reason">A sentence.</param>
    /// <param name="Log">What the LOG rules saw.</param>
    /// <param name="Nflog">What the nft table saw.</param>
    public sealed record Contradictory(string Reason, Observed Log, Observed Nflog) : Finding;
}

/// <summary>One packet's trail, with the records that it was read from: of each observer one for each hop that it saw.</summary>
public sealed record ObservedLeg(Leg Leg, Trail Trail, ImmutableArray<Evidence> Evidence);
