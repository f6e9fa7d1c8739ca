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
        HostCase host, Variation variation, HostProfile profile,
        Flow flow, ImmutableArray<PredictedLeg> predicted, Seen seen)
    {
        var isLogged = seen.Log is not null;
        predicted = [.. predicted.Select(leg => leg with { Trail = Sight.Shown(leg.Trail, isLogged) })];
        return seen.Finding switch
        {
            Finding.Observed(var legs) => new(host, variation, profile, flow, Compared(legs)) { IsLogged = isLogged },
            Finding.Contradictory(var reason, _, _) => All(LegVerdict.ObserversDisagree, reason),
            Finding.Inconclusive(var reason) => All(LegVerdict.Inconclusive, reason),
            var other => throw new InvalidOperationException($"Unknown finding {other}."),
        };

        FlowResult All(LegVerdict verdict, string reason) =>
            Untold(host, variation, profile, flow, predicted, verdict, reason);

        ImmutableArray<LegRecord> Compared(ImmutableArray<ObservedLeg> legs) =>
        [
            .. predicted.Select(leg => leg.Leg).Union(legs.Select(leg => leg.Leg)).Select(leg => Compare(
                leg,
                predicted.FirstOrDefault(one => one.Leg == leg)?.Trail,
                legs.FirstOrDefault(one => one.Leg == leg))),
        ];

        LegRecord Compare(Leg leg, Trail? said, ObservedLeg? observed)
        {
            var unproven = observed is null ? null : Unproven.Of(profile, said, observed);
            observed = unproven?.Leg;
            var record =
                new LegRecord(flow, leg, said, observed?.Trail) { Scenario = new(host.Title, variation.Title) };
            if (unproven?.Reason is { } open && said is not null && Sight.IsAsObserved(said, observed!.Trail))
                return record with { Verdict = LegVerdict.Inconclusive, Reason = open };
            if (said is not null && observed is not null && Sight.IsAsObserved(said, observed.Trail))
                return record with { Verdict = LegVerdict.Agreed };
            if (UntellableOf(flow, predicted, leg, said, observed) is { } why)
                return record with { Verdict = LegVerdict.Skipped, Reason = why };
            var judged = LegJudgement.Of(flow, leg, said, observed?.Trail, observed?.Evidence ?? []);
            return judged with
            {
                Scenario = record.Scenario,
                Verdict = LegVerdict.Disagreed,
                Reason = judged.Reason ?? "They differ."
            };
        }
    }

    /// <summary>Why a leg that differs from its prediction is no contradiction; null where it is one.</summary>
    private static string? UntellableOf(
        Flow flow, ImmutableArray<PredictedLeg> predicted, Leg leg, Trail? said, ObservedLeg? seen)
    {
        // If a packet's way is unknown, so are the ways of the packets that follow from it.
        var legs = predicted.Select(one => one.Leg).ToList();
        if (predicted.FirstOrDefault(one => one.Trail.Outcome.Kind == OutcomeKind.Unknown) is { } unknown
            && (said is null || seen is null || legs.IndexOf(leg) > legs.IndexOf(unknown.Leg)
                || said.Outcome.Kind == OutcomeKind.Unknown && Sight.IsBeginningOf(said, seen.Trail)))
            return $"The model cannot predict further: {unknown.Trail.Outcome.Reason}.";
        // Only an answer, or a socket that takes datagrams, shows that the packet arrived.
        var isAnswered = predicted.Any(one => one.Leg.Direction != Direction.Request && one.Leg.Packet == leg.Packet);
        return said?.Outcome.Kind == OutcomeKind.Delivered && leg.Direction == Direction.Request && !isAnswered
            && flow.Protocol is Protocol.Icmp or Protocol.Tcp
            && seen is not null
            && seen.Trail.Outcome.Kind == OutcomeKind.Vanished
            && said.Hops.AsSpan().SequenceEqual(seen.Trail.Hops.AsSpan())
            ? $"Every hop agrees, but nothing shows whether {said.Outcome.To} received the packet, because it cannot answer."
            : null;
    }

    /// <summary>A flow without an observation: all predicted legs get the same verdict.</summary>
    public static FlowResult Untold(
        HostCase host, Variation variation, HostProfile profile, Flow flow,
        ImmutableArray<PredictedLeg> predicted, LegVerdict verdict, string reason) =>
        new(host, variation, profile, flow,
        [
            .. from leg in predicted
               select LegJudgement.Untold(
                   flow, leg.Leg, leg.Trail, verdict, reason) with { Scenario = new(host.Title, variation.Title) },
        ]);
}
