namespace Hooktrail.Observation;

/// <summary>
/// Hops of a trail whose hook points share hook and priority, and whose recorders were registered behind all of their
/// chains. So their records were written before any of the chains ran: they prove no order.
/// </summary>
/// <param name="First">The number of the first of them in the trail, from 1; the others follow it.</param>
/// <param name="Count">How many they are.</param>
/// <param name="AreCrossed">
/// Whether the packet was seen behind them, and so has crossed them all. If not, it is only known that it has crossed
/// the one that runs first.
/// </param>
public sealed record UnsureHops(int First, int Count, bool AreCrossed)
{
    public ImmutableArray<Hop> In(Trail trail) => trail.Hops.Slice(First - 1, Count);

    public string Sentence(Trail trail)
    {
        var names = string.Join(" and ", In(trail).Select(hop => hop.Point));
        return $"{names} share hook and priority: the records prove that the packet "
            + (AreCrossed
                ? "crossed all of them, but not which first."
                : "came to them, but not which of them it crossed.");
    }

    /// <summary>
    /// Finds them in a trail. A group is the hook points whose recorders were registered behind all of their chains.
    /// </summary>
    public static ImmutableArray<UnsureHops> Of(Trail trail, ImmutableArray<ImmutableArray<HookPoint>> groups)
    {
        var found = ImmutableArray.CreateBuilder<UnsureHops>();
        for (var first = 0; first < trail.Hops.Length;)
        {
            var count = groups.Select(group => Run(trail.Hops, first, group)).Append(1).Max();
            if (count > 1)
                found.Add(new(
                    first + 1, count,
                    first + count < trail.Hops.Length || trail.Outcome.Kind == OutcomeKind.Delivered));
            first += count;
        }

        return found.ToImmutable();
    }

    // A point that comes again is at another traversal of the hook.
    private static int Run(ImmutableArray<Hop> hops, int first, ImmutableArray<HookPoint> group)
    {
        var seen = new HashSet<HookPoint>();
        var at = first;
        while (at < hops.Length && group.Contains(hops[at].Point) && seen.Add(hops[at].Point))
            at++;
        return at - first;
    }
}
