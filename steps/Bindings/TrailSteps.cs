using Hooktrail.Judging;
using Hooktrail.Specs.Run;
using Hooktrail.Trails.Accounts;
using NUnit.Framework;
using Reqnroll;

namespace Hooktrail.Specs.Bindings;

/// <summary>
/// The hook points that a packet crosses. Each step compares the feature's words, the model's prediction and, if the
/// flow was sent, what the kernel did.
/// </summary>
[Binding]
public sealed class TrailSteps(FlowUnderTest flow)
{
    /// <summary>Every hop at the tools' own chains, and at the nft chains that the table names, in order.</summary>
    [Then("the {leg} crosses")]
    public void ThenCrosses(Leg leg, DataTable table) => flow.Agree(leg, Expected(table));

    /// <summary>Every hop at every chain.</summary>
    [Then("the {leg} crosses exactly")]
    public void ThenCrossesExactly(Leg leg, DataTable table) => flow.Agree(leg, Expected(table).Exactly());

    /// <summary>Every hop of one layer; the other layers must still be as predicted.</summary>
    [Then("in {layer} the {leg} crosses")]
    public void ThenCrossesWithin(Layer layer, Leg leg, DataTable table) => flow.Agree(leg, Expected(table, layer));

    /// <summary>«It» is the leg that was named last, here and below.</summary>
    [Then("it is delivered to {endpoint}")]
    public void ThenItIsDelivered(Endpoint to) => Delivered(flow.CurrentLeg, to);

    [Then("the {leg} is delivered to {endpoint}")]
    public void ThenIsDelivered(Leg leg, Endpoint to) => Delivered(leg, to);

    /// <summary>No hook after this point sees the packet, and no rule dropped it.</summary>
    [Then("the {leg} is not seen again after {hook point}")]
    public void ThenIsNotSeenAgain(Leg leg, HookPoint point)
    {
        flow.Agree(leg, null);
        var predicted = flow.Predicted(leg);
        Assert.That(
            (predicted.Outcome.Kind, ExpectedTrail.LastSeen(predicted, point)),
            Is.EqualTo((OutcomeKind.Vanished, point)),
            predicted.Outcome.ToString());
    }

    [Then("it is {stopped} at {hook point}")]
    public void ThenItIsStopped(OutcomeKind how, HookPoint point) => Stopped(flow.CurrentLeg, how, point);

    [Then("the {leg} is {stopped} at {hook point}")]
    public void ThenIsStopped(Leg leg, OutcomeKind how, HookPoint point) => Stopped(leg, how, point);

    /// <summary>
    /// The last rule that matched, as the kernel told; in the words of its tool, or with the names of the lab.
    /// </summary>
    [Then("it is {stopped} by the rule {string}")]
    public void ThenItIsStoppedByRule(OutcomeKind how, string rule) => StoppedBy(flow.CurrentLeg, how, rule);

    [Then("the {leg} is {stopped} by the rule {string}")]
    public void ThenIsStoppedByRule(Leg leg, OutcomeKind how, string rule) => StoppedBy(leg, how, rule);

    /// <summary>The rule stands where the packet came by, and the kernel told of no match.</summary>
    [Then("the rule {string} is asked and does not match")]
    public void ThenRuleDoesNotMatch(string rule)
    {
        var (asked, met) = flow.RulesOf(flow.CurrentLeg);
        var own = Named(rule, asked);
        Assert.That(own.Select(one => one.Verdict), Has.All.EqualTo(RuleVerdict.NoMatch), $"The model: {own[0]}");
        Assert.That(
            met?.FirstOrDefault(one => own.Any(other => IsSame(one, other))), Is.Null,
            "The kernel told that the rule matched.");
    }

    [Then("the rule {string} matches")]
    public void ThenRuleMatches(string rule)
    {
        var (asked, met) = flow.RulesOf(flow.CurrentLeg);
        var own = Named(rule, asked);
        Assert.That(own.Select(one => one.Verdict), Has.None.EqualTo(RuleVerdict.NoMatch), $"The model: {own[0]}");
        if (met is { } seen)
            Assert.That(seen.Any(one => own.Any(other => IsSame(one, other))), "The kernel told of no match.");
    }

    /// <summary>The kernel's version decides; the scenario says why.</summary>
    [Then("the {leg} is dropped at {hook point} from Linux {kernels} on, and delivered to {endpoint} before")]
    public void ThenIsDroppedSince(Leg leg, HookPoint point, KernelReleases since, Endpoint to)
    {
        if (since.Include(flow.Kernel))
            Stopped(leg, OutcomeKind.Dropped, point);
        else
            Delivered(leg, to);
    }

    [Then("it is not seen again after {hook point}")]
    public void ThenItIsNotSeenAgain(HookPoint point) => ThenIsNotSeenAgain(flow.CurrentLeg, point);

