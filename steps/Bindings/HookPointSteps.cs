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
    [Then("^at the chain \"([^\"]*)\" of (ebtables|iptables) the (request|reply) crosses ([a-z, ]+)$")]
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

    /// <summary>The incoming device that a rule there sees; nothing for none.</summary>
    [Then("^at \"([^\"]*)\" the (request|reply) comes in by \"([^\"]*)\"$")]
    public void ThenComesInBy(string point, Leg leg, string device)
    {
        var at = Parse(point);
        journey.Agree(leg, null);
        var hop = journey.Predicted(leg).Hops.FirstOrDefault(hop => hop.Point == at);
        Assert.That(hop, Is.Not.Null, $"the {leg} does not cross {at}");
        Assert.That(hop!.In, Is.EqualTo(device.Length == 0 ? null : device));
    }

    /// <summary>A hook point as a sentence names it: <c>iptables mangle FORWARD</c>.</summary>
    internal static HookPoint Parse(string point) =>
        point.Split(' ') is [var layer, var table, var chain]
            ? HookPoints.Parse(layer, table, chain)
            : throw new HooktrailException($"\"{point}\" is no hook point; write layer, table and chain, such as \"iptables nat POSTROUTING\".");
}
