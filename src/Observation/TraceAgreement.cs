using Hooktrail.Observation.Nflog;

namespace Hooktrail.Observation;

/// <summary>
/// Compares the records of NFLOG with what the kernel's trace tells of the same packets. Both read one socket, but the
/// records are written by the run's own chains, and the trace by the chains that they stand for. The trace tells when
/// a chain begins, so it proves an order and a crossing that the records of chains at one priority do not
/// (<see cref="UnsureHops"/>).
/// </summary>
public static class TraceAgreement
{
    /// <summary>The finding as far as both agree, or a <see cref="Finding.Contradictory"/>.</summary>
    /// <param name="nflog">What the records show, with the trace of the same packets.</param>
    /// <param name="rules">Which chains the kernel tells of.</param>
    public static Finding Of(Finding nflog, TracedRules rules)
    {
        if (nflog is not Finding.Observed observed)
            return nflog;
        var legs = ImmutableArray.CreateBuilder<ObservedLeg>(observed.Legs.Length);
        foreach (var seen in observed.Legs)
        {
            if (seen.Untraced is { } point)
                return new Finding.Inconclusive($"Of the {seen.Leg}, the kernel's trace does not tell of {point}.");
            var leg = Decided(seen, rules);
            if (Difference(leg, rules) is { } difference)
                return new Finding.Contradictory($"Of the {leg.Leg}, {difference}.", observed, observed);
            legs.Add(leg);
        }

        return new Finding.Observed(legs.MoveToImmutable());
    }

    private static string? Difference(ObservedLeg leg, TracedRules rules)
    {
        var recorded = leg.Trail.Hops.Where(hop => rules.Shows(hop.Point)).ToList();
        for (var i = 0; i < Math.Max(recorded.Count, leg.Traced.Length); i++)
        {
            var (one, other) = (recorded.ElementAtOrDefault(i), leg.Traced.ElementAtOrDefault(i));
            if (one != other)
                return $"hop {i + 1} at the chains that the trace shows is {Agreement.Shown(one)} to NFLOG and {Agreement.Shown(other)} to the trace";
        }

        return null;
    }

    // Only if the trace shows all of the chains that share a place.
    private static ObservedLeg Decided(ObservedLeg leg, TracedRules rules)
    {
        var (unsettled, shift) = (ImmutableArray.CreateBuilder<UnsureHops>(), 0);
        foreach (var one in leg.Unsure)
        {
            var unsure = one with { First = one.First + shift };
            unsettled.Add(unsure);
            var first = unsure.First - 1;
            ImmutableArray<Hop> hops = unsure.In(leg.Trail);
            if (!hops.All(hop => rules.Shows(hop.Point)))
                continue;
            var before = leg.Trail.Hops.Take(first).Count(hop => rules.Shows(hop.Point));
            ImmutableArray<Hop> traced =
                [.. leg.Traced.Skip(before).TakeWhile(hops.Contains).Distinct().Take(hops.Length)];
            // NAT asks no chain behind the one that decides (net/netfilter/nf_nat_core.c, nf_nat_inet_fn).
            if (traced.IsEmpty
                || (traced.Length < hops.Length && unsure.AreCrossed && !hops.All(hop => rules.IsNat(hop.Point))))
                continue;
            leg = Reordered(leg, unsure, traced);
            shift += traced.Length - hops.Length;
            unsettled.RemoveAt(unsettled.Count - 1);
        }

        return leg with { Unsure = unsettled.ToImmutable() };
    }

    private static ObservedLeg Reordered(ObservedLeg leg, UnsureHops unsure, ImmutableArray<Hop> traced)
    {
        var first = unsure.First - 1;
        // The new numbers of the hops; 0 for one that was not crossed.
        var places = leg.Trail.Hops.Select((hop, index) =>
            index < first ? index + 1
            : index >= first + unsure.Count ? index + 1 - unsure.Count + traced.Length
            : traced.IndexOf(hop) is var at and >= 0 ? first + at + 1
            : 0).ToList();
        var outcome = leg.Trail.Outcome;
        return leg with
        {
            Trail = new(
                [.. leg.Trail.Hops.Take(first), .. traced, .. leg.Trail.Hops.Skip(first + unsure.Count)],
                unsure.AreCrossed ? outcome : outcome with { At = traced[^1].Point }),
            Evidence = [.. Agreement.Moved(leg.Evidence, places)],
            Steps =
            [
                .. from one in leg.Steps
                   let place = places[one.Hop - 1]
                   where place > 0
                   orderby place
                   select (place, one.Step),
            ],
        };
    }
}
