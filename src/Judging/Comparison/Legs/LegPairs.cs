using Hooktrail.Records;

namespace Hooktrail.Judging.Comparison.Legs;

/// <summary>A leg of a run, on its host.</summary>
internal sealed record LegOnHost(LegRecord Record, HostProfile Host);

/// <summary>Identifies a leg across runs: the scenario, the flow and the packet.</summary>
internal sealed record LegKey(ScenarioTitle? Scenario, Flow Flow, Leg Leg)
{
    public static LegKey Of(LegRecord leg) => new(leg.Scenario, leg.Flow, leg.Leg);
}

/// <summary>The same leg in two runs; null on the side of a run without it.</summary>
internal sealed record LegPair(LegKey Key, LegOnHost? Before, LegOnHost? After);

/// <summary>
/// Matches the legs of two runs. A scenario may send the same flow on several hosts; the hosts are
/// then matched by their <see cref="HostSignature"/>, else by order, because a comparison is about
/// what the kernel and its tools decide.
/// </summary>
internal static class LegPairs
{
    /// <summary>In the order of the earlier run, then the legs that only the later run has.</summary>
    public static ImmutableArray<LegPair> Of(TrailsFile before, TrailsFile after)
    {
        var (earlier, later) = (ByKey(before), ByKey(after));
        return
        [
            .. earlier.Select(legs => legs.Key)
                .Union(later.Select(legs => legs.Key))
                .SelectMany(key => Match(key, [.. earlier[key]], [.. later[key]]))
        ];
    }

    private static ILookup<LegKey, LegOnHost> ByKey(TrailsFile file) =>
        file.Legs.ToLookup(LegKey.Of, leg => new LegOnHost(leg, leg.HostProfile ?? file.HostProfile));

    private static List<LegPair> Match(LegKey key, ImmutableArray<LegOnHost> before, List<LegOnHost> after)
    {
        var partners = new LegOnHost?[before.Length];
        foreach (var (index, one) in before.Index())
            partners[index] = Take(after, other => HostSignature.Of(other.Host) == HostSignature.Of(one.Host));
        foreach (var index in Enumerable.Range(0, before.Length))
            partners[index] ??= Take(after, _ => true);
        return
        [
            .. before.Select((one, index) => new LegPair(key, one, partners[index])),
            .. after.Select(one => new LegPair(key, null, one))
        ];
    }

    private static LegOnHost? Take(List<LegOnHost> from, Predicate<LegOnHost> wanted)
    {
        var index = from.FindIndex(wanted);
        if (index < 0)
            return null;
        var taken = from[index];
        from.RemoveAt(index);
        return taken;
    }
}
