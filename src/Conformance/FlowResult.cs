using System.Collections.Immutable;
using Hooktrail.Model;
using Hooktrail.Observation;
using Hooktrail.Report;
using Hooktrail.Trails;
using Hooktrail.Trails.Json;

namespace Hooktrail.Conformance;

/// <summary>What came of one flow of the matrix.</summary>
/// <param name="Host">On which host it was to be sent.</param>
/// <param name="Variation">What was different there.</param>
/// <param name="Profile">The host as it was read, or where it could not be had, as the model would write it down.</param>
/// <param name="Flow">The flow.</param>
/// <param name="Legs">Each leg, with its verdict.</param>
public sealed record FlowResult(HostCase Host, Variation Variation, HostProfile Profile, Flow Flow, ImmutableArray<LegRecord> Legs)
{
    /// <summary>Whether every leg went as predicted.</summary>
    public bool Agrees => Legs.All(leg => leg.Verdict == LegVerdict.Agreed);

    /// <summary>A flow that was sent.</summary>
    /// <param name="host">The host.</param>
    /// <param name="variation">What was different.</param>
    /// <param name="profile">The host as it was read.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="predicted">What the model said.</param>
    /// <param name="finding">What was seen.</param>
    public static FlowResult Of(
        HostCase host, Variation variation, HostProfile profile, Flow flow, ImmutableArray<PredictedLeg> predicted, Finding finding)
    {
        return finding switch
        {
            Finding.Observed(var legs) => new(host, variation, profile, flow, Compared(legs)),
            Finding.Contradictory(var reason, _, _) => All(LegVerdict.ObserversDisagree, reason),
            Finding.Inconclusive(var reason) => All(LegVerdict.Inconclusive, reason),
            _ => throw new InvalidOperationException($"Unknown finding {finding}."),
        };

        FlowResult All(LegVerdict verdict, string reason) => Untold(host, variation, profile, flow, predicted, verdict, reason);

        ImmutableArray<LegRecord> Compared(ImmutableArray<ObservedLeg> observed) =>
        [
            .. predicted.Select(leg => leg.Leg).Union(observed.Select(leg => leg.Leg)).Select(leg => Compare(
                leg, predicted.FirstOrDefault(one => one.Leg == leg)?.Trail, observed.FirstOrDefault(one => one.Leg == leg))),
        ];

        LegRecord Compare(Leg leg, Trail? said, ObservedLeg? seen)
        {
            var record = new LegRecord(flow, leg, said, seen?.Trail) { Scenario = new(host.Title, variation.Title) };
            if (said is not null && seen is not null && Comparison.IsAsObserved(said, seen.Trail))
                return record with { Verdict = LegVerdict.Agreed };
            var reason = said is null ? "It was observed, but not predicted."
                : seen is null ? "It was predicted, but not observed."
                : Disagreement.Between(null, said, seen.Trail)?.Sentence ?? "They differ.";
            return record with { Verdict = LegVerdict.Disagreed, Reason = reason, Evidence = seen?.Evidence ?? [] };
        }
    }

    /// <summary>A flow of which nothing can be said: all legs that the model predicts have the same verdict.</summary>
    public static FlowResult Untold(
        HostCase host, Variation variation, HostProfile profile, Flow flow, ImmutableArray<PredictedLeg> predicted, LegVerdict verdict, string reason) =>
        new(host, variation, profile, flow,
        [
            .. predicted.Select(leg => new LegRecord(flow, leg.Leg, leg.Trail, null)
            {
                Scenario = new(host.Title, variation.Title), Verdict = verdict, Reason = reason,
            }),
        ]);
}
