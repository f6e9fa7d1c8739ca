using Hooktrail.Observation;

namespace Hooktrail.Tests.Observation;

/// <summary>Of chains at one hook with one priority, records from in front of all of them prove little.</summary>
public class UnsureHopsTests
{
    private static readonly HookPoint A = new(Layer.Nftables, "ip mine", "a"), B = new(Layer.Nftables, "ip mine", "b"),
        Other = new(Layer.Iptables, "mangle", "FORWARD");

    private static readonly ImmutableArray<ImmutableArray<HookPoint>> Group = [[A, B]];

    [Test]
    public void What_is_seen_behind_them_has_crossed_them_all() =>
        Assert.That(
            UnsureHops.Of(Trail(Outcome.Vanished(Other, null), B, A, Other), Group),
            Is.EqualTo(new[] { new UnsureHops(1, 2, AreCrossed: true) }));

    [Test]
    public void What_is_delivered_behind_them_has_too() =>
        Assert.That(
            UnsureHops.Of(Trail(Outcome.Delivered(Endpoint.Host), Other, B, A), Group),
            Is.EqualTo(new[] { new UnsureHops(2, 2, AreCrossed: true) }));

    [Test]
    public void What_is_not_seen_behind_them_may_have_crossed_only_the_first() =>
        Assert.That(
            UnsureHops.Of(Trail(Outcome.Vanished(A, null), Other, B, A), Group),
            Is.EqualTo(new[] { new UnsureHops(2, 2, AreCrossed: false) }));

    [Test]
    public void One_alone_is_sure() =>
        Assert.That(UnsureHops.Of(Trail(Outcome.Vanished(Other, null), A, Other), Group), Is.Empty);

    [Test]
    public void A_hook_that_is_crossed_twice_has_them_twice() =>
        Assert.That(
            UnsureHops.Of(Trail(Outcome.Vanished(A, null), B, A, B, A), Group),
            Is.EqualTo(new[] { new UnsureHops(1, 2, AreCrossed: true), new UnsureHops(3, 2, AreCrossed: false) }));

    private static Trail Trail(Outcome outcome, params ImmutableArray<HookPoint> points) =>
        new([.. points.Select(point => new Hop(point, "lab", null, null, null, "client", "server"))], outcome);
}
