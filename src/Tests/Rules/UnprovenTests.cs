using Hooktrail.Labs;
using Hooktrail.Observation;

namespace Hooktrail.Tests.Rules;

/// <summary>A leg is not agreed about what no record proves, and what is proven stays.</summary>
public class UnprovenTests
{
    private static readonly Hop Before = Hop("mangle FORWARD", Layer.Iptables),
        Behind = Hop("security FORWARD", Layer.Iptables), A = Hop("ip mine a"), B = Hop("ip more b");

    private static readonly HostProfile Known =
        new() { Registered = new([[A.Point.ToString()], [B.Point.ToString()]]) };

    private static readonly HostProfile Unknown =
        new() { Registered = new([[A.Point.ToString(), B.Point.ToString()]]) };

    [Test]
    public void An_order_that_is_predicted_and_not_observed_is_said([Values] bool asRecorded)
    {
        var predicted = Delivered(asRecorded ? [Before, B, A, Behind] : [Before, A, B, Behind]);
        var held = Unproven.Of(Known, predicted, Seen(Delivered(Before, B, A, Behind), new UnsureHops(2, 2, true)));

        Assert.That(held.Leg.Trail, Is.EqualTo(predicted));
        Assert.That(held.Reason, Does.Contain("nftables ip more b and nftables ip mine a share hook and priority"));
        Assert.That(held.Reason, Does.Contain("crossed all of them, but not which first"));
    }

    [Test]
    public void An_order_that_the_host_does_not_tell_is_not_predicted_and_so_need_not_be_proven()
    {
        var predicted = Delivered(Before, A, B, Behind);
        var held = Unproven.Of(Unknown, predicted, Seen(Delivered(Before, B, A, Behind), new UnsureHops(2, 2, true)));

        Assert.That((held.Leg.Trail, held.Reason), Is.EqualTo((predicted, (string?)null)));
        Assert.That(
            held.Leg.Evidence.Single(one => one.Channel == Evidence.Unproven).Line,
            Does.Contain("crossed all of them, but not which first"));
    }

    [Test]
    public void The_kernels_list_proves_the_order() =>
        Assert.That(
            Unproven.Of(
                Known with { Registered = Known.Registered with { IsListed = true } },
                Delivered(Before, B, A, Behind),
                Seen(Delivered(Before, B, A, Behind), new UnsureHops(2, 2, true))).Reason,
            Is.Null);

    [Test]
    public void Which_of_them_dropped_the_packet_is_not_proven()
    {
        var predicted = new Trail([Before, B], Outcome.Dropped(B.Point, "drop"));
        var held = Unproven.Of(
            Known, predicted, Seen(new([Before, B, A], Outcome.Vanished(A.Point, null)), new UnsureHops(2, 2, false)));

        Assert.That(held.Leg.Trail, Is.EqualTo(new Trail([Before, B], Outcome.Vanished(B.Point, null))));
        Assert.That(held.Reason, Does.Contain("but not which of them it crossed"));
    }

    [Test]
    public void A_prediction_that_goes_on_is_contradicted_where_the_packet_was_gone()
    {
        var seen = new Trail([Before, B, A], Outcome.Vanished(A.Point, null));
        var held = Unproven.Of(Known, Delivered(Before, B, A, Behind), Seen(seen, new UnsureHops(2, 2, false)));

        Assert.That((held.Leg.Trail, held.Reason), Is.EqualTo((seen, (string?)null)));
    }

    [Test]
    public void A_hop_that_was_not_predicted_stays()
    {
        var seen = Delivered(Before, B, A, Behind);
        var held = Unproven.Of(Known, Delivered(Before, B, Behind), Seen(seen, new UnsureHops(2, 2, true)));

        Assert.That((held.Leg.Trail, held.Reason), Is.EqualTo((seen, (string?)null)));
    }

    private static Hop Hop(string name, Layer layer = Layer.Nftables) =>
        new(
            new(layer, name[..name.LastIndexOf(' ')], name[(name.LastIndexOf(' ') + 1)..]),
            "lab", null, null, null, "client", "wan");

    private static Trail Delivered(params ImmutableArray<Hop> hops) => new(hops, Outcome.Delivered(Endpoint.Wan));

    private static ObservedLeg Seen(Trail trail, UnsureHops unsure) =>
        new(Leg.Request, trail, []) { Unsure = [unsure] };
}
