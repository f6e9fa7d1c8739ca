using FsCheck;
using FsCheck.Fluent;
using Hooktrail.Judging;
using Outcome = Hooktrail.Trails.Outcome;

namespace Hooktrail.Tests.Judging;

[TestFixture]
public class DivergenceTests
{
    [Test]
    public void A_trail_does_not_part_from_itself() =>
        Prop.ForAll(Samples.Trails, trail => Divergence.Between(trail, trail) is null).QuickCheckThrowOnFailure();

    [Test]
    public void Trails_part_at_the_first_changed_hop() =>
        Prop.ForAll(
            (from trail in Samples.Trails.Generator
             where !trail.Hops.IsEmpty
             from index in Gen.Choose(0, trail.Hops.Length - 1)
             select (trail, index)).ToArbitrary(),
            one =>
            {
                var changed = one.trail.With(one.index, hop => hop with { PhysOut = hop.PhysOut + "!" });
                return Divergence.Between(one.trail, changed) is { } parting
                    && parting.Index == one.index && parting.Fields.Single() == HopField.PhysOut;
            }).QuickCheckThrowOnFailure();

    [Test]
    public void A_hop_that_is_missing_is_a_divergence_at_its_place()
    {
        var parting = Divergence.Between(Samples.Bridged, Samples.Bridged.Without(2))!;
        Assert.Multiple(() =>
        {
            Assert.That(parting.Index, Is.EqualTo(2));
            Assert.That(parting.Expected!.Point, Is.EqualTo(Samples.Bridged.Hops[2].Point));
            Assert.That(parting.Actual, Is.EqualTo(Samples.Bridged.Hops[3]));
            Assert.That(parting.Fields, Is.Empty);
        });
    }

    [Test]
    public void A_trail_that_goes_on_where_the_other_has_ended_parts_there()
    {
        var parting = Divergence.Between(Samples.Bridged.Without(4), Samples.Bridged)!;
        Assert.Multiple(() =>
        {
            Assert.That(parting.Index, Is.EqualTo(4));
            Assert.That(parting.Expected, Is.Null);
            Assert.That(parting.Actual, Is.EqualTo(Samples.Bridged.Hops[4]));
        });
    }

    [Test]
    public void Outcomes_part_only_where_an_observer_could_tell()
    {
        var at = Samples.Bridged.Hops[^1].Point;
        var dropped = Samples.Bridged with { Outcome = Outcome.Dropped(at, "a rule") };
        var vanished = Samples.Bridged with { Outcome = Outcome.Vanished(at, null) };
        Assert.Multiple(() =>
        {
            Assert.That(Divergence.Between(dropped, vanished), Is.Null);
            Assert.That(Divergence.Between(Samples.Bridged, vanished)!.OfOutcome, Is.True);
        });
    }
}
