using System.Collections.Immutable;

namespace Hooktrail.Conformance;

/// <summary>A part of the matrix, by chance, but the same for the same seed.</summary>
public static class Sampling
{
    // A host costs about as much as so many flows, a change of it as so many.
    private const int FlowsOfHost = 40;
    private const int FlowsOfVariation = 8;

    /// <summary>Chooses about so many flows on few hosts.</summary>
    /// <param name="hosts">The matrix.</param>
    /// <param name="flows">How many flows; fewer only where there are no more.</param>
    /// <param name="seed">Decides which.</param>
    /// <returns>The chosen hosts, variations and flows, in the order of the matrix.</returns>
    public static ImmutableArray<HostCase> Of(ImmutableArray<HostCase> hosts, int flows, int seed)
    {
        // A seed gives the same numbers for ever (the documentation of Random promises it).
        var random = new Random(seed);
        var chosen = new SortedDictionary<int, HostCase>();
        var (left, hostsLeft) = (flows, Math.Clamp((flows + FlowsOfHost - 1) / FlowsOfHost, 1, Math.Max(1, hosts.Length)));
        foreach (var index in Shuffled(hosts.Length, random))
        {
            if (left == 0)
                break;
            var quota = hostsLeft > 1 ? (left + hostsLeft - 1) / hostsLeft : left;
            hostsLeft--;
            var host = OfHost(hosts[index], quota, random);
            left -= host.Variations.Sum(variation => variation.Flows.Length);
            chosen.Add(index, host);
        }

        return [.. chosen.Values];
    }

    private static HostCase OfHost(HostCase host, int flows, Random random)
    {
        var chosen = new SortedDictionary<int, Variation>();
        foreach (var index in Shuffled(host.Variations.Length, random))
        {
            if (flows == 0)
                break;
            var variation = host.Variations[index];
            var isLast = chosen.Count == host.Variations.Length - 1;
            var take = Math.Min(isLast ? flows : Math.Min(flows, FlowsOfVariation), variation.Flows.Length);
            ImmutableArray<int> places = [.. Shuffled(variation.Flows.Length, random).Take(take).Order()];
            chosen.Add(index, variation with { Flows = [.. places.Select(place => variation.Flows[place])] });
            flows -= take;
        }

        return host with { Variations = [.. chosen.Values] };
    }

    private static int[] Shuffled(int count, Random random)
    {
        var places = Enumerable.Range(0, count).ToArray();
        random.Shuffle(places);
        return places;
    }
}
