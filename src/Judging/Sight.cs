namespace Hooktrail.Judging;

/// <summary>What an observer can see of a predicted trail.</summary>
internal static class Sight
{
    /// <summary>
    /// Whether the hops are the same, and an observer cannot tell the outcomes apart. If a packet has several copies,
    /// an observer sees only the last hop of all of them, and not which copy was dropped where.
    /// </summary>
    public static bool IsAsObserved(Trail predicted, Trail observed) =>
        predicted.Hops.AsSpan().SequenceEqual(observed.Hops.AsSpan())
        && (predicted.Outcome.LooksLike(observed.Outcome)
            || IsGone(predicted) && observed.Outcome.Kind == OutcomeKind.Vanished);

    /// <summary>
    /// The observable part of a prediction. FORWARD of arptables, which only the legacy backend has, is at a hook that
    /// nf_tables does not offer (net/netfilter/nft_chain_filter.c, nft_chain_filter_arp), so only a LOG rule sees it.
    /// </summary>
    public static Trail Shown(Trail predicted, bool isLogged) => isLogged || !predicted.Hops.Any(IsForLogAlone)
        ? predicted
        : predicted with { Hops = [.. predicted.Hops.Where(hop => !IsForLogAlone(hop))] };

    private static bool IsForLogAlone(Hop hop) => hop.Point is { Layer: Layer.Arptables, Chain: "FORWARD" };

    /// <summary>
    /// Whether the trail begins with the prediction's hops, up to the place where the model knows no further.
    /// </summary>
    public static bool IsBeginningOf(Trail predicted, Trail observed) =>
        predicted.Hops.Length <= observed.Hops.Length
        && predicted.Hops.AsSpan().SequenceEqual(observed.Hops.AsSpan()[..predicted.Hops.Length]);

    private static bool IsGone(Trail trail) =>
        trail.Outcome is { Kind: OutcomeKind.Dropped or OutcomeKind.Vanished or OutcomeKind.Rejected, At: { } at }
        && trail.Hops.Any(hop => hop.Point == at);
}
