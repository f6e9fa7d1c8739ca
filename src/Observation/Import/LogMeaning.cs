namespace Hooktrail.Observation.Import;

/// <summary>
/// What the lines of a LOG rule mean: hook points among which a line's devices decide, and what happens to such
/// packets. Without hook points the lines mean nothing, and are skipped.
/// </summary>
public sealed record LogMeaning(ImmutableArray<HookPoint> Points)
{
    /// <summary>What the rules behind the LOG rule do, by the convention of the program that wrote them.</summary>
    public TracedDecision Decision { get; init; }

    /// <summary>The prefix itself, which is also the reason for the decision.</summary>
    public string? Prefix { get; init; }

    /// <summary>
    /// Of several, the point at which a packet has these devices; null for none, or for more than one.
    /// </summary>
    public HookPoint? At(Sighting sighting)
    {
        HookPoint? found = null;
        foreach (var one in Points)
        {
            var point = OfVersion(one, sighting);
            if (point is null
                || (Points.Length > 1 && !Fits(one.Chain, sighting.In is not null, sighting.Out is not null)))
                continue;
            if (found is not null && found != point)
                return null;
            found = point;
        }

        return found;
    }

    // A prefix is often the same in both versions of IP; the packet has one of them.
    private static HookPoint? OfVersion(HookPoint point, Sighting sighting) => (point.Layer, sighting.IsV6()) switch
    {
        (Layer.Iptables, true) => point with { Layer = Layer.Ip6tables },
        (Layer.Ip6tables, false) => null,
        _ => point,
    };

    // A chain of nft may have any name, but most have that of their hook in theirs. From Linux 5.5 on, POSTROUTING
    // also knows the device that a packet came in by.
    private static bool Fits(string chain, bool isIn, bool isOut)
    {
        foreach (var (name, fits) in ((string, bool)[])
            [
                ("PREROUTING", isIn && !isOut), ("BROUTING", isIn && !isOut), ("POSTROUTING", isOut),
                ("INPUT", isIn && !isOut), ("FORWARD", isIn && isOut), ("OUTPUT", isOut && !isIn),
            ])
            if (chain.Contains(name, StringComparison.OrdinalIgnoreCase))
                return fits;
        return true;
    }
}
