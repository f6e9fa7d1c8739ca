using Hooktrail.Model;

namespace Hooktrail.Judging.Comparison.Hosts;

/// <summary>
/// Finds the host differences that change a leg by trying them on the earlier host: first each by itself, then pairs,
/// then all of them, without those that can be left out. All rules together come after what Docker's releases changed
/// one by one.
/// </summary>
internal sealed class CauseFinder
{
    private readonly HostDifferences _differences;
    private readonly SupposedHost _earlier;
    private readonly SupposedHost _later;
    private readonly Dictionary<string, SupposedHost?> _tried = [];
    private readonly Dictionary<string, Cause> _causes = [];

    /// <exception cref="HooktrailException">A host has a rule that no tool would install.</exception>
    public CauseFinder(HostProfile before, HostProfile after) =>
        (_differences, _earlier, _later) = (HostDifferences.Between(before, after), new(before), new(after));

    /// <summary>The prediction on the earlier host; null for no such leg.</summary>
    public Trail? Before(Flow flow, Leg leg) => _earlier.Predict(flow, leg);

    /// <summary>The prediction on the later host; null for no such leg.</summary>
    public Trail? After(Flow flow, Leg leg) => _later.Predict(flow, leg);

    /// <summary>The later trail is as observed; null for a leg that did not happen.</summary>
    public Cause? Find(Flow flow, Leg leg, Trail? after)
    {
        if (Few(_differences.Named) is { } named)
            return named;
        if (_differences.Named.Length < _differences.All.Length && Few(_differences.All) is { } any)
            return any;
        ImmutableArray<HostDifference> needed = Does(_differences.All) ? Needed() : [];
        return needed.IsEmpty ? null : Named(Refined(needed), []);

        Cause? Few(ImmutableArray<HostDifference> all)
        {
            var alone = all.Where(one => Does([one])).ToImmutableArray();
            if (alone.Length > 0)
                return Named(
                    Refined([alone[0]]),
                    [.. alone[1..].Where(one => one.Subject is null || one.Subject != alone[0].Subject)]);
            var pairs =
                from one in Enumerable.Range(0, all.Length)
                from other in Enumerable.Range(one + 1, all.Length - one - 1)
                select ImmutableArray.Create(all[one], all[other]);
            var pair = pairs.FirstOrDefault(Does);
            return pair.IsDefault ? null : Named(Refined(pair), []);
        }

        bool Does(ImmutableArray<HostDifference> together) =>
            With(together) is { } host && IsSeenAs(host.Predict(flow, leg), after);

        ImmutableArray<HostDifference> Needed() =>
            _differences.All.Aggregate(
                _differences.All,
                (left, one) => left.Remove(one) is { IsEmpty: false } without && Does(without) ? without : left);

        // One rule is a more precise answer than all rules together.
        ImmutableArray<HostDifference> Refined(ImmutableArray<HostDifference> together) =>
            _differences.Rules is { } rules && together.Contains(rules)
            && _differences.RulesApart.FirstOrDefault(one => Does(together.Replace(rules, one))) is { } single
                ? together.Replace(rules, single)
                : together;
    }

    public static bool IsSeenAs(Trail? predicted, Trail? observed) => (predicted, observed) switch
    {
        (null, null) => true,
        ({ } said, { } seen) =>
            Sight.IsAsObserved(said, seen) || Sight.IsAsObserved(Sight.Shown(said, isLogged: false), seen),
        _ => false,
    };

    private Cause Named(ImmutableArray<HostDifference> together, ImmutableArray<HostDifference> alternatives)
    {
        var key = string.Join(
            '\n', together.Select(one => one.Title).Append("").Concat(alternatives.Select(one => one.Title)));
        if (!_causes.TryGetValue(key, out var cause))
            _causes[key] = cause = new(
                together, alternatives, RegistrationChange.Between(_earlier.Hooks, With(together)?.Hooks ?? []));
        return cause;
    }

    // Cached: many legs need the same hosts, and building one takes longer than predicting a trail on it.
    private SupposedHost? With(ImmutableArray<HostDifference> together)
    {
        var key = string.Join('\n', together.Select(one => one.Title));
        if (!_tried.TryGetValue(key, out var host))
            _tried[key] = host = Build(together);
        return host;
    }

    // The result may be a host with a rule that no tool would install.
    private SupposedHost? Build(ImmutableArray<HostDifference> together)
    {
        try
        {
            return together.Aggregate(_earlier, (host, one) => one.Apply(host));
        }
        catch (HooktrailException)
        {
            return null;
        }
    }
}
