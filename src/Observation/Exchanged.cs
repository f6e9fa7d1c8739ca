namespace Hooktrail.Observation;

/// <summary>
/// What the two ends of a flow report, which no tap can show. <paramref name="Sent"/> counts requests, and a
/// TCP connection as one. <paramref name="Answered"/> has the numbers of the answered requests, from 1; a
/// connection counts if it ended normally.
/// </summary>
public sealed record Exchanged(int Sent, ImmutableSortedSet<int> Answered)
{
    /// <summary>The requests for which a reset or an ICMP error told the sender that they go no further.</summary>
    public ImmutableSortedSet<int> Told { get; init; } = [];

    /// <summary>
    /// Which end received which request, by its own report. For a published port, only an end that heard the flow's own
    /// source port counts: the userland proxy forwards in another flow.
    /// </summary>
    public ImmutableArray<(int Request, Endpoint By)> Heard { get; init; } = [];

    /// <summary>The sender's port; null if the protocol has none, or if the first request must show it.</summary>
    public int? LocalPort { get; init; }
}
