using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Observation;

/// <summary>What the two ends of a flow saw of it: the stations' side of the story, which no tracepoint tells.</summary>
/// <param name="Sent">How many requests were sent; a TCP connection is one.</param>
/// <param name="Answered">The numbers of those that were answered, from 1. A connection is answered when it has ended as it should.</param>
public sealed record Exchanged(int Sent, ImmutableSortedSet<int> Answered)
{
    /// <summary>
    /// The numbers of the requests of which the sender was told that they go no further: by a reset or an ICMP error.
    /// </summary>
    public ImmutableSortedSet<int> Told { get; init; } = [];

    /// <summary>
    /// Who said that it got a request, and which. Of a published port only whoever heard the flow's own source port counts: what the
    /// userland proxy passes on is another flow.
    /// </summary>
    public ImmutableArray<(int Request, Endpoint By)> Heard { get; init; } = [];

    /// <summary>
    /// The port that the sender used; null where the protocol has none, or to take it from the first request that is seen.
    /// </summary>
    public int? LocalPort { get; init; }
}
