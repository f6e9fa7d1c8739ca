using Hooktrail.Judging;
using Hooktrail.Model;
using Hooktrail.Observation.Import;
using Hooktrail.Records;

namespace Hooktrail.Cli.Verbs;

/// <summary>
/// Compares a foreign trace with the prediction, as far as the trace can show it: «not crossed» counts only at a hook
/// point where the trace shows some packet, and a field only if the trace's format has it. Where lines are missing, a
/// hop that is not there proves nothing, and one that is there still does.
/// </summary>
internal sealed class ImportComparison(ForeignTrace trace, Flow flow, HostProfile profile, bool everywhere)
{
    private readonly HashSet<HookPoint> _shown =
        [.. trace.Packets.SelectMany(packet => packet.Hops).Select(hop => hop.Sighting.Point)];

    private readonly int _firstLine = trace.Packets.Min(packet => packet.FirstLine);
    private readonly int _lastLine = trace.Packets.Max(packet => packet.LastLine);
    private readonly SortedSet<string> _unshown = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _strange = new(StringComparer.Ordinal);
    private readonly List<string> _unseen = [];
    private readonly List<string> _again = [];
    private bool _isPart;

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
        .. _isPart
            ? [$"The rules of {trace.Format.Name()} log only some packets, so the comparison covers only the hook points with a line."]
            : Array.Empty<string>(),
        .. _strange.Count > 0
            ? [$"The host's profile has no chain {string.Join(", ", _strange)}, so the comparison skips the hops there."]
            : Array.Empty<string>(),
        .. _again.Distinct(),
        .. _unseen.Count > 0
            ? [$"Predicted but not in the trace, which proves nothing: {string.Join(", ", _unseen)}; use --everywhere if every hook point was traced."]
            : Array.Empty<string>(),
    ];

    /// <summary>
    /// Where the prediction is of several courses, all legs are judged by the same one: that which the trace
    /// contradicts least.
    /// </summary>
    public ImmutableArray<LegRecord> Of(ForeignFlow found, Forecast forecast)
    {
        var ways = forecast.Legs.ToDictionary(one => one.Leg, one => one.Ways);
        var seen = found.Legs.ToLookup(leg => Exchange(leg.Leg));
        var first = found.Legs.Min(leg => leg.Leg.Packet);
        List<Followed> followed = [new(0, null, [], [])];
        foreach (var at in Enumerable.Range(0, seen.Max(legs => legs.Key) + 1))
            followed =
            [
                .. followed.SelectMany(before => Next(before, at)).GroupBy(one => one.State)
                    .Select(same => same.MinBy(one => one.Cost)!),
            ];
        var taken = followed.MinBy(one => one.Cost)!;
        if (!everywhere)
            _unseen.AddRange(taken.Unseen.Select(leg => leg.Leg.ToString()));
        var order = found.Legs.Select(leg => leg.Leg).ToList();
        return
        [
            .. taken.Legs.Where(leg => order.Contains(leg.Leg)).OrderBy(leg => order.IndexOf(leg.Leg)),
            .. taken.Legs.Where(leg => !order.Contains(leg.Leg)),
        ];

        IEnumerable<Followed> Next(Followed before, int at)
        {
            var courses = at < forecast.Exchanges.Length ? forecast.Exchanges[at] : [];
            return before.Open is not null || courses.IsEmpty
                ? [Follow(before, at, null)]
                : courses.Where(course => course.Before == before.State).Select(course => Follow(before, at, course));
        }

        Followed Follow(Followed before, int at, Course? course)
        {
            var open = before.Open ?? course?.Open;
            // A trace may begin in the middle of a ping.
            var unseen = (course?.Legs ?? [])
                .Where(one => seen[at].All(leg => leg.Leg != one.Leg) && one.Leg.Packet >= first)
                .ToList();
            return new(
                course?.After, open,
                [
                    .. before.Legs,
                    .. seen[at].Select(leg => Of(leg, course?.Legs.FirstOrDefault(one => one.Leg == leg.Leg), open)
                        with
                    { Ways = ways.GetValueOrDefault(leg.Leg, []) }),
                    .. everywhere ? unseen.Select(leg => Unseen(leg, open)) : [],
                ],
                [.. before.Unseen, .. unseen]);
        }
    }

    private int Exchange(Leg leg) => flow.Protocol == Protocol.Tcp ? 0 : leg.Packet - 1;

    /// <summary>The courses of the exchanges so far, and how far they agree.</summary>
    private sealed record Followed(
        int? State, PredictedLeg? Open, ImmutableArray<LegRecord> Legs, ImmutableArray<PredictedLeg> Unseen)
    {
        public (int Contradicting, int NotPredicted, int Agreeing) Cost =>
            (Count(LegVerdict.Disagreed), -Count(LegVerdict.NotPredicted), -Count(LegVerdict.Agreed));

        private int Count(LegVerdict verdict) => Legs.Count(leg => leg.Verdict == verdict);
    }

    /// <summary>Whether a host would treat the leg as observed, as far as the trace can show it.</summary>
    public bool IsRight(HostProfile host, ForeignLeg leg, Func<HostProfile, ImmutableArray<PredictedLeg>> all) =>
        all(host).FirstOrDefault(one => one.Leg == leg.Leg) is { } predicted
        && TrailsOf(predicted).Any(trail => Judge(leg, Shown(trail, leg.Packet)).Verdict == LegVerdict.Agreed);

    /// <summary>Whether the host may have the chain; hops at others are left out.</summary>
    public bool IsKnown(HookPoint point) => point.Layer != Layer.Nftables || _known.Contains(point);

    // Null if no line is missing.
    private string? Gap => !trace.HasGaps ? null
        : trace.Loss is { } loss ? $"Lines are missing, so a hop may be: {loss}."
        : Cut;

    private string Cut => $"The trace is cut or masked at {trace.Cut}, so a hop may be missing.";

    private LegRecord Of(ForeignLeg leg, PredictedLeg? predicted, PredictedLeg? open)
    {
        var judged = predicted is null
            ? new Judged(null, LegVerdict.Disagreed, $"The {leg.Leg} was observed but not predicted.")
            : OfWay(leg, predicted.Trail);
        if (predicted is null && open is not null)
            judged = judged with { Verdict = LegVerdict.NotPredicted, Reason = NotFollowed(open) };
        return new(flow, leg.Leg, judged.Predicted, Comparable(leg.Trail))
        {
            Verdict = judged.Verdict,
            Reason = judged.Reason,
            Evidence = EvidenceOf(leg.Packet),
        };
    }

    private LegRecord Unseen(PredictedLeg leg, PredictedLeg? open)
    {
        var (verdict, reason) = (Gap, open) switch
        {
            ({ } gap, _) => (LegVerdict.Inconclusive, gap),
            (_, { } unknown) => (LegVerdict.NotPredicted, NotFollowed(unknown)),
            _ => (LegVerdict.Disagreed, $"The {leg.Leg} was predicted but not observed."),
        };
        return new(flow, leg.Leg, leg.Trail, null) { Verdict = verdict, Reason = reason };
    }

    private static string NotFollowed(PredictedLeg open) =>
        $"The model cannot predict it, because it cannot predict the {open.Leg}: {open.Trail.Outcome.Reason}.";

    private static IEnumerable<Trail> TrailsOf(PredictedLeg leg) =>
        leg.Ways.IsEmpty ? [leg.Trail] : leg.Ways.Select(way => way.Trail).OfType<Trail>();

    private Judged OfWay(ForeignLeg leg, Trail predicted)
    {
        var shown = Noted(predicted, leg.Packet);
        if (predicted.Outcome.Kind == OutcomeKind.Unknown
            && Comparable(leg.Trail).Hops.Take(shown.Hops.Length).SequenceEqual(shown.Hops))
            return new(
                shown, LegVerdict.NotPredicted, $"The model cannot predict further: {predicted.Outcome.Reason}.");
        var judged = Judge(leg, shown);
        return judged.Verdict == LegVerdict.Agreed ? OfAgain(leg, predicted, judged) : judged;
    }

    /// <summary>
    /// Compares all that the trace can show. Where it differs, compares only the hook points that the packet was seen
    /// at: if they agree, the difference is what the trace does not show.
    /// </summary>
    private Judged Judge(ForeignLeg leg, Trail predicted)
    {
        var observed = Comparable(leg.Trail);
        var whole = Ended(predicted, observed);
        if (leg.Packet.IsCut)
            return new(whole, LegVerdict.Inconclusive, Cut);
        if (Disagreement.Between(null, whole, observed)?.Sentence is not { } sentence)
            return new(whole, LegVerdict.Agreed, null);
        var seen = Seen(whole, observed);
        if (Disagreement.Between(null, seen, observed) is not null)
            return new(whole, LegVerdict.Disagreed, sentence);
        if (trace.Format.LogsSome() && !everywhere)
        {
            _isPart = true;
            return new(seen, LegVerdict.Agreed, null);
        }

        if (Gap is { } gap)
            return new(whole, LegVerdict.Inconclusive, gap);
        return Unshown(leg, whole, observed) is { } reason
            ? new(whole, LegVerdict.Inconclusive, reason)
            : new(whole, LegVerdict.Disagreed, sentence);
    }

    // Retransmissions have the way of the first packet, but for nat: the first packet of a connection crosses it.
    private Judged OfAgain(ForeignLeg leg, Trail predicted, Judged first)
    {
        foreach (var again in leg.Again)
        {
            var points = again.Packet.Hops.Select(hop => hop.Sighting.Point).ToHashSet();
            var known = predicted with
            {
                Hops = [.. predicted.Hops.Where(hop => hop.Point.Table != "nat" || points.Contains(hop.Point))],
            };
            if (Judge(again, Shown(known, again.Packet)) is { Verdict: LegVerdict.Disagreed, Reason: { } reason })
                return first with
                {
                    Verdict = LegVerdict.Disagreed,
                    Reason = $"It came again at line {again.Packet.FirstLine}, and then: {reason}",
                };
        }

        if (!leg.Again.IsEmpty)
            _again.Add(
                $"The {leg.Leg} was seen {leg.Again.Length + 1} times; the others, from line {leg.Again[0].Packet.FirstLine} on, are retransmissions.");
        return first;
    }

    // A trace may begin or end while a packet is on its way, and then shows neither that it crossed a hook point
    // outside nor that it did not.
    private string? Unshown(ForeignLeg leg, Trail predicted, Trail observed)
    {
        if (everywhere || observed.Hops.IsEmpty)
            return null;
        var missing = Enumerable.Range(0, predicted.Hops.Length)
            .Where(at => observed.Hops.All(hop => hop.Point != predicted.Hops[at].Point)).ToList();
        var begin = predicted.Hops.IndexOf(predicted.Hops.FirstOrDefault(hop => hop.Point == observed.Hops[0].Point)!);
        var end =
            predicted.Hops.LastIndexOf(predicted.Hops.LastOrDefault(hop => hop.Point == observed.Hops[^1].Point)!);
        if (leg.Packet.FirstLine == _firstLine && missing.Count > 0 && missing.All(at => at < begin))
            return $"The trace begins with this packet at {observed.Hops[0].Point}, line {_firstLine}, and the prediction before, so it does not show whether the packet crossed {predicted.Hops[0].Point}; begin the trace earlier.";
        if (leg.Packet.LastLine == _lastLine
            && observed.Outcome.Kind == OutcomeKind.Vanished
            && missing.All(at => at > end || (leg.Packet.FirstLine == _firstLine && at < begin)))
            return $"The trace ends with this packet at {observed.Hops[^1].Point}, line {_lastLine}, and the prediction later, so it does not show whether the packet went on; trace until a later packet is seen.";
        return null;
    }

    private ImmutableArray<Evidence> EvidenceOf(ForeignPacket packet) =>
    [
        .. packet.Hops.Where(hop => IsKnown(hop.Sighting.Point)).SelectMany((hop, index) =>
            (IEnumerable<Evidence>)
            [
                .. hop.ShowsPacket || hop.Rules.Count == 0
                    ? [Line(index + 1, (int)hop.Sighting.Sequence, hop.Sighting.Line)]
                    : Array.Empty<Evidence>(),
                .. hop.Rules.Where(rule => !hop.ShowsPacket || rule.Line != (int)hop.Sighting.Sequence)
                    .Select(rule => Line(index + 1, rule.Line, rule.Record)),
            ]),
    ];

    private Evidence Line(int hop, int number, string line) => new(hop, trace.Format.Channel(), (ulong)number, line);

    // Without the hop points that the packet was not seen at, and without a claim about what came after the last one.
    private static Trail Seen(Trail predicted, Trail observed)
    {
        var points = observed.Hops.Select(hop => hop.Point).ToHashSet();
        var seen = predicted with { Hops = [.. predicted.Hops.Where(hop => points.Contains(hop.Point))] };
        return observed.Outcome.Kind == OutcomeKind.Vanished
            ? seen with { Outcome = observed.Outcome }
            : At(seen, predicted.Hops);
    }

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

    // What the trace has no field for is left out: devices and addresses of a crossing without a packet, addresses of a
    // frame whose log lacks them.
    private Trail Shown(Trail predicted, ForeignPacket packet)
    {
        var crossings = packet.Hops.ToLookup(hop => hop.Sighting.Point);
        var kept = predicted.Hops.Where(hop => everywhere || _shown.Contains(hop.Point)).ToList();
        var hops = kept.Select(hop =>
        {
            var hasDevices = crossings[hop.Point].All(one => one.ShowsPacket);
            var hasAddresses = crossings[hop.Point].All(one => one.Sighting.Source is not null);
            return hop with
            {
                In = hasDevices ? hop.In : null,
                Out = hasDevices ? hop.Out : null,
                PhysIn = hasDevices && trace.Format.TellsPorts() ? hop.PhysIn : null,
                PhysOut = hasDevices && trace.Format.TellsPorts() ? hop.PhysOut : null,
                Source = hasAddresses ? hop.Source : null,
                Destination = hasAddresses ? hop.Destination : null,
            };
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

    /// <summary>The prediction as far as it was compared, and the result.</summary>
    private sealed record Judged(Trail? Predicted, LegVerdict Verdict, string? Reason);
}
