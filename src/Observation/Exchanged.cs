namespace Hooktrail.Observation;

/// <summary>
/// What the two ends of a flow saw, which no tap tells. <paramref name="Sent"/> counts requests, a TCP
/// connection as one; <paramref name="Answered"/> has their numbers from 1, that of a connection when it ended as it
/// should.
/// </summary>
public sealed record Exchanged(int Sent, ImmutableSortedSet<int> Answered)
{
    /// <summary>The requests of which a reset or an ICMP error told the sender that they go no further.</summary>
    public ImmutableSortedSet<int> Told { get; init; } = [];

    /// <summary>
    /// Which end got which request, by its own report. For a published port only an end that heard the flow's own
    /// source port counts: what the userland proxy passes on is another flow.
    /// </summary>
    public ImmutableArray<(int Request, Endpoint By)> Heard { get; init; } = [];

    /// <summary>The sender's port; null where the protocol has none, or to take it from the first request.</summary>
    public int? LocalPort { get; init; }
}
