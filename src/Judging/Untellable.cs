using Hooktrail.Records;

namespace Hooktrail.Judging;

/// <summary>
/// Legs that end otherwise than predicted and yet contradict nothing. Only an answer, or a socket that takes datagrams,
/// shows that a packet arrived; in a lab every receiver takes datagrams.
/// </summary>
public static class Untellable
{
    /// <summary>The legs of an exchange; those that no observation can tell are skipped, with the reason.</summary>
    public static ImmutableArray<LegRecord> In(Flow flow, ImmutableArray<LegRecord> legs) =>
        [
            .. legs.Select(leg => Of(flow, legs, leg) is { } why
                ? leg with { Verdict = LegVerdict.Skipped, Reason = why }
                : leg),
        ];

    /// <summary>Why no observation can tell how the leg ended; null where one can.</summary>
    public static string? Of(Flow flow, ImmutableArray<LegRecord> legs, LegRecord leg) =>
        leg is
        {
            Verdict: LegVerdict.Disagreed,
            Predicted: { Outcome: { Kind: OutcomeKind.Delivered, To: { } receiver } } said,
            Observed: { Outcome.Kind: OutcomeKind.Vanished } seen,
        }
        && said.Hops.AsSpan().SequenceEqual(seen.Hops.AsSpan())
        && WhySilent(flow, legs, leg, receiver) is { } why
            ? $"Every hop agrees, but nothing shows whether {receiver} received the packet, because it {why}."
            : null;

    private static string? WhySilent(Flow flow, ImmutableArray<LegRecord> legs, LegRecord leg, Endpoint receiver)
    {
        if (leg.Leg.Direction != Direction.Request)
            return receiver.Kind != EndpointKind.Host && receiver != flow.From ? "does not await it" : null;
        var isAnswered = legs.Any(one => one.Predicted is not null && !IsNeverSent(one.Predicted)
            && one.Leg.Direction != Direction.Request && one.Leg.Packet == leg.Leg.Packet);
        return !isAnswered && (flow.Protocol is Protocol.Icmp or Protocol.Tcp || !IsOfLab(flow)) ? "cannot answer" : null;
    }

    private static bool IsOfLab(Flow flow) =>
        Endpoint.All.Contains(flow.From) && (flow.IsBroadcast || Endpoint.All.Contains(flow.To));

    /// <summary>Whether the packet crosses no hook and arrives nowhere, as one without a route.</summary>
    internal static bool IsNeverSent(Trail said) => said is { Hops.IsEmpty: true, Outcome.Kind: OutcomeKind.Vanished };
}
