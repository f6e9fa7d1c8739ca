using Hooktrail.Judging;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Namespaces;
using Hooktrail.Observation;
using Hooktrail.Records;
using Hooktrail.Selection;
using Hooktrail.Specs.Bindings;
using Hooktrail.Trails.Accounts;
using NUnit.Framework;
using Reqnroll;

namespace Hooktrail.Specs.Run;

/// <summary>
/// One scenario's flow: what was sent on which host, or asked of the model, and the comparison of feature, prediction
/// and kernel. Every scenario has its own object.
/// </summary>
public sealed class FlowUnderTest(ScenarioContext scenario, FeatureContext feature)
{
    private readonly Stack<IAsyncDisposable> _changes = new();
    private ILab? _lab;
    private HostProfile _profile = HostProfile.Default;
    private ImmutableArray<HostProfile> _profiles = [];
    private Flow? _flow;
    private Finding? _finding;
    private Seen? _seen;
    private Leg? _leg;
    // The sentences of a scenario ask several times each, and a judgement walks every way of the flow.
    private readonly Dictionary<Leg, LegRecord?> _judged = [];

    /// <summary>The leg that was named last: the «it» of a sentence.</summary>
    public Leg CurrentLeg => _leg ?? throw new HooktrailException(
        "The scenario uses \"it\" before it names a leg; begin with \"the request\" or \"the reply\".");

    /// <summary>The kernel of the host on which the flow was sent, or of the model's host.</summary>
    public KernelVersion Kernel => _profile.Kernel;

    public Backend Ebtables => _profile.Ebtables;

    /// <summary>The silent hook points whose taps are proven; null if only the model was asked.</summary>
    private FiredTaps? _fired;

    private Flow Flow => _flow ?? throw new HooktrailException(
        "The scenario asserts a trail before it sends a packet; add a When step that sends one.");

    /// <summary>Changes the host that the model is asked about.</summary>
    public void Suppose(Func<HostProfile, HostProfile> change)
    {
        _profile = change(_profile);
        _judged.Clear();
    }

    /// <summary>Asks only the model.</summary>
    public void Imagine(Flow flow)
    {
        _flow = flow;
        _judged.Clear();
    }

    /// <summary>Uses a separate host for the scenario, instead of the run's lab.</summary>
    public async Task UsePrivateHostAsync(NamespaceSetup setup) =>
        _lab = await SpecsRun.Current.PrivateHostAsync(setup);

    /// <summary>Skips the scenario if the lab lacks one of these endpoints.</summary>
    public async Task NeedsAsync(params Endpoint[] endpoints)
    {
        var lab = await LabAsync();
        if (endpoints.FirstOrDefault(endpoint => !lab.Endpoints.Contains(endpoint)) is { } missing)
            throw SpecsRun.Cannot($"The lab has no \"{missing}\"; it has {string.Join(", ", lab.Endpoints)}.");
    }

    /// <summary>
    /// The change lasts until the scenario's end. The scenario is skipped if the lab may not make it.
    /// </summary>
    public async Task ChangeAsync(HostChange change)
    {
        try
        {
            _changes.Push(await (await LabAsync()).ChangeAsync(change));
        }
        catch (CannotChangeException cannot)
        {
            throw SpecsRun.Cannot(cannot.Message);
        }
    }

    /// <summary>Undoes every change, the last one first.</summary>
    public async Task TakeBackAsync()
    {
        while (_changes.TryPop(out var change))
            await change.DisposeAsync();
    }

    public async Task SendAsync(Flow flow, Manner manner)
    {
        var lab = await LabAsync();
        if (manner.Turned is var (one, on))
            await ChangeAsync(new HostChange.Turn(one, on));
        _flow = flow;
        var sending = Sending.Once with
        {
            Packets = manner.Packets,
            Observers = Observing(lab),
            Between = manner.Between is { } rule ? () => ChangeAsync(new HostChange.Rule(rule)) : null,
        };
        Seen seen;
        try
        {
            seen = await lab.SendAsync(
                flow, sending.For(manner.Between is not null || IsAnswered(lab.Profile, flow, manner.Packets)));
        }
        catch (CannotSendException cannot)
        {
            throw SpecsRun.Cannot(cannot.Message);
        }

        _profile = seen.Profile;
        _profiles = [seen.Profile, .. Enumerable.Repeat(lab.Profile, manner.Packets - 1)];
        (_seen, _finding) = (seen, seen.Finding);
        _fired = lab.Fired;
        _judged.Clear();
    }

