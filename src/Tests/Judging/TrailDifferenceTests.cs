using Hooktrail.Judging.Comparison.Legs;
using Hooktrail.Model;
using Outcome = Hooktrail.Trails.Outcome;

namespace Hooktrail.Tests.Judging;

[TestFixture]
public class TrailDifferenceTests
{
    private static readonly Trail Trail = Prediction.Of(Recorded.New, Recorded.ToHost, Leg.Request);

    [Test]
    public void Trails_that_are_the_same_have_no_difference() =>
        Assert.That(TrailDifference.Between(Trail, Trail), Is.Null);

    [Test]
    public void A_drop_and_a_packet_that_is_gone_behind_the_same_hop_are_no_difference()
    {
        var at = Trail.Hops[^1].Point;
        Assert.That(
            TrailDifference.Between(
                Trail with { Outcome = Outcome.Dropped(at, "a rule") },
                Trail with { Outcome = Outcome.Vanished(at, null) }),
            Is.Null);
    }

    [Test]
    public void A_hop_that_came_is_named_with_its_place() =>
        Assert.That(
            Changes(Trail with { Hops = Trail.Hops.RemoveAt(2) }, Trail),
            Is.EqualTo($"{Trail.Hops[2].Point} is now crossed, as hop 3"));

    [Test]
    public void A_hop_that_went_is_named_with_the_place_that_it_had() =>
        Assert.That(
            Changes(Trail, Trail with { Hops = Trail.Hops.RemoveAt(2) }),
            Is.EqualTo($"{Trail.Hops[2].Point} is no longer crossed; it was hop 3"));

    [Test]
    public void A_hop_that_is_behind_another_now_has_moved()
    {
        var moved = Trail with { Hops = Trail.Hops.RemoveAt(0).Insert(3, Trail.Hops[0]) };
        Assert.That(Changes(Trail, moved), Is.EqualTo($"{Trail.Hops[0].Point} moved from hop 1 to hop 4"));
    }

    [Test]
    public void Every_field_that_is_otherwise_is_named()
    {
        var other = Trail with { Hops = Trail.Hops.SetItem(1, Trail.Hops[1] with { In = null, Source = "host.wan" }) };
        Assert.That(
            Changes(Trail, other),
            Is.EqualTo(
                $"{Trail.Hops[1].Point}, hop 2: in is empty instead of {Trail.Hops[1].In}, source is host.wan instead of {Trail.Hops[1].Source}"));
    }

    [Test]
    public void Another_outcome_is_a_separate_difference()
    {
        var gone = Trail with { Outcome = Outcome.Vanished(Trail.Hops[^1].Point, null) };
        var difference = TrailDifference.Between(Trail, gone)!;
        Assert.Multiple(() =>
        {
            Assert.That(difference.Hops, Is.Empty);
            Assert.That(
                difference.Outcome!.ToString(),
                Is.EqualTo($"outcome: not seen again after {Trail.Hops[^1].Point} (before: delivered to host)"));
        });
    }

    [Test]
    public void What_legs_have_in_common_does_not_number_the_hops()
    {
        var later = Trail with { Hops = Trail.Hops.SetItem(1, Trail.Hops[1] with { Out = "lo" }) };
        Assert.That(
            TrailDifference.Between(Trail, later)!.Words,
            Is.EqualTo(new[] { $"{Trail.Hops[1].Point}: out is lo instead of empty" }));
    }

    [Test]
    public void Applied_to_the_earlier_trail_the_changes_give_the_later_one([Values] bool nft, [Values] bool calls)
    {
        var one = Prediction.Of(
            Recorded.New with { Iptables = nft ? Backend.Nft : Backend.Legacy }, Recorded.ToHost, Leg.Request);
        var other = Prediction.Of(
            Recorded.New with { Iptables = nft ? Backend.Legacy : Backend.Nft, BridgeNfCallIptables = calls },
            Recorded.ToHost,
            Leg.Request);
        var difference = TrailDifference.Between(one, other)!;
        var gone = difference.Hops.Where(hop => hop.Kind is HopChangeKind.Went or HopChangeKind.Moved)
            .Select(hop => hop.Before!.Value - 1)
            .ToHashSet();
        var come = difference.Hops.Where(hop => hop.Kind is HopChangeKind.Came or HopChangeKind.Moved).ToDictionary(
            hop => hop.After!.Value - 1, hop => hop.Point);
        var left = new Queue<HookPoint>(one.Hops.Where((_, index) => !gone.Contains(index)).Select(hop => hop.Point));
        Assert.That(
            Enumerable.Range(0, other.Hops.Length).Select(index => come.TryGetValue(index, out var point)
                ? point
                : left.Dequeue()),
            Is.EqualTo(other.Hops.Select(hop => hop.Point)));
    }

    private static string Changes(Trail before, Trail after) =>
        string.Join("; ", TrailDifference.Between(before, after)!.Hops);
}
