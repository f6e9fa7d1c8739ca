using Hooktrail.Judging;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Observation;
using Hooktrail.Records;

namespace Hooktrail.Conformance;

/// <summary>The profile is the host as read; its sketch, if the host could not be started.</summary>
public sealed record FlowResult(
    HostCase Host, Variation Variation, HostProfile Profile, Flow Flow, ImmutableArray<LegRecord> Legs)
{
    /// <summary>Whether the LOG observer watched this flow.</summary>
    public bool IsLogged { get; private init; }

    public bool Agrees => Legs.All(leg => leg.Verdict == LegVerdict.Agreed);

    public static FlowResult Of(
        HostCase host, Variation variation, HostProfile profile, Flow flow, Forecast forecast, Seen seen)
    {
        var isLogged = seen.Log is not null;
        return seen.Finding switch
        {
            Finding.Observed(var legs) => new(host, variation, profile, flow, Judged(legs)) { IsLogged = isLogged },
            Finding.Contradictory(var reason, _, _) => All(LegVerdict.ObserversDisagree, reason),
            Finding.Inconclusive(var reason) => All(LegVerdict.Inconclusive, reason),
            var other => throw new InvalidOperationException($"Unknown finding {other}."),
        };

        FlowResult All(LegVerdict verdict, string reason) =>
            Untold(host, variation, profile, flow, forecast, verdict, reason);

        ImmutableArray<LegRecord> Judged(ImmutableArray<ObservedLeg> legs)
        {
            var judged = RuleJudgement.Of(
                profile, flow,
                FlowJudgement.Of(
                    flow, forecast, ObservedRecords.Of(flow, legs), isLogged, Unproven.In(profile, legs),
                    exchange => Untellable.In(flow, exchange)),
                seen.RulesOf, seen.Shows);
            var title = new ScenarioTitle(host.Title, variation.Title);
            return [.. judged.Select(leg => leg with
            {
                Scenario = title,
                Evidence = leg.Verdict == LegVerdict.Agreed ? [] : leg.Evidence,
                Rules = leg.Verdict == LegVerdict.Agreed ? [] : leg.Rules,
            })];
        }
    }

    /// <summary>A flow without an observation: all predicted legs get the same verdict.</summary>
    public static FlowResult Untold(
        HostCase host, Variation variation, HostProfile profile, Flow flow,
        Forecast forecast, LegVerdict verdict, string reason) =>
        new(host, variation, profile, flow,
        [
            .. LegJudgement.Untold(flow, forecast, verdict, reason)
                .Select(leg => leg with { Scenario = new(host.Title, variation.Title) }),
        ]);
}
