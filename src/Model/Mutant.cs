namespace Hooktrail.Model;

/// <summary>The model with one change, for one host and any number of flows.</summary>
/// <exception cref="HooktrailException">The profile has a rule that no tool would install.</exception>
public sealed class Mutant(HostProfile profile, Mutation mutation)
{
    private readonly Host _host = new(profile, mutation);

    public Forecast Forecast(Flow flow, int exchanges = 1) => Prediction.Forecast(_host, flow, exchanges);
}