    /// <summary>
    /// The prediction of a leg, or null for none. Where the model leaves several ways open, it is the one that fits
    /// what was observed of all legs.
    /// </summary>
    private LegRecord? Judged(Leg leg)
    {
        if (!_judged.TryGetValue(leg, out var judged))
            _judged[leg] = judged = Judge(leg);
        return judged;
    }

    private LegRecord? Judge(Leg leg)
    {
        var forecast = _profiles.All(one => one == _profile)
            ? Prediction.Forecast(
                _profile, Flow, Math.Max(_profiles.Length, Flow.Protocol == Protocol.Tcp ? 1 : leg.Packet))
            : Prediction.Forecast(_profiles, Flow);
        if (_finding is not Finding.Observed(var legs) || _seen is not { } seen)
            return LegJudgement.Untold(Flow, forecast, LegVerdict.Inconclusive, "It was not observed.")
                .FirstOrDefault(one => one.Leg == leg);
        return RuleJudgement.Of(
            _profile, Flow,
            FlowJudgement.Of(Flow, forecast, ObservedRecords.Of(Flow, legs), proven: Unproven.In(_profile, legs)),
            seen.RulesOf, seen.Shows)
            .FirstOrDefault(one => one.Leg == leg);
    }

    /// <summary>The ways that the model takes for possible; empty where there is only one.</summary>
    public ImmutableArray<Way> WaysOf(Leg leg) => Judged(leg)?.Ways ?? [];

    public Trail Predicted(Leg leg) =>
        Judged(leg)?.Predicted ?? throw new AssertionException($"The model predicts no {leg} of {Flow}.");

    /// <summary>Null if only the model was asked.</summary>
    public ObservedLeg? Observed(Leg leg)
    {
        switch (_finding)
        {
            case null:
                return null;
            case Finding.Inconclusive(var reason):
                Record(leg, null, LegVerdict.Inconclusive, reason);
                throw new AssertionException(
                    $"Inconclusive: the observation proves neither a pass nor a failure. {reason}");
            case Finding.Contradictory(var reason, _, _):
                Record(leg, null, LegVerdict.ObserversDisagree, reason);
                throw new AssertionException($"The observers contradict each other: {reason}");
            default:
                if (Legs.FirstOrDefault(observed => observed.Leg == leg) is { } seen)
                    return seen;
                var missing = $"The taps saw no {leg} of {Flow}; they saw {Seen()}.";
                Record(leg, null, LegVerdict.Disagreed, missing);
                throw new AssertionException(missing);
        }
    }

    public ImmutableArray<Leg> ObservedLegs => [.. Legs.Select(observed => observed.Leg)];

    private ImmutableArray<ObservedLeg> Legs => _finding is Finding.Observed(var legs) ? legs : [];

    /// <summary>Asserts that prediction and observation are equal, and match <paramref name="expected"/>.</summary>
    public void Agree(Leg leg, ExpectedTrail? expected)
    {
        _leg = leg;
        var predicted = Predicted(leg);
        var observed = Observed(leg);
        if (predicted.Outcome.Kind == OutcomeKind.Unknown)
        {
            var why = $"The model cannot predict further: {predicted.Outcome.Reason}.";
            Record(leg, observed, LegVerdict.NotPredicted, why);
            throw new AssertionException($"Not predicted: this proves neither a pass nor a failure. {why}");
        }

        var unproven = observed is null ? null : Unproven.Of(_profile, predicted, observed);
        observed = unproven?.Leg;
        var disagreement = Disagreement.Between(expected, predicted, observed?.Trail);
        if (disagreement is null && unproven?.Reason is { } reason)
        {
            Record(leg, observed, LegVerdict.Inconclusive, reason);
            throw new AssertionException(
                $"Inconclusive: the observation proves neither a pass nor a failure. {reason}");
        }

        if (disagreement is null && RuleParting(leg, predicted) is { } parting)
        {
            Record(leg, observed, LegVerdict.Disagreed, parting.Sentence);
            Assert.Fail($"The hops of the {leg} agree, and its rules do not: {parting.Sentence}");
        }

        // What only the model says agrees with no observation.
        var verdict = observed is null ? (LegVerdict?)null : LegVerdict.Agreed;
        Record(leg, observed, disagreement is null ? verdict : LegVerdict.Disagreed, disagreement?.Sentence);
        if (disagreement is null)
            return;

        Assert.Fail(disagreement.Text(
            observed?.Evidence ?? [],
            Explain("the observation", observed is null ? null : ExpectedTrail.Of(observed.Trail)),
            Explain("the feature", expected)));

        string? Explain(string what, ExpectedTrail? trail) => trail is null
            ? null
            : Explanation.Sentence(Explanation.For(trail, _profile, profile => Imaginable(profile, leg)), what);
    }

