using Hooktrail.Observation;
using Hooktrail.Records;

namespace Hooktrail.Labs;

/// <summary>
/// An observed leg, held against its prediction only as far as its records prove it. Of chains that share hook and
/// priority they may prove neither the order nor the crossing (<see cref="UnsureHops"/>).
/// </summary>
/// <param name="Leg">
/// The observed leg. What its records do not prove is as the prediction has it, and said in the evidence.
/// </param>
/// <param name="Reason">What the prediction says and no record proves; null if there is nothing.</param>
public sealed record Unproven(ObservedLeg Leg, string? Reason)
{
    /// <summary>
    /// The same for a record with its prediction: the record as far as it is proven, and what is not.
    /// </summary>
    public static Func<LegRecord, (LegRecord Leg, string? Reason)> In(
        HostProfile profile, ImmutableArray<ObservedLeg> legs) => record =>
    {
        if (legs.FirstOrDefault(one => one.Leg == record.Leg) is not { } seen)
            return (record, null);
        var held = Of(profile, record.Predicted, seen);
        return (record with { Observed = held.Leg.Trail, Evidence = held.Leg.Evidence }, held.Reason);
    };

    public static Unproven Of(HostProfile profile, Trail? predicted, ObservedLeg seen)
    {
        var trail = seen.Trail;
        string? reason = null;
        foreach (var unsure in predicted is null ? [] : seen.Unsure)
        {
            var said = Same(predicted!.Hops, unsure, trail);
            if (said.IsEmpty)
                continue;
            var (before, behind) = (unsure.First - 1, unsure.First - 1 + unsure.Count);
            trail = new(
                [.. trail.Hops.Take(before), .. said, .. trail.Hops.Skip(behind)],
                unsure.AreCrossed ? trail.Outcome : trail.Outcome with { At = said[^1].Point });
            if (!unsure.AreCrossed || SaysOrder(said, profile))
                reason ??= unsure.Sentence(seen.Trail);
        }

        return new(
            seen with
            {
                Trail = trail,
                Evidence =
                [
                    .. seen.Evidence,
                    .. seen.Unsure.Select(
                        unsure => new Evidence(unsure.First, Evidence.Unproven, 0, unsure.Sentence(seen.Trail))),
                ],
            },
            reason);
    }

    // The hops of the prediction at that place: the same as the observed ones, in any order; or, if the crossing is not
    // proven, some of them. Empty if they are others.
    private static ImmutableArray<Hop> Same(ImmutableArray<Hop> predicted, UnsureHops unsure, Trail observed)
    {
        var seen = unsure.In(observed);
        ImmutableArray<Hop> said = [.. predicted.Skip(unsure.First - 1).Take(unsure.Count)];
        var isSame = said.Distinct().Count() == said.Length && said.All(seen.Contains);
        var isAll = unsure.AreCrossed ? said.Length == seen.Length : predicted.Length < unsure.First + unsure.Count;
        return isSame && isAll ? said : [];
    }

    // An order that the host does not tell is not predicted. The kernel's own list of its hooks is as good as a record,
    // but it does not list the chains of type nat.
    private static bool SaysOrder(ImmutableArray<Hop> hops, HostProfile profile) =>
        hops.Any(one => hops.Any(other => one != other && profile.Registered.Knows(one.Point, other.Point)))
        && !(profile.Registered.IsListed && !hops.Any(hop => IsOfNat(hop.Point, profile)));

    private static bool IsOfNat(HookPoint point, HostProfile profile) =>
        point is { Layer: Layer.Iptables or Layer.Ip6tables, Table: "nat" }
        || profile.Rules.Find(new(point.Layer, point.Table, point.Chain))?.Base?.Type == "nat";
}
