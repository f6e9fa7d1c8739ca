using Hooktrail.Judging.Comparison.Hosts;
using Hooktrail.Records;

namespace Hooktrail.Judging.Comparison.Legs;

internal sealed class LegComparer
{
    private readonly ComparedRun _before;
    private readonly ComparedRun _after;
    // Only a leg that one of the runs lacks needs them.
    private readonly Lazy<LegsOfRun> _earlier;
    private readonly Lazy<LegsOfRun> _later;
    private readonly bool _someObserved;
    private readonly Dictionary<(HostProfile, HostProfile), CauseFinder> _finders = [];

    // A long run sends the same flows again and again, and finding a cause takes many predictions.
    private readonly Dictionary<(HostProfile, HostProfile, Flow, Leg, Trail?, Trail?), LegComparison> _compared = [];

    public LegComparer(ComparedRun before, ComparedRun after)
    {
        (_before, _after) = (before, after);
        (_earlier, _later) = (new(() => new(before)), new(() => new(after)));
        _someObserved = before.Trails.Legs.Concat(after.Trails.Legs).Any(leg => leg.Observed is not null);
    }

    public LegComparison Compare(LegPair pair)
    {
        var (was, now) = (pair.Before?.Record, pair.After?.Record);
        // If both files hold only predictions, compares the predictions.
        if (_someObserved && IsPrediction(was) && IsPrediction(now))
            return new(was, now, LegStatus.PredictedOnly);
        if (Proves(was, _before) is { } doubt)
            return new(was, now, LegStatus.Incomparable) { Reason = doubt };
        if (Proves(now, _after) is { } other)
            return new(was, now, LegStatus.Incomparable) { Reason = other };
        if (pair.Before is { } left && pair.After is { } right)
            return Compare(left, right);
        return pair.Before is { } only
            ? Lacking(pair.Key, _later.Value) switch
            {
                (_, { } reason) => new(was, now, LegStatus.Incomparable) { Reason = reason },
                ({ } host, _) =>
                    Compare(only, new(new(pair.Key.Flow, pair.Key.Leg, null, null), host)) with { After = null },
                _ => throw new InvalidOperationException("neither a host nor a reason"),
            }
            : Lacking(pair.Key, _earlier.Value) switch
            {
                (_, { } reason) => new(was, now, LegStatus.Incomparable) { Reason = reason },
                ({ } host, _) => Compare(
                    new(new(pair.Key.Flow, pair.Key.Leg, null, null), host), pair.After!) with
                { Before = null },
                _ => throw new InvalidOperationException("neither a host nor a reason"),
            };
    }

    private LegComparison Compare(LegOnHost left, LegOnHost right)
    {
        var (was, now) = (TrailOf(left.Record), TrailOf(right.Record));
        var key = (left.Host, right.Host, left.Record.Flow, left.Record.Leg, was, now);
        if (!_compared.TryGetValue(key, out var known))
            _compared[key] = known = Compare(left, was, right, now);
        return known with { Before = left.Record, After = right.Record };
    }

    private LegComparison Compare(LegOnHost left, Trail? was, LegOnHost right, Trail? now)
    {
        var status = (was, now) switch
        {
            (null, null) => LegStatus.Same,
            (null, _) => LegStatus.Appeared,
            (_, null) => LegStatus.Gone,
            _ => TrailDifference.Between(was, now) is null ? LegStatus.Same : LegStatus.Changed,
        };
        var compared = new LegComparison(left.Record, right.Record, status);
        if (status == LegStatus.Same)
            return compared;

        var finder = Finder(left.Host, right.Host);
        var difference = was is null || now is null ? null : TrailDifference.Between(was, now);
        var reason = Otherwise(finder.Before(left.Record.Flow, left.Record.Leg), was, _before)
            ?? Otherwise(finder.After(left.Record.Flow, left.Record.Leg), now, _after);
        if (reason is not null)
            return compared with { Difference = difference, Reason = reason };
        var cause = finder.Find(left.Record.Flow, left.Record.Leg, now);
        return compared with
        {
            Difference = difference,
            Cause = cause,
            Grounds = difference is null || cause is { Together: [{ Says: not null }] }
                ? null
                : GroundsFinder.Of(difference, left.Host, right.Host, left.Record.Flow, left.Record.Leg),
            Reason = cause is null
                ? "Each trail is as predicted for its host, but the profiles of the hosts are the same."
                : null,
            IsExpected = cause is not null,
        };
    }

    /// <summary>For a run without the leg: the host that would send it, or why nothing can be compared.</summary>
    private static (HostProfile? Host, string? Reason) Lacking(LegKey key, LegsOfRun legs)
    {
        var of = legs.Run;
        if (key.Scenario is not null && !legs.Has(key.Scenario))
            return (null, $"The scenario is not in {of.Label}.");
        var same = legs.Of(key.Scenario, key.Flow);
        if (same.IsEmpty)
            return (null, $"The flow is not in {of.Label}.");
        if (same.Select(one => Proves(one.Record, of)).FirstOrDefault(reason => reason is not null) is { } doubt)
            return (null, doubt);
        var host = same[0].Host;
        return legs.Predict(host, key.Flow, key.Leg) is null
            ? (host, null)
            : (null, $"{of.Label} predicts it but has no record of it.");
    }

    /// <summary>Why a run's record of a leg proves nothing; null if it does, or if there is no record.</summary>
    private static string? Proves(LegRecord? leg, ComparedRun of) => leg?.Verdict switch
    {
        LegVerdict.Inconclusive => $"It is inconclusive in {of.Label}{Because(leg)}",
        LegVerdict.Skipped => $"It was skipped in {of.Label}{Because(leg)}",
        LegVerdict.ObserversDisagree => $"The observers contradict each other in {of.Label}{Because(leg)}",
        _ => null,
    };

    private static string Because(LegRecord leg) => leg.Reason is { } reason ? $": {reason}" : ".";

    private static bool IsPrediction(LegRecord? leg) =>
        leg is null or { Observed: null, Verdict: null or LegVerdict.Agreed };

    // A predicted leg that was not observed did not happen.
    private static Trail? TrailOf(LegRecord leg) =>
        leg.Observed ?? (leg.Verdict is LegVerdict.Disagreed or LegVerdict.NotPredicted ? null : leg.Predicted);

    /// <summary>How a trail differs from its prediction; null if it does not.</summary>
    private static string? Otherwise(
        Trail? predicted, Trail? seen, ComparedRun of) => CauseFinder.IsSeenAs(predicted, seen)
        ? null
        : (predicted, seen) switch
        {
            (null, _) => $"In {of.Label} it was observed but not predicted.",
            (_, null) => $"In {of.Label} it was predicted but not observed.",
            _ =>
                $"In {of.Label}: {Disagreement.Between(null, predicted, seen)?.Sentence ?? $"the outcome is {seen.Outcome}, but {predicted.Outcome} was predicted."}",
        };

    private CauseFinder Finder(HostProfile left, HostProfile right)
    {
        if (!_finders.TryGetValue((left, right), out var finder))
            _finders[(left, right)] = finder = new(left, right);
        return finder;
    }
}
