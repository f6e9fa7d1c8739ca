using Hooktrail.Records;

namespace Hooktrail.Live;

/// <summary>The verdicts on a flow's legs as far as a live host can tell them.</summary>
internal static class LiveLegs
{
    /// <param name="flow">The flow.</param>
    /// <param name="legs">The legs of the flow, judged.</param>
    /// <param name="isRefused">Whether the sender was told that its packet goes no further.</param>
    public static ImmutableArray<LegRecord> Told(Flow flow, ImmutableArray<LegRecord> legs, bool isRefused)
    {
        // After the answer, a connection is the service's own affair.
        ImmutableArray<LegRecord> asked =
            [.. legs.Where(leg => flow.Protocol != Protocol.Tcp || leg.Leg is { Packet: 1 })];
        if (asked.FirstOrDefault(leg => leg.Leg == Leg.Request) is not { Predicted: { } said, Observed: { } seen }
            || said.Outcome is not { Kind: OutcomeKind.Delivered, To: { } receiver }
            || !said.Hops.AsSpan().SequenceEqual(seen.Hops.AsSpan()))
            return asked;
        if (isRefused && IsAnswerDue(flow, legs))
            return Silent(asked, receiver.Kind == EndpointKind.Wan
                ? (LegVerdict.Inconclusive, $"Every hop of the request is as predicted, and {receiver} refused it.")
                : (LegVerdict.Disagreed, $"{receiver} refused it, and is predicted to answer."));
        var reply = asked.FirstOrDefault(leg => leg.Leg == Leg.Reply);
        // A kernel answers every SYN and every echo; a process need not answer a datagram, and a host elsewhere nothing.
        return reply is { Predicted: not null, Observed: null or { Hops.IsEmpty: true } }
            && (flow.Protocol == Protocol.Udp || receiver.Kind == EndpointKind.Wan)
                ? Silent(asked, (
                    LegVerdict.Inconclusive,
                    "Every hop of the request is as predicted, and nothing answered: a service may stay silent."))
                : asked;
    }

    private static ImmutableArray<LegRecord> Silent(
        ImmutableArray<LegRecord> asked, (LegVerdict Verdict, string Why) told) =>
    [
        .. asked.Where(leg => leg.Predicted is not null).Select(leg => leg.Leg == Leg.Request
            ? leg with { Verdict = LegVerdict.Skipped, Reason = told.Why }
            : leg with { Verdict = told.Verdict, Reason = told.Why }),
    ];

    // A SYN that is answered by a reset is predicted without the segments that follow.
    private static bool IsAnswerDue(Flow flow, ImmutableArray<LegRecord> legs) => legs.Any(
        leg => leg.Predicted is not null
            && (flow.Protocol == Protocol.Tcp
                ? leg.Leg is { Direction: Direction.Request, Packet: > 1 }
                : leg.Leg == Leg.Reply));
}
