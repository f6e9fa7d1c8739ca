using Hooktrail.Specs.Run;
using Hooktrail.Trails;
using NUnit.Framework;
using Reqnroll;

namespace Hooktrail.Specs.Bindings;

/// <summary>What happens at one hook point or one chain.</summary>
[Binding]
public sealed class HookPointSteps(Journey journey)
{
    /// <summary>The order of the tables that have a chain of the name.</summary>
    [Then("at the chain {string} of {layer} the {leg} crosses {tables}")]
    public void ThenCrossesTables(string chain, Layer layer, Leg leg, string[] tables)
    {
        foreach (var table in tables)
            _ = HookPoints.Parse(layer.Name(), table, chain);
        journey.Agree(leg, null);
        Assert.That(
            journey.Predicted(leg).Hops.Where(hop => hop.Point.Layer == layer && hop.Point.Chain == chain).Select(hop => hop.Point.Table),
            Is.EqualTo(tables));
    }

    /// <summary>The order of two tables of ebtables, which its backend decides.</summary>
    [Then("in ebtables {word} the {leg} crosses {word} before {word} with ebtables-nft, and {word} before {word} with ebtables-legacy")]
    public void ThenCrossesByBackend(string chain, Leg leg, string first, string second, string firstOfLegacy, string secondOfLegacy) => ThenCrossesTables(
        chain, Layer.Ebtables, leg, journey.Ebtables == Backend.Nft ? [first, second] : [firstOfLegacy, secondOfLegacy]);

    /// <summary>The incoming device that a rule there sees; nothing for none.</summary>
    [Then("at {hook point} the {leg} comes in by {string}")]
    public void ThenComesInBy(HookPoint point, Leg leg, string device) => Assert.That(At(point, leg).In ?? "", Is.EqualTo(device));

    /// <summary>The device that a rule there sees it go out by; nothing for none.</summary>
    [Then("at {hook point} the {leg} goes out by {string}")]
    public void ThenGoesOutBy(HookPoint point, Leg leg, string device) => Assert.That(At(point, leg).Out ?? "", Is.EqualTo(device));

    /// <summary>The address that a rule there sees it come from.</summary>
    [Then("at {hook point} the {leg} comes from {string}")]
    public void ThenComesFrom(HookPoint point, Leg leg, string address) => Assert.That(At(point, leg).Source, Is.EqualTo(address));

    /// <summary>The address that a rule there sees it go to.</summary>
    [Then("at {hook point} the {leg} goes to {string}")]
    public void ThenGoesTo(HookPoint point, Leg leg, string address) => Assert.That(At(point, leg).Destination, Is.EqualTo(address));

    /// <summary>How often it is seen there.</summary>
    [Then("the {leg} crosses {hook point} {times}")]
    public void ThenCrossesTimes(Leg leg, HookPoint point, int times)
    {
        journey.Agree(leg, null);
        Assert.That(journey.Predicted(leg).Hops.Count(hop => hop.Point == point), Is.EqualTo(times));
    }

    /// <summary>Not there, though a rule there would see it if it came by.</summary>
    [Then("the {leg} never crosses {hook point}")]
    public void ThenNeverCrosses(Leg leg, HookPoint point) => journey.NeverCrosses(leg, point.ToString(), [point]);

    /// <summary>Not there, likewise, of the leg that was named last.</summary>
    [Then("it never crosses {hook point}")]
    public void ThenItNeverCrosses(HookPoint point) => ThenNeverCrosses(journey.CurrentLeg, point);

    /// <summary>Not there, though nothing has shown that a rule there could see it; the scenario says why it cannot.</summary>
    [Then("no hop of the {leg} is at {hook point}")]
    public void ThenNoHopIsAt(Leg leg, HookPoint point)
    {
        journey.Agree(leg, null);
        Assert.That(journey.Predicted(leg).Hops.Select(hop => hop.Point), Has.No.Member(point));
    }

    /// <summary>There or not there, as the kernel's version decides; the scenario says why.</summary>
    [Then("the {leg} crosses {hook point} from Linux {kernels} on, and not before")]
    public void ThenCrossesSince(Leg leg, HookPoint point, KernelReleases since)
    {
        journey.Agree(leg, null);
        Assert.That(
            journey.Predicted(leg).Hops.Select(hop => hop.Point),
            since.Include(journey.Kernel) ? Has.Member(point) : Has.No.Member(point),
            $"on Linux {journey.Kernel}");
    }

    /// <summary>One hook point comes before another.</summary>
    [Then("the {leg} crosses {hook point} before {hook point}")]
    public void ThenCrossesBefore(Leg leg, HookPoint first, HookPoint second)
    {
        journey.Agree(leg, null);
        var points = journey.Predicted(leg).Hops.Select(hop => hop.Point).Where(point => point == first || point == second);
        Assert.That(points.Distinct(), Is.EqualTo(new[] { first, second }));
    }

    private Hop At(HookPoint point, Leg leg)
    {
        journey.Agree(leg, null);
        return journey.Predicted(leg).Hops.FirstOrDefault(hop => hop.Point == point)
            ?? throw new AssertionException($"The {leg} does not cross {point}.");
    }
}