    /// <summary>
    /// The rules that were asked at each hop of a leg, as the model has them, and those that matched, as the kernel
    /// told. The latter are null if only the model was asked.
    /// </summary>
    public (ImmutableArray<RuleStep> Asked, ImmutableArray<RuleStep>? Met) RulesOf(Leg leg)
    {
        Agree(leg, null);
        var asked = Prediction.Account(_profile, Flow, leg, Predicted(leg), everyRule: true).Rules;
        if (_finding is null)
            return (asked, null);
        return _seen?.RulesOf(leg) is { } met
            ? (asked, met)
            : throw new HooktrailException(
                $"A step names a rule, but the kernel's trace of the {leg} was not read; tag the scenario with {RunHooks.Trace}, and add no rule during the flow.");
    }

    private RuleDifference? RuleParting(Leg leg, Trail predicted) =>
        _seen?.RulesOf(leg) is { } met
            ? RuleJudgement.Between(_profile, Flow, leg, predicted, met, _seen.Shows)
            : null;

    private Observers? Observing(ILab lab)
    {
        var wanted = LabSelection.WantedObservers();
        if (scenario.ScenarioInfo.CombinedTags.Contains(RunHooks.Trace[1..]))
            wanted = (wanted ?? lab.Usual) | Observers.Trace;

        return wanted is { } some && (some & lab.Observers) != 0 ? some & lab.Observers : null;
    }

    /// <summary>Asserts that a leg is neither predicted nor observed.</summary>
    public void Lacks(Leg leg)
    {
        var predicted = Prediction.Forecast(_profiles.IsEmpty ? [_profile] : _profiles, Flow).Legs
            .Select(one => one.Leg)
            .ToList();
        Assert.That(predicted, Does.Not.Contain(leg), $"The model predicts a {leg} of {Flow}.");
        if (_finding is null)
            return;
        _ = Observed(predicted[0]);
        Assert.That(ObservedLegs, Does.Not.Contain(leg), $"The taps saw a {leg} of {Flow}.");
    }

    /// <summary>Asserts that a leg crosses none of the points, and that each of them could have shown it.</summary>
    public void NeverCrosses(Leg leg, string what, ImmutableArray<HookPoint> points)
    {
        if (points.IsEmpty)
            throw new HooktrailException(
                $"The chains of {what} differ from host to host, so this run cannot prove that the {leg} crosses none; name a chain instead.");
        Agree(leg, null);
        if (Predicted(leg).Hops.FirstOrDefault(hop => points.Contains(hop.Point)) is { } crossed)
            Assert.Fail(
                $"The {leg} must not cross {what}, but it {(_finding is null ? "is predicted" : "is predicted and observed")} to cross {crossed.Point}.");
        if (_fired?.Unproven(points) is { IsEmpty: false } mute)
            Assert.Fail(
                $"This run cannot prove that the {leg} does not cross {what}: the taps at {string.Join(", ", mute)} never fired in this run, so their silence proves nothing.");
    }

    // An answer may come even if the model cannot predict it.
    private static bool IsAnswered(HostProfile profile, Flow flow, int packets)
    {
        try
        {
            return Prediction.Legs(profile, flow, packets).AreAnswered(flow);
        }
        catch (HooktrailException)
        {
            return true;
        }
    }

    private async Task<ILab> LabAsync() => _lab ??= await SpecsRun.Current.LabAsync();

    private Trail? Imaginable(HostProfile profile, Leg leg)
    {
        try
        {
            return Prediction.Of(profile, Flow, leg);
        }
        catch (HooktrailException)
        {
            return null; // the model predicts no such leg on this host
        }
    }

    // Several sentences of a scenario may assert one leg; its record keeps the last result.
    private void Record(Leg leg, ObservedLeg? observed, LegVerdict? verdict, string? reason) =>
        SpecsRun.Current.Record(new LegRecord(Flow, leg, Predicted(leg), observed?.Trail)
        {
            Scenario =
                new ScenarioTitle(feature.FeatureInfo.Title, scenario.ScenarioInfo.Title) { Example = Example() },
            HostProfile = _profile,
            Verdict = verdict,
            Reason = reason,
            Ways = WaysOf(leg),
            Rules = _seen?.RulesOf(leg) ?? [],
            Evidence = observed?.Evidence ?? [],
        });

    private string? Example()
    {
        var row = scenario.ScenarioInfo.Arguments;
        return row is { Count: > 0 }
            ? string.Join(", ", row.Keys.Cast<object>().Select(name => $"{name}={row[name]}"))
            : null;
    }

    private string Seen() => ObservedLegs is { IsEmpty: false } legs ? string.Join(", ", legs) : "nothing";
}
