using Hooktrail.Specs.Run;
using NUnit.Framework;
using Reqnroll;

namespace Hooktrail.Specs.Bindings;

[Binding]
public sealed class HookPointSteps(FlowUnderTest flow)
{
    [Then("at the chain {string} of {layer} the {leg} crosses {tables}")]
    public void ThenCrossesTables(string chain, Layer layer, Leg leg, string[] tables)
    {
        foreach (var table in tables)
            _ = HookPoints.Parse(layer.Name(), table, chain);
        flow.Agree(leg, null);
        Assert.That(
            flow.Predicted(leg).Hops
                .Where(hop => hop.Point.Layer == layer && hop.Point.Chain == chain)
                .Select(hop => hop.Point.Table),
            Is.EqualTo(tables));
    }

    /// <summary>The backend of ebtables decides the order.</summary>
    [Then("in ebtables {word} the {leg} crosses {word} before {word} with ebtables-nft, and {word} before {word} with ebtables-legacy")]
    public void ThenCrossesByBackend(
        string chain, Leg leg, string first, string second,
        string firstOfLegacy, string secondOfLegacy) => ThenCrossesTables(
        chain, Layer.Ebtables, leg, flow.Ebtables == Backend.Nft ? [first, second] : [firstOfLegacy, secondOfLegacy]);

    /// <summary>The incoming device that a rule there sees; empty for none.</summary>
    [Then("at {hook point} the {leg} comes in by {string}")]
    public void ThenComesInBy(HookPoint point, Leg leg, string device) =>
        Assert.That(At(point, leg).In ?? "", Is.EqualTo(device));

    /// <summary>The outgoing device that a rule there sees; empty for none.</summary>
    [Then("at {hook point} the {leg} goes out by {string}")]
    public void ThenGoesOutBy(HookPoint point, Leg leg, string device) =>
        Assert.That(At(point, leg).Out ?? "", Is.EqualTo(device));

    /// <summary>The source address that a rule there sees.</summary>
    [Then("at {hook point} the {leg} comes from {string}")]
    public void ThenComesFrom(HookPoint point, Leg leg, string address) =>
        Assert.That(At(point, leg).Source, Is.EqualTo(address));

    /// <summary>The destination address that a rule there sees.</summary>
    [Then("at {hook point} the {leg} goes to {string}")]
    public void ThenGoesTo(HookPoint point, Leg leg, string address) =>
        Assert.That(At(point, leg).Destination, Is.EqualTo(address));

    [Then("the {leg} crosses {hook point} {times}")]
    public void ThenCrossesTimes(Leg leg, HookPoint point, int times)
    {
        flow.Agree(leg, null);
        Assert.That(flow.Predicted(leg).Hops.Count(hop => hop.Point == point), Is.EqualTo(times));
    }

    /// <summary>A rule at this hook point would see the leg if it came.</summary>
    [Then("the {leg} never crosses {hook point}")]
    public void ThenNeverCrosses(Leg leg, HookPoint point) => flow.NeverCrosses(leg, point.ToString(), [point]);

    /// <summary>As above, for the leg that was named last.</summary>
    [Then("it never crosses {hook point}")]
    public void ThenItNeverCrosses(HookPoint point) => ThenNeverCrosses(flow.CurrentLeg, point);

    /// <summary>No rule is known to see the leg there; the scenario says why.</summary>
    [Then("no hop of the {leg} is at {hook point}")]
    public void ThenNoHopIsAt(Leg leg, HookPoint point)
    {
        flow.Agree(leg, null);
        Assert.That(flow.Predicted(leg).Hops.Select(hop => hop.Point), Has.No.Member(point));
    }

    /// <summary>The kernel's version decides; the scenario says why.</summary>
    [Then("the {leg} crosses {hook point} from Linux {kernels} on, and not before")]
    public void ThenCrossesSince(Leg leg, HookPoint point, KernelReleases since)
    {
        flow.Agree(leg, null);
        Assert.That(
            flow.Predicted(leg).Hops.Select(hop => hop.Point),
            since.Include(flow.Kernel) ? Has.Member(point) : Has.No.Member(point),
            $"on Linux {flow.Kernel}");
    }

    [Then("the {leg} crosses {hook point} before {hook point}")]
    public void ThenCrossesBefore(Leg leg, HookPoint first, HookPoint second)
    {
        flow.Agree(leg, null);
        var points = flow.Predicted(leg).Hops
            .Select(hop => hop.Point)
            .Where(point => point == first || point == second);
        Assert.That(points.Distinct(), Is.EqualTo(new[] { first, second }));
    }

    private Hop At(HookPoint point, Leg leg)
    {
        flow.Agree(leg, null);
        return flow.Predicted(leg).Hops.FirstOrDefault(hop => hop.Point == point)
            ?? throw new AssertionException($"The {leg} does not cross {point}.");
    }
}
