using Hooktrail.Records;

namespace Hooktrail.Live;

/// <summary>The verdicts on a flow's legs as far as a live host can tell them.</summary>
internal static class LiveLegs
{
    public static ImmutableArray<LegRecord> Told(Flow flow, ImmutableArray<LegRecord> legs)
    {
        // After the answer, a connection is the service's own affair.
        ImmutableArray<LegRecord> asked =
            [.. legs.Where(leg => flow.Protocol != Protocol.Tcp || leg.Leg is { Packet: 1 })];
        var request = asked.FirstOrDefault(leg => leg.Leg == Leg.Request);
        var reply = asked.FirstOrDefault(leg => leg.Leg == Leg.Reply);
        if (request is not { Predicted: { } said, Observed: { } seen }
            || reply is not { Predicted: not null, Observed: null or { Hops.IsEmpty: true } }
            || !said.Hops.AsSpan().SequenceEqual(seen.Hops.AsSpan())
            || asked.Any(leg => leg.Leg.Direction == Direction.Error && leg.Observed is not null)
            || !MayBeSilent(flow, said))
            return asked;
        const string why = "Every hop of the request is as predicted, and nothing answered: a service may stay silent.";
        return
        [
            .. asked.Select(leg => leg.Leg == Leg.Request ? leg with { Verdict = LegVerdict.Skipped, Reason = why }
                : leg.Leg == Leg.Reply ? leg with { Verdict = LegVerdict.Inconclusive, Reason = why }
                : leg),
        ];
    }

    // A kernel answers every SYN and every echo; a process need not answer a datagram, and a host elsewhere nothing.
    private static bool MayBeSilent(Flow flow, Trail request) =>
        flow.Protocol == Protocol.Udp || request.Outcome.To is { Kind: EndpointKind.Wan };
}
