using Hooktrail.Trails;

namespace Hooktrail.Report;

/// <summary>What an observer can see of a predicted trail, and when that is what he saw.</summary>
internal static class Sight
{
    /// <summary>
    /// The same hops, and an end that an observer could not tell from the other. Of a packet with several copies he sees only the last hop
    /// of all, and not which copy was dropped where.
    /// </summary>
    public static bool IsAsObserved(Trail predicted, Trail observed) =>
        predicted.Hops.AsSpan().SequenceEqual(observed.Hops.AsSpan())
        && (predicted.Outcome.LooksLike(observed.Outcome) || IsGone(predicted) && observed.Outcome.Kind == OutcomeKind.Vanished);

    /// <summary>
    /// A prediction as far as an observer can show it: FORWARD of arptables, which only the legacy backend has, is at a hook that nf_tables does
    /// not offer (net/netfilter/nft_chain_filter.c, nft_chain_filter_arp), so that only a LOG rule sees it.
    /// </summary>
    public static Trail Shown(Trail predicted, bool isLogged) => isLogged || !predicted.Hops.Any(IsForLogAlone)
        ? predicted
        : predicted with { Hops = [.. predicted.Hops.Where(hop => !IsForLogAlone(hop))] };

    private static bool IsForLogAlone(Hop hop) => hop.Point is { Layer: Layer.Arptables, Chain: "FORWARD" };

    /// <summary>The hops of the prediction, up to where it says that it does not know more.</summary>
    public static bool IsBeginningOf(Trail predicted, Trail observed) =>
        predicted.Hops.Length <= observed.Hops.Length && predicted.Hops.AsSpan().SequenceEqual(observed.Hops.AsSpan()[..predicted.Hops.Length]);

    private static bool IsGone(Trail trail) =>
        trail.Outcome is { Kind: OutcomeKind.Dropped or OutcomeKind.Vanished or OutcomeKind.Rejected, At: { } at } && trail.Hops.Any(hop => hop.Point == at);
}
