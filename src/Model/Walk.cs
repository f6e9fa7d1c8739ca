using Hooktrail.Model.Netfilter;

namespace Hooktrail.Model;

/// <summary>One exchange, walked to its end: its legs, and what the host knows afterwards.</summary>
internal sealed record Walk(ImmutableArray<Walked> Legs, ConnectionTable After, ImmutableArray<Fork> Forks)
{
    /// <summary>What this course supposes. It is known once all courses are walked.</summary>
    public ImmutableArray<Supposition> Supposing { get; private init; } = [];

    /// <summary>Whether the model knows no further than some leg of it.</summary>
    public bool IsOpen => Legs.Any(leg => leg.Trail.Outcome.Kind == OutcomeKind.Unknown);

    /// <summary>An exchange that has more courses is not predicted from its first fork on.</summary>
    public const int Most = 200;

    /// <summary>
    /// Walks the exchange once for each course that it can take. <paramref name="number"/> counts exchanges from 1.
    /// </summary>
    public static ImmutableArray<Walk> All(Host host, Flow flow, int number, ConnectionTable before)
    {
        var choices = new Choices(unites: !flow.IsBroadcast && flow.Fragments == 1 && !host.Profile.Promiscuous);
        var walks = new List<Walk>(1);
        do
        {
            var connections = before.Copy(choices);
            ImmutableArray<Walked> legs = [.. new Exchange(flow, connections).Run(host, number)];
            if (!choices.IsRepeated)
                walks.Add(new(legs, connections, choices.Forks));
            if (walks.Count == Most)
                return [TooMany(walks)];
        }
        while (choices.Advance());
        return walks is [{ Forks.IsEmpty: true }] ? [walks[0]] : Distinct(walks);
    }

    /// <summary>Walks that show the same and leave the same behind are one.</summary>
    private static ImmutableArray<Walk> Distinct(List<Walk> walks)
    {
        var distinct = new List<Walk>();
        foreach (var walk in walks.Select(one => one with { Supposing = Fork.Supposing(one.Forks) }))
        {
            var like = distinct.FindIndex(one => one.IsLike(walk));
            if (like < 0)
                distinct.Add(walk);
            else
                distinct[like] = distinct[like] with
                {
                    Supposing = Ways.Common(distinct[like].Supposing, walk.Supposing),
                };
        }

        return [.. distinct];
    }

    private bool IsLike(Walk other) =>
        Legs.Select(leg => (leg.Leg, leg.Trail)).SequenceEqual(other.Legs.Select(leg => (leg.Leg, leg.Trail)))
        && After.IsLike(other.After);

    private static Walk TooMany(List<Walk> walks)
    {
        var first = walks[0];
        var hops = first.Legs[0].Trail.Hops;
        var alike = walks.Min(walk => hops.AsSpan().CommonPrefixLength(walk.Legs[0].Trail.Hops.AsSpan()));
        var at = first.Forks[0].Chosen[0].At;
        var open = new Trail(hops[..alike], Outcome.Unknown(at, $"its rules leave {Most} ways open, or more"));
        return first with { Legs = [first.Legs[0] with { Trail = open }] };
    }
}
