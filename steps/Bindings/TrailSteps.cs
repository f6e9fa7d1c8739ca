using Hooktrail.Report;
using Hooktrail.Specs.Run;
using Hooktrail.Trails;
using NUnit.Framework;
using Reqnroll;

namespace Hooktrail.Specs.Bindings;

/// <summary>
/// What a packet crosses. Each of these asserts the feature's words, the model's prediction and, where the flow was sent, the
/// kernel's doing at once.
/// </summary>
[Binding]
public sealed class TrailSteps(Journey journey)
{
    /// <summary>A leg, as features speak of it.</summary>
    internal const string Leg = "((?:(?:second|third|fourth|fifth) )?(?:request|reply|error)|SYN|SYN-ACK|ACK|data|FIN|FIN of the reply)";

    /// <summary>A layer, as features speak of it.</summary>
    internal const string LayerName = "(ebtables|iptables|ip6tables|arptables|nftables)";

    /// <summary>Every hop of the tools' own chains, and of nft's those at the chains that the table names, in order.</summary>
    [Then($"^the {Leg} crosses$")]
    public void ThenCrosses(Leg leg, DataTable table) => journey.Agree(leg, Expected(table));

    /// <summary>Every hop there is, whichever chain it is at.</summary>
    [Then($"^the {Leg} crosses exactly$")]
    public void ThenCrossesExactly(Leg leg, DataTable table) => journey.Agree(leg, Expected(table).Exactly());

    /// <summary>Every hop of one layer; the whole trail has to be as predicted all the same.</summary>
    [Then($"^in {LayerName} the {Leg} crosses$")]
    public void ThenCrossesWithin(Layer layer, Leg leg, DataTable table) => journey.Agree(leg, Expected(table, layer));

    /// <summary>The end of the journey of the leg that was named last.</summary>
    [Then("it is delivered to {string}")]
    public void ThenItIsDelivered(Endpoint to) => Delivered(journey.CurrentLeg, to);

    /// <summary>The end of a leg's journey.</summary>
    [Then($"^the {Leg} is delivered to \"([^\"]*)\"$")]
    public void ThenIsDelivered(Leg leg, Endpoint to) => Delivered(leg, to);

    /// <summary>The packet is gone after this hook point, and no rule took it.</summary>
    [Then($"^the {Leg} is not seen again after \"([^\"]*)\"$")]
    public void ThenIsNotSeenAgain(Leg leg, string point)
    {
        journey.Agree(leg, null);
        var (at, predicted) = (HookPointSteps.Parse(point), journey.Predicted(leg));
        Assert.That((predicted.Outcome.Kind, ExpectedTrail.LastSeen(predicted, at)), Is.EqualTo((OutcomeKind.Vanished, at)), predicted.Outcome.ToString());
    }

    /// <summary>A rule there ends the journey of the leg that was named last.</summary>
    [Then("^it is (dropped|rejected) at \"([^\"]*)\"$")]
    public void ThenItIsStopped(string how, string point) => Stopped(journey.CurrentLeg, how, point);

    /// <summary>A rule there ends the journey.</summary>
    [Then($"^the {Leg} is (dropped|rejected) at \"([^\"]*)\"$")]
    public void ThenIsStopped(Leg leg, string how, string point) => Stopped(leg, how, point);

    /// <summary>A rule there ends the journey or not, as the kernel's version decides; the scenario says why.</summary>
    [Then($"^the {Leg} is dropped at \"([^\"]*)\" from Linux ([\\d., and]+) on, and delivered to \"([^\"]*)\" before$")]
    public void ThenIsDroppedSince(Leg leg, string point, KernelReleases since, Endpoint to)
    {
        if (since.Include(journey.Kernel))
            Stopped(leg, "dropped", point);
        else
            Delivered(leg, to);
    }

    /// <summary>The leg that was named last is gone after this hook point.</summary>
    [Then("^it is not seen again after \"([^\"]*)\"$")]
    public void ThenItIsNotSeenAgain(string point) => ThenIsNotSeenAgain(journey.CurrentLeg, point);

    /// <summary>Nobody answers, or nobody complains.</summary>
    [Then("^there is no (reply|error|SYN-ACK)$")]
    public void ThenThereIsNo(Leg leg) => journey.Lacks(leg);

    /// <summary>The model does not claim to know.</summary>
    [Then($"^the model cannot say what becomes of the {Leg}, because of \"([^\"]*)\"$")]
    public void ThenUnknown(Leg leg, string what)
    {
        var outcome = journey.Predicted(leg).Outcome;
        Assert.That((outcome.Kind, outcome.Reason ?? ""), Is.EqualTo((OutcomeKind.Unknown, outcome.Reason ?? "")));
        Assert.That(outcome.Reason, Does.Contain(what));
    }

    /// <summary>No chain of the table is crossed by the leg that was named last.</summary>
    [Then("it never crosses the table {string} of {word}")]
    public void ThenItNeverCrossesTable(string table, Layer layer) => NeverCrossesTable(journey.CurrentLeg, table, layer);

    /// <summary>No chain of the table is crossed.</summary>
    [Then($"^the {Leg} never crosses the table \"([^\"]*)\" of {LayerName}$")]
    public void ThenNeverCrossesTable(Leg leg, string table, Layer layer) => NeverCrossesTable(leg, table, layer);

    /// <summary>Nothing of the layer is crossed by the leg that was named last.</summary>
    [Then($"^it never crosses {LayerName}$")]
    public void ThenItNeverCrosses(Layer layer) =>
        journey.NeverCrosses(journey.CurrentLeg, layer.Name(), HookPoints.Of(layer));

    /// <summary>Nothing of the layer is crossed.</summary>
    [Then($"^the {Leg} never crosses {LayerName}$")]
    public void ThenNeverCrosses(Leg leg, Layer layer) => journey.NeverCrosses(leg, layer.Name(), HookPoints.Of(layer));

    private static ExpectedTrail Expected(DataTable table, Layer? only = null) =>
        ExpectedTrail.OfTable([.. table.Header], table.Rows.Select(row => (IReadOnlyList<string>)[.. row.Values]), only);

    private void Delivered(Leg leg, Endpoint to)
    {
        journey.Agree(leg, null);
        Assert.That(journey.Predicted(leg).Outcome, Is.EqualTo(Outcome.Delivered(to)));
    }

    // The kernel does not say who took a packet; the model does, and both say where it was seen last.
    private void Stopped(Leg leg, string how, string point)
    {
        journey.Agree(leg, null);
        var outcome = journey.Predicted(leg).Outcome;
        Assert.That((outcome.Kind, outcome.At), Is.EqualTo((how == "dropped" ? OutcomeKind.Dropped : OutcomeKind.Rejected, HookPointSteps.Parse(point))));
    }

    private void NeverCrossesTable(Leg leg, string table, Layer layer) =>
        journey.NeverCrosses(leg, $"the table {table} of {layer.Name()}", HookPoints.Of(layer, table));
}
