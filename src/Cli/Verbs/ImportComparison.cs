using Hooktrail.Judging;
using Hooktrail.Model;
using Hooktrail.Observation.Import;
using Hooktrail.Records;

namespace Hooktrail.Cli.Verbs;

/// <summary>
/// Compares a foreign trace with the prediction, as far as the trace can show it: «not crossed» counts only at a hook
/// point where the trace shows some packet, and a field only if the trace's format has it.
/// </summary>
internal sealed class ImportComparison(ForeignTrace trace, Flow flow, HostProfile profile, bool everywhere)
{
    private readonly HashSet<HookPoint> _shown =
        [.. trace.Packets.SelectMany(packet => packet.Hops).Select(hop => hop.Sighting.Point)];
    private readonly SortedSet<string> _unshown = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _strange = new(StringComparer.Ordinal);
    private readonly List<string> _unseen = [];

    // A trace needs a separate chain where it begins. The model predicts no foreign chains,
    // only those of the host's profile.
    private readonly HashSet<HookPoint> _known =
        [
            .. profile.Rules.Chains.Where(chain => chain.Id.Layer == Layer.Nftables)
                .Select(chain => new HookPoint(Layer.Nftables, chain.Id.Table, chain.Id.Name))
        ];

    /// <summary>What the comparison leaves out, one sentence each.</summary>
    public IEnumerable<string> Notes =>
    [
        .. _unshown.Count > 0
            ? [$"No packet of the trace appears at {string.Join(", ", _unshown)}, so the comparison skips these hook points; use --everywhere if they were traced."]
            : Array.Empty<string>(),
        .. _strange.Count > 0
            ? [$"The host's profile has no chain {string.Join(", ", _strange)}, so the comparison skips the hops there."]
            : Array.Empty<string>(),
        .. _unseen.Count > 0
            ? [$"Predicted but not in the trace, which proves nothing: {string.Join(", ", _unseen)}; use --everywhere if every hook point was traced."]
            : Array.Empty<string>(),
    ];

    public ImmutableArray<LegRecord> Of(ForeignFlow found, ImmutableArray<PredictedLeg> predicted)
    {
        var legs = ImmutableArray.CreateBuilder<LegRecord>();
        var trails = predicted.ToDictionary(one => one.Leg, one => one.Trail);
        var seen = found.Legs.Select(leg => leg.Leg).ToHashSet();
        var first = seen.Min(leg => leg.Packet);
        foreach (var leg in found.Legs)
            legs.Add(Of(leg, trails.GetValueOrDefault(leg.Leg)));
        // A trace may begin in the middle of a ping.
        foreach (var leg in predicted.Where(one => !seen.Contains(one.Leg) && one.Leg.Packet >= first))
            if (everywhere)
                legs.Add(new(flow, leg.Leg, leg.Trail, null)
                {
                    Verdict = trace.Cut is null ? LegVerdict.Disagreed : LegVerdict.Inconclusive,
                    Reason = trace.Cut is null ? $"The {leg.Leg} was predicted but not observed." : Cut,
                });
            else
                _unseen.Add(leg.Leg.ToString());
        return legs.ToImmutable();
    }

    /// <summary>Whether a host would treat the leg as observed, as far as the trace can show it.</summary>
    public bool IsRight(HostProfile host, ForeignLeg leg, Func<HostProfile, ImmutableArray<PredictedLeg>> all)
    {
        var observed = Comparable(leg.Trail);
        return all(host).FirstOrDefault(one => one.Leg == leg.Leg)?.Trail is { } trail
            && Disagreement.Between(null, Ended(Shown(trail, leg.Packet), observed), observed) is null;
    }

    private string Cut => $"The trace is cut off at {trace.Cut}, so a hop may be missing.";

    private LegRecord Of(ForeignLeg leg, Trail? predicted)
    {
        var observed = Comparable(leg.Trail);
        predicted = predicted is null ? null : Ended(Noted(predicted, leg.Packet), observed);
        var reason = trace.Cut is not null ? Cut
            : predicted is null ? $"The {leg.Leg} was observed but not predicted."
            : Disagreement.Between(null, predicted, observed)?.Sentence;
        return new(flow, leg.Leg, predicted, observed)
        {
            Verdict = reason is null ? LegVerdict.Agreed
                : trace.Cut is not null ? LegVerdict.Inconclusive
                : LegVerdict.Disagreed,
            Reason = reason,
            Evidence =
            [
                .. leg.Packet.Hops.Where(hop => IsKnown(hop.Sighting.Point))
                    .Select((hop, index) => new Evidence(
                        index + 1, trace.Format.Channel(), hop.Sighting.Sequence, hop.Sighting.Line)),
            ],
        };
    }

    private bool IsKnown(HookPoint point) => point.Layer != Layer.Nftables || _known.Contains(point);

    // If a trace cannot show a delivery, only the absence of further hops is compared.
    private static Trail Ended(Trail predicted, Trail observed) =>
        predicted is { Outcome: { Kind: OutcomeKind.Delivered, To: { } to }, Hops: [.., var last] }
        && observed is { Outcome.Kind: OutcomeKind.Vanished, Hops: [.., var seen] }
        && last.Point == seen.Point
        && predicted.Hops.Length == observed.Hops.Length
            ? predicted with { Outcome = Outcome.Vanished(last.Point, $"then delivered to {to}") }
            : predicted;

    private Trail Comparable(Trail observed)
    {
        _strange.UnionWith(
            observed.Hops.Where(hop => !IsKnown(hop.Point)).Select(hop => $"{hop.Point.Table} {hop.Point.Chain}"));
        return At(observed with { Hops = [.. observed.Hops.Where(hop => IsKnown(hop.Point))] }, observed.Hops);
    }

    private Trail Noted(Trail predicted, ForeignPacket packet)
    {
        _unshown.UnionWith(predicted.Hops.Where(hop => !everywhere && !_shown.Contains(hop.Point))
            .Select(hop => hop.Point.ToString()));
        return Shown(predicted, packet);
    }

    private Trail Shown(Trail predicted, ForeignPacket packet)
    {
        var addresses = packet.Hops.ToLookup(hop => hop.Sighting.Point, hop => hop.Sighting.Source is not null);
        var kept = predicted.Hops.Where(hop => everywhere || _shown.Contains(hop.Point)).ToList();
        var hops = kept.Select(hop => hop with
        {
            PhysIn = trace.Format.TellsPorts() ? hop.PhysIn : null,
            PhysOut = trace.Format.TellsPorts() ? hop.PhysOut : null,
            Source = addresses[hop.Point].Contains(false) ? null : hop.Source,
            Destination = addresses[hop.Point].Contains(false) ? null : hop.Destination,
        });
        return At(predicted with { Hops = [.. hops] }, predicted.Hops);
    }

    // A trail that ends at an omitted hook point ends, as far as the other hops show, at the last one before it.
    private static Trail At(Trail trail, ImmutableArray<Hop> whole)
    {
        if (trail.Outcome.At is not { } at
            || trail.Hops.Any(hop => hop.Point == at)
            || !whole.Any(hop => hop.Point == at))
            return trail;
        return trail with { Outcome = trail.Outcome with { At = trail.Hops.IsEmpty ? at : trail.Hops[^1].Point } };
    }
}
