namespace Hooktrail.Observation.Import;

/// <summary>
/// The ends that a flow's packets may show at one of their hooks, by the lab's names: NAT changes them on the way, and
/// many rules log a packet only behind it. Pairs are source and destination, with the port of the end that answers:
/// <c>wan</c> and <c>server:80</c>.
/// </summary>
public sealed record FlowEnds(
    ImmutableHashSet<(string Source, string Destination)> Requests,
    ImmutableHashSet<(string Source, string Destination)> Replies)
{
    public static readonly FlowEnds None = new([], []);

    /// <summary>The ends in the hops of some trails.</summary>
    public static FlowEnds Of(IEnumerable<(Direction Direction, Trail Trail)> trails)
    {
        var ends = trails.ToLookup(one => one.Direction, one => one.Trail);
        return new(
            [.. Pairs(ends[Direction.Request]).Select(pair => (WithoutPort(pair.Source), pair.Destination))],
            [.. Pairs(ends[Direction.Reply]).Select(pair => (pair.Source, WithoutPort(pair.Destination)))]);
    }

    private static IEnumerable<(string Source, string Destination)> Pairs(IEnumerable<Trail> trails) =>
        from trail in trails
        from hop in trail.Hops
        where hop is { Source: not null, Destination: not null }
        select (hop.Source, hop.Destination);

    private static string WithoutPort(string end) => end.IndexOf(':') is var at and >= 0 ? end[..at] : end;
}
