using Hooktrail.Judging;
using Hooktrail.Model;

namespace Hooktrail.Tests.Judging;

/// <summary>
/// A feature's table on hosts that have more nft chains than the feature knows. They must not make it fail, and must
/// not hide a hop of the tools that is missing, extra or out of order.
/// </summary>
[TestFixture]
public class HostsWithMoreTests
{
    private static readonly string[] Header =
        ["layer", "table", "chain", .. HopFields.All.ToArray().Select(field => field.Name())];

    private static readonly RuleSet More = RuleText.Read(Layer.Nftables, [.. Tables()], "a user's tables");

    /// <summary>Each leg as the tools' chains see it, and as it is on a host with <see cref="More"/>.</summary>
    private static readonly (string Name, Trail Plain, Trail More)[] Legs =
    [
        .. from flow in Flows()
           from one in Prediction.Legs(HostProfile.Default, flow)
           let more = Prediction.Of(
               HostProfile.Default with { Rules = HostProfile.Default.Rules.With(More) }, flow, one.Leg)
           select ($"{one.Leg} of {flow}", one.Trail, more),
    ];

    [Test]
    public void Every_family_hook_and_priority_is_crossed_by_some_leg()
    {
        var crossed = Legs.SelectMany(leg => leg.More.Hops).Select(hop => hop.Point).ToHashSet();

        Assert.That(
            More.BaseChains.Select(chain => new HookPoint(Layer.Nftables, chain.Id.Table, chain.Id.Name))
                .Except(crossed),
            Is.Empty);
    }

    [Test]
    public void A_table_of_the_tools_holds_with_and_without_more_chains() => ForEach((plain, more) =>
    {
        Assert.That(Parts(Table(plain), plain), Is.False);
        Assert.That(Parts(Table(plain), more), Is.False);
    });

    [Test]
    public void A_table_that_claims_the_whole_trail_does_not() => ForEach((plain, more) =>
    {
        Assert.That(Parts(Table(plain).Exactly(), plain), Is.False);
        Assert.That(Parts(Table(plain).Exactly(), more), Is.True);
        Assert.That(Parts(Table(more).Exactly(), more), Is.False);
    });

    [Test]
    public void A_hop_of_the_tools_that_is_missing_too_many_or_out_of_order_is_noticed() => ForEach((plain, more) =>
    {
        for (var at = 0; at < plain.Hops.Length; at++)
        {
            Assert.That(Parts(Table(plain.Without(at)), more), Is.True, $"without row {at + 1}");
            Assert.That(
                Parts(Table(plain with { Hops = plain.Hops.Insert(at, plain.Hops[at]) }), more),
                Is.True,
                $"row {at + 1} twice");
            Assert.That(
                Parts(Table(plain.With(at, hop => hop with { Out = hop.Out + "!" })), more),
                Is.True,
                $"another device in row {at + 1}");
            if (at > 0)
                Assert.That(Parts(Table(Swapped(plain, at)), more), Is.True, $"rows {at} and {at + 1} exchanged");
        }
    });

    [Test]
    public void A_chain_of_nft_that_the_table_names_is_claimed_each_time_that_it_is_crossed() => ForEach((_, more) =>
    {
        foreach (var named in more.Hops.Where(hop => hop.Point.Layer == Layer.Nftables)
            .Select(hop => hop.Point)
            .Distinct())
        {
            var known = more with
            {
                Hops = [.. more.Hops.Where(hop => hop.Point.Layer != Layer.Nftables || hop.Point == named)]
            };
            var at = known.Hops.ToList().FindIndex(hop => hop.Point == named);
            Assert.That(Parts(Table(known), more), Is.False, $"{named}");
            Assert.That(
                Parts(Table(known with { Hops = known.Hops.Insert(at, known.Hops[at]) }), more),
                Is.True,
                $"{named} once too often");
            Assert.That(Parts(Table(Swapped(known, at == 0 ? 1 : at)), more), Is.True, $"{named} out of order");
            if (known.Hops.Count(hop => hop.Point == named) > 1)
                Assert.That(Parts(Table(known.Without(at)), more), Is.True, $"{named} once too seldom");
        }
    });

    [Test]
    public void A_table_of_one_layer_claims_all_of_that_layer() => ForEach((plain, more) =>
    {
        foreach (var layer in more.Hops.Select(hop => hop.Point.Layer).Distinct())
        {
            Assert.That(Parts(Table(more.Within(layer), layer), more), Is.False);
            Assert.That(Parts(Table(more.Within(layer).Without(0), layer), more), Is.True);
        }
    });

