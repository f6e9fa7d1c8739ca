namespace Hooktrail.Conformance;

/// <summary>A random part of the matrix, the same for the same seed.</summary>
public static class Sampling
{
    // What starting a host and making a change cost, measured in flows.
    private const int FlowsOfHost = 40;
    private const int FlowsOfVariation = 8;

    /// <summary>Few hosts with about this many flows; fewer flows only if the matrix has no more.</summary>
    /// <returns>The chosen hosts, variations and flows, in the order of the matrix.</returns>
    public static ImmutableArray<HostCase> Of(ImmutableArray<HostCase> hosts, int flows, int seed)
    {
        // Random is documented to give the same numbers for the same seed.
        var random = new Random(seed);
        var chosen = new SortedDictionary<int, HostCase>();
        var (left, hostsLeft) =
            (flows, Math.Clamp((flows + FlowsOfHost - 1) / FlowsOfHost, 1, Math.Max(1, hosts.Length)));
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
