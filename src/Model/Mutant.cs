using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Model;

/// <summary>The model with one change, for one host: what it says of any number of flows.</summary>
/// <param name="profile">The host.</param>
/// <param name="mutation">What is changed.</param>
/// <exception cref="HooktrailException">The profile has a rule that no tool would install.</exception>
public sealed class Mutant(HostProfile profile, Mutation mutation)
{
    private readonly Host host = new(profile, mutation);

    /// <summary>As <see cref="Prediction.Legs(HostProfile, Flow, int, Mutation?)"/>.</summary>
    public ImmutableArray<PredictedLeg> Legs(Flow flow, int exchanges = 1) => Prediction.Legs(host, flow, exchanges);
}