    [Test]
    public void An_empty_table_claims_that_no_chain_of_the_tools_is_crossed() => ForEach((plain, more) =>
        Assert.That(Parts(Table(plain with { Hops = [] }), more), Is.EqualTo(!plain.Hops.IsEmpty)));

    [Test]
    public void A_hop_that_the_table_does_not_claim_is_shown_and_is_between_prediction_and_observation()
    {
        var (_, plain, more) = Legs.First(leg => leg.Plain.Hops.Length > 3);
        var foreign = more.Hops.Index().First(hop => hop.Item.Point.Layer == Layer.Nftables).Index;

        var text = Disagreement.Between(Table(plain), more, more.Without(foreign))!.Text([]);

        Assert.That(text, Does.StartWith(
            $"First divergence at hop {foreign + 1}, {more.Hops[foreign].Point}: the prediction crosses it, the observation does not and goes on to "));
        var rows = text.Split('\n').Where(line => line.Contains("  nftables ", StringComparison.Ordinal)).ToList();
        Assert.That(rows, Has.Count.EqualTo(more.Within(Layer.Nftables).Hops.Length));
    }

    [Test]
    public void Where_a_packet_is_last_seen_does_not_depend_on_them_either() => ForEach((plain, more) =>
    {
        if (plain.Hops.IsEmpty)
            return;
        var last = plain.Hops[^1].Point;
        Assert.That(ExpectedTrail.LastSeen(more, last), Is.EqualTo(last));
        foreach (var other in plain.Hops.Select(hop => hop.Point).Where(point => point != last))
            Assert.That(ExpectedTrail.LastSeen(more, other), Is.EqualTo(last), $"{other}");
    });

    private static void ForEach(Action<Trail, Trail> check)
    {
        foreach (var (name, plain, more) in Legs)
            Assert.That(() => check(plain, more), Throws.Nothing, name);
    }

    private static bool Parts(ExpectedTrail table, Trail trail)
    {
        var parts = Divergence.Between(table, trail) is not null;
        Assert.That(
            Disagreement.Between(table, trail, trail) is not null,
            Is.EqualTo(parts),
            "a scenario fails where its table and the trail part");
        return parts;
    }

    private static ExpectedTrail Table(Trail trail, Layer? only = null) => ExpectedTrail.OfTable(
        Header,
        trail.Hops.Select(hop => (string[])
        [
            hop.Point.Layer.Name(),
            hop.Point.Table,
            hop.Point.Chain,
            .. HopFields.All.ToArray().Select(field => field.Of(hop) ?? ""),
        ]),
        only);

    private static Trail Swapped(Trail trail, int at) =>
        trail with { Hops = trail.Hops.SetItem(at, trail.Hops[at - 1]).SetItem(at - 1, trail.Hops[at]) };

    private static IEnumerable<Flow> Flows() =>
        from ends in (IEnumerable<(Endpoint From, Endpoint To)>)
        [
            (Endpoint.Client, Endpoint.Server), (Endpoint.Client, Endpoint.Wan), (Endpoint.Client, Endpoint.Host),
            (Endpoint.Host, Endpoint.Client), (Endpoint.Host, Endpoint.Host), (Endpoint.Wan, Endpoint.Host),
            (Endpoint.Client, Endpoint.Stranger),
        ]
        from ip in Enum.GetValues<IpVersion>()
        from ttl in (int[])[Flow.DefaultTtl, 1]
        select new Flow(ends.From, ends.To, Protocol.Udp) { Ip = ip, Ttl = ttl };

    private static IEnumerable<string> Tables()
    {
        foreach (var family in (string[])["inet", "ip", "ip6", "bridge"])
        {
            yield return $"table {family} userfw {{";
            foreach (var hook in (string[])["prerouting", "input", "forward", "output", "postrouting"])
                foreach (var (priority, index) in ((int[])[-500, -150, 0, 10, 250]).Select(
                    (priority, index) => (priority, index)))
                    yield return $"chain {hook}_{index} {{ type filter hook {hook} priority {priority}; policy accept; }}";
            if (family != "bridge")
                foreach (var (hook, priority) in ((string, int)[])
                    [("prerouting", -90), ("output", -110), ("input", 90), ("postrouting", 300)])
                    yield return $"chain nat_{hook} {{ type nat hook {hook} priority {priority}; policy accept; }}";
            yield return "}";
        }

        yield return "table netdev userfw {";
        foreach (var (device, index) in ((string[])["lab", "client.port", "wan.nic"]).Select(
            (device, index) => (device, index)))
            foreach (var hook in (string[])["ingress", "egress"])
                yield return $"chain {hook}_{index} {{ type filter hook {hook} device \"{device}\" priority 0; policy accept; }}";
        yield return "}";
    }
}