    /// <summary>Neither an answer nor an error comes.</summary>
    [Then("there is no {leg}")]
    public void ThenThereIsNo(Leg leg) => flow.Lacks(leg);

    /// <summary>The model takes a match both ways; the packet took one of them.</summary>
    [Then("the {leg} is delivered to {endpoint}, or {stopped} at {hook point}, depending on {string}")]
    public void ThenIsEither(Leg leg, Endpoint to, OutcomeKind how, HookPoint point, string match)
    {
        var ways = flow.WaysOf(leg);
        Assert.That(
            ways.Select(way => (way.Trail?.Outcome.Kind, way.Trail?.Outcome.To, way.Trail?.Outcome.At)),
            Is.EquivalentTo(new (OutcomeKind?, Endpoint?, HookPoint?)[]
            {
                (OutcomeKind.Delivered, to, null), (how, null, point),
            }));
        Assert.That(ways.SelectMany(way => way.Supposing).Select(one => one.Question), Has.All.StartsWith(match));
        flow.Agree(leg, null);
    }

    /// <summary>The model knows that it cannot predict this.</summary>
    [Then("the model cannot say what becomes of the {leg}, because of {string}")]
    public void ThenUnknown(Leg leg, string what)
    {
        var outcome = flow.Predicted(leg).Outcome;
        Assert.That((outcome.Kind, outcome.Reason ?? ""), Is.EqualTo((OutcomeKind.Unknown, outcome.Reason ?? "")));
        Assert.That(outcome.Reason, Does.Contain(what));
    }

    [Then("it never crosses the table {string} of {layer}")]
    public void ThenItNeverCrossesTable(string table, Layer layer) => NeverCrossesTable(flow.CurrentLeg, table, layer);

    [Then("the {leg} never crosses the table {string} of {layer}")]
    public void ThenNeverCrossesTable(Leg leg, string table, Layer layer) => NeverCrossesTable(leg, table, layer);

    [Then("it never crosses {layer}")]
    public void ThenItNeverCrosses(Layer layer) =>
        flow.NeverCrosses(flow.CurrentLeg, layer.Name(), HookPoints.Of(layer));

    [Then("the {leg} never crosses {layer}")]
    public void ThenNeverCrosses(Leg leg, Layer layer) => flow.NeverCrosses(leg, layer.Name(), HookPoints.Of(layer));

    private static ExpectedTrail Expected(DataTable table, Layer? only = null) =>
        ExpectedTrail.OfTable(
            [.. table.Header], table.Rows.Select(row => (IReadOnlyList<string>)[.. row.Values]), only);

    private void Delivered(Leg leg, Endpoint to)
    {
        flow.Agree(leg, null);
        Assert.That(flow.Predicted(leg).Outcome, Is.EqualTo(Outcome.Delivered(to)));
    }

    // The kernel does not report what took a packet; the model does. Both report where it was seen last.
    private void Stopped(Leg leg, OutcomeKind how, HookPoint point)
    {
        flow.Agree(leg, null);
        var outcome = flow.Predicted(leg).Outcome;
        Assert.That((outcome.Kind, outcome.At), Is.EqualTo((how, point)));
    }

    private void StoppedBy(Leg leg, OutcomeKind how, string rule)
    {
        var (asked, met) = flow.RulesOf(leg);
        var own = Named(rule, asked);
        var outcome = flow.Predicted(leg).Outcome;
        Assert.That(outcome.Kind, Is.EqualTo(how), outcome.ToString());
        var last = asked.Last(one => one.Verdict != RuleVerdict.NoMatch);
        Assert.That(own.Any(one => IsSame(one, last)), $"The model: {outcome}; by {last}");
        if (met is not { } seen)
            return;
        Assert.That(seen, Is.Not.Empty, "The kernel told of no rule that matched.");
        Assert.That(own.Any(one => IsSame(one, seen[^1])), $"The kernel: {seen[^1]}");
    }

    private static ImmutableArray<RuleStep> Named(string rule, ImmutableArray<RuleStep> asked)
    {
        ImmutableArray<RuleStep> own = [.. asked.Where(one => one.Text == rule)];
        return own.IsEmpty
            ? throw new AssertionException(
                $"No rule that the packet is asked by has the text \"{rule}\"; those that it is asked by are:\n{string.Join('\n', asked.Select(one => $"  {one}"))}")
            : own;
    }

    private static bool IsSame(RuleStep one, RuleStep other) =>
        (one.Hop, one.Layer, one.Table, one.Chain, one.Number)
            == (other.Hop, other.Layer, other.Table, other.Chain, other.Number);

    private void NeverCrossesTable(Leg leg, string table, Layer layer) =>
        flow.NeverCrosses(leg, $"the table {table} of {layer.Name()}", HookPoints.Of(layer, table));
}
