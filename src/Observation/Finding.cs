namespace Hooktrail.Observation;

/// <summary>What watching a flow gave: its legs, or why nothing can be told.</summary>
public abstract record Finding
{
    private Finding()
    {
    }

    /// <summary>Every packet was followed; the legs are in the order in which they happened.</summary>
    public sealed record Observed(ImmutableArray<ObservedLeg> Legs) : Finding;

    /// <summary>The records do not add up. This is neither a pass nor a failure: try again.</summary>
    public sealed record Inconclusive(string Reason) : Finding;

    /// <summary>LOG and NFLOG saw different things of the same packets: a fault of the observation.</summary>
    public sealed record Contradictory(string Reason, Observed Log, Observed Nflog) : Finding;
}

/// <summary>One packet's trail and its records: from each observer one for each hop that it saw.</summary>
public sealed record ObservedLeg(Leg Leg, Trail Trail, ImmutableArray<Evidence> Evidence);
