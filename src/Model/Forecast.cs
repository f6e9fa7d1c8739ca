namespace Hooktrail.Model;

/// <summary>
/// The prediction of a flow's exchanges: for each, the courses that it can take. The next exchange takes one of those
/// that begin with what the host knows after it.
/// </summary>
/// <param name="Exchanges">Empty after an exchange whose every course is open.</param>
public sealed record Forecast(ImmutableArray<ImmutableArray<Course>> Exchanges)
{
    /// <summary>Every leg that can come about, in order.</summary>
    public ImmutableArray<PredictedLeg> Legs => [.. Exchanges.SelectMany(LegsOf)];

    internal static IEnumerable<PredictedLeg> LegsOf(ImmutableArray<Course> courses) =>
        courses is [var only] ? only.Legs : InOrder(courses).Select(leg => Common(leg, courses));

    /// <summary>The legs of all courses, in an order that is that of each.</summary>
    private static List<Leg> InOrder(ImmutableArray<Course> courses)
    {
        var order = new List<Leg>();
        foreach (var course in courses)
        {
            var next = 0;
            foreach (var leg in course.Legs.Select(one => one.Leg))
            {
                if (!order.Contains(leg))
                    order.Insert(next, leg);
                next = order.IndexOf(leg) + 1;
            }
        }

        return order;
    }

    private static PredictedLeg Common(Leg leg, ImmutableArray<Course> courses)
    {
        var ways = WaysOf(leg, courses);
        if (ways is [{ Trail: { } sure }])
            return new(leg, sure);
        var trails = ways.Select(way => way.Trail).OfType<Trail>().ToList();
        return new(leg, trails is [var only] ? only : Beginning(trails, ways)) { Ways = ways };
    }

    /// <summary>Each trail of the leg once, with what all the courses that have it suppose.</summary>
    public static ImmutableArray<Way> WaysOf(Leg leg, IEnumerable<Course> courses)
    {
        var ways = new List<Way>();
        foreach (var course in courses)
        {
            var trail = course.Legs.FirstOrDefault(one => one.Leg == leg)?.Trail;
            var same = ways.FindIndex(way => way.Trail == trail);
            if (same < 0)
                ways.Add(new(trail, course.Supposing));
            else
                ways[same] = new(trail, Ways.Common(ways[same].Supposing, course.Supposing));
        }

        return [.. ways];
    }

    private static Trail Beginning(IReadOnlyList<Trail> trails, ImmutableArray<Way> ways)
    {
        var first = trails[0].Hops;
        var alike = trails.Min(trail => first.AsSpan().CommonPrefixLength(trail.Hops.AsSpan()));
        // Before the first hop they part where rules may stop the sender's ARP.
        HookPoint? at = first.IsEmpty ? null : first[Math.Max(alike, 1) - 1].Point;
        return new(first[..alike], new(OutcomeKind.Unknown, null, at, Ways.InWords(ways)));
    }
}
