using System.Globalization;
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
    [Then($"^at the chain \"([^\"]*)\" of {TrailSteps.LayerName} the {TrailSteps.Leg} crosses ([a-z, ]+)$")]
    public void ThenCrossesTables(string chain, Layer layer, Leg leg, string tables)
    {
        var order = tables.Split(", then ");
        foreach (var table in order)
            _ = HookPoints.Parse(layer.Name(), table, chain);
        journey.Agree(leg, null);
        Assert.That(
            journey.Predicted(leg).Hops.Where(hop => hop.Point.Layer == layer && hop.Point.Chain == chain).Select(hop => hop.Point.Table),
            Is.EqualTo(order));
    }

    /// <summary>The order of two tables of ebtables, which its backend decides.</summary>
    [Then($"^in ebtables ([A-Z]+) the {TrailSteps.Leg} crosses ([a-z]+) before ([a-z]+) with ebtables-nft, and ([a-z]+) before ([a-z]+) with ebtables-legacy$")]
    public void ThenCrossesByBackend(string chain, Leg leg, string first, string second, string firstOfLegacy, string secondOfLegacy) => ThenCrossesTables(
        chain, Layer.Ebtables, leg, journey.Ebtables == Backend.Nft ? $"{first}, then {second}" : $"{firstOfLegacy}, then {secondOfLegacy}");

    /// <summary>The incoming device that a rule there sees; nothing for none.</summary>
    [Then($"^at \"([^\"]*)\" the {TrailSteps.Leg} comes in by \"([^\"]*)\"$")]
    public void ThenComesInBy(string point, Leg leg, string device) => Assert.That(At(point, leg).In ?? "", Is.EqualTo(device));

    /// <summary>The device that a rule there sees it go out by; nothing for none.</summary>
    [Then($"^at \"([^\"]*)\" the {TrailSteps.Leg} goes out by \"([^\"]*)\"$")]
    public void ThenGoesOutBy(string point, Leg leg, string device) => Assert.That(At(point, leg).Out ?? "", Is.EqualTo(device));

    /// <summary>The address that a rule there sees it come from.</summary>
    [Then($"^at \"([^\"]*)\" the {TrailSteps.Leg} comes from \"([^\"]*)\"$")]
    public void ThenComesFrom(string point, Leg leg, string address) => Assert.That(At(point, leg).Source, Is.EqualTo(address));

    /// <summary>The address that a rule there sees it go to.</summary>
    [Then($"^at \"([^\"]*)\" the {TrailSteps.Leg} goes to \"([^\"]*)\"$")]
    public void ThenGoesTo(string point, Leg leg, string address) => Assert.That(At(point, leg).Destination, Is.EqualTo(address));

    /// <summary>How often it is seen there.</summary>
    [Then($"^the {TrailSteps.Leg} crosses \"([^\"]*)\" (once|twice|\\d+ times)$")]
    public void ThenCrossesTimes(Leg leg, string point, string times)
    {
        var at = Parse(point);
        journey.Agree(leg, null);
        Assert.That(
            journey.Predicted(leg).Hops.Count(hop => hop.Point == at),
            Is.EqualTo(times switch { "once" => 1, "twice" => 2, _ => int.Parse(times.Split(' ')[0], CultureInfo.InvariantCulture) }));
    }

    /// <summary>Not there, though a rule there would see it if it came by.</summary>
    [Then($"^the {TrailSteps.Leg} never crosses \"([^\"]*)\"$")]
    public void ThenNeverCrosses(Leg leg, string point) => journey.NeverCrosses(leg, Parse(point).ToString(), [Parse(point)]);

    /// <summary>Not there, likewise, of the leg that was named last.</summary>
    [Then("^it never crosses \"([^\"]*)\"$")]
    public void ThenItNeverCrosses(string point) => ThenNeverCrosses(journey.CurrentLeg, point);

    /// <summary>Not there, though nothing has shown that a rule there could see it; the scenario says why it cannot.</summary>
    [Then($"^no hop of the {TrailSteps.Leg} is at \"([^\"]*)\"$")]
    public void ThenNoHopIsAt(Leg leg, string point)
    {
        journey.Agree(leg, null);
        Assert.That(journey.Predicted(leg).Hops.Select(hop => hop.Point), Has.No.Member(Parse(point)));
    }

    /// <summary>There or not there, as the kernel's version decides; the scenario says why.</summary>
    [Then($"^the {TrailSteps.Leg} crosses \"([^\"]*)\" from Linux ([\\d., and]+) on, and not before$")]
    public void ThenCrossesSince(Leg leg, string point, KernelReleases since)
    {
        journey.Agree(leg, null);
        Assert.That(
            journey.Predicted(leg).Hops.Select(hop => hop.Point),
            since.Include(journey.Kernel) ? Has.Member(Parse(point)) : Has.No.Member(Parse(point)),
            $"on Linux {journey.Kernel}");
    }

    /// <summary>One hook point comes before another.</summary>
    [Then($"^the {TrailSteps.Leg} crosses \"([^\"]*)\" before \"([^\"]*)\"$")]
    public void ThenCrossesBefore(Leg leg, string first, string second)
    {
        var (one, other) = (Parse(first), Parse(second));
        journey.Agree(leg, null);
        var points = journey.Predicted(leg).Hops.Select(hop => hop.Point).Where(point => point == one || point == other);
        Assert.That(points.Distinct(), Is.EqualTo(new[] { one, other }));
    }

    /// <summary>A hook point as a sentence names it: <c>iptables mangle FORWARD</c>.</summary>
    internal static HookPoint Parse(string point) =>
        point.Split(' ') switch
        {
            ["nftables", var family, var table, var chain] => HookPoints.Parse("nftables", $"{family} {table}", chain),
            [var layer, var table, var chain] => HookPoints.Parse(layer, table, chain),
            _ => throw new HooktrailException(
                $"\"{point}\" is no hook point; write layer, table and chain, such as \"iptables nat POSTROUTING\" or \"nftables ip mine postrouting\"."),
        };

    private Hop At(string point, Leg leg)
    {
        var at = Parse(point);
        journey.Agree(leg, null);
        return journey.Predicted(leg).Hops.FirstOrDefault(hop => hop.Point == at)
            ?? throw new AssertionException($"The {leg} does not cross {at}.");
    }
}
