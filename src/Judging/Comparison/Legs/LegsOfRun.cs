using Hooktrail.Model;
using Hooktrail.Records;

namespace Hooktrail.Judging.Comparison.Legs;

/// <summary>A run's legs by scenario and flow, and what the model predicts for its hosts.</summary>
internal sealed class LegsOfRun(ComparedRun run)
{
    private readonly ILookup<(ScenarioTitle?, Flow), LegOnHost> _legs = run.Trails.Legs.ToLookup(
        leg => (leg.Scenario, leg.Flow), leg => new LegOnHost(leg, leg.HostProfile ?? run.Trails.HostProfile));

    private readonly HashSet<ScenarioTitle> _scenarios =
        [.. run.Trails.Legs.Select(leg => leg.Scenario).OfType<ScenarioTitle>()];

    private readonly Dictionary<HostProfile, SupposedHost> _hosts = [];

    public ComparedRun Run => run;

    public bool Has(ScenarioTitle scenario) => _scenarios.Contains(scenario);

    public ImmutableArray<LegOnHost> Of(ScenarioTitle? scenario, Flow flow) => [.. _legs[(scenario, flow)]];

    /// <summary>Null where the leg does not come about on such a host.</summary>
    public Trail? Predict(HostProfile host, Flow flow, Leg leg)
    {
        if (!_hosts.TryGetValue(host, out var supposed))
            _hosts[host] = supposed = new(host);
        return supposed.Predict(flow, leg);
    }
}
