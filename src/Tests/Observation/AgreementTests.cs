using Hooktrail.Observation;

namespace Hooktrail.Tests.Observation;

public class AgreementTests
{
    private static readonly Hop Forward = At(Layer.Iptables, "filter", "FORWARD");
    private static readonly Hop Post = At(Layer.Iptables, "mangle", "POSTROUTING");
    private static readonly Hop Mine = At(Layer.Nftables, "mine", "c");
    private static readonly Hop Arp = At(Layer.Arptables, "filter", "FORWARD");

    [Test]
    public void The_same_is_the_same_with_the_evidence_of_both()
    {
        var both = Legs(Agreement.Of(Saw("log", Forward, Post), Saw("nflog", Forward, Post)));
        Assert.That(both.Single().Trail.Hops, Is.EqualTo(new[] { Forward, Post }));
        Assert.That(
            both.Single().Evidence.Select(one => (one.Channel, one.Hop)),
            Is.EqualTo(new[] { ("log", 1), ("log", 2), ("nflog", 1), ("nflog", 2) }));
    }

    [Test]
    public void A_users_own_chain_is_taken_from_nflog_and_keeps_its_place() =>
        Assert.That(
            Legs(Agreement.Of(Saw("log", Forward, Post), Saw("nflog", Forward, Mine, Post))).Single().Trail.Hops,
            Is.EqualTo(new[] { Forward, Mine, Post }));

    [Test]
    public void A_users_own_chain_that_is_the_last_to_see_the_packet_says_where_it_was_lost()
    {
        var log = new Finding.Observed([new(Leg.Request, new([Forward], Outcome.Vanished(Forward.Point, null)), [])]);
        var nflog = new Finding.Observed(
            [new(Leg.Request, new([Forward, Mine], Outcome.Vanished(Mine.Point, null)), [])]);
        Assert.That(Legs(Agreement.Of(log, nflog)).Single().Trail.Outcome.At, Is.EqualTo(Mine.Point));
    }

    [Test]
    public void A_leg_that_only_one_observer_could_see_is_taken_from_that_one()
    {
        var log = new Finding.Observed([new(Leg.Request, new([Forward], Outcome.Delivered(Endpoint.Host)), [])]);
        var hidden = new ObservedLeg(Leg.Reply, new([Mine], Outcome.Vanished(Mine.Point, null)), []);
        var nflog = new Finding.Observed([.. log.Legs, hidden]);
        Assert.That(Legs(Agreement.Of(log, nflog)).Select(leg => leg.Leg), Is.EqualTo(new[] { Leg.Request, Leg.Reply }));
    }

    [Test]
    public void An_answer_that_only_one_observer_could_see_tells_it_alone_that_the_request_arrived()
    {
        var log = new Finding.Observed([new(Leg.Request, new([Forward], Outcome.Vanished(Forward.Point, null)), [])]);
        var nflog = new Finding.Observed(
            [
                new(Leg.Request, new([Forward], Outcome.Delivered(Endpoint.Host)), []),
                new(Leg.Reply, new([Mine], Outcome.Vanished(Mine.Point, null)), []),
            ]);
        Assert.That(
            Legs(Agreement.Of(log, nflog)).Select(leg => leg.Trail.Outcome.To),
            Is.EqualTo(new[] { Endpoint.Host, null }));
    }

    [Test]
    public void A_leg_that_only_one_of_two_able_observers_saw_is_a_contradiction()
    {
        var log = new Finding.Observed([new(Leg.Request, new([Forward], Outcome.Delivered(Endpoint.Host)), [])]);
        var more = new ObservedLeg(Leg.Reply, new([Mine, Post], Outcome.Vanished(Post.Point, null)), []);
        var nflog = new Finding.Observed([.. log.Legs, more]);
        Assert.That(Agreement.Of(log, nflog), Is.TypeOf<Finding.Contradictory>());
    }

    [Test]
    public void Bridged_arp_in_arptables_is_taken_from_log_and_keeps_its_place() =>
        Assert.That(
            Legs(Agreement.Of(Saw("log", Forward, Arp, Post), Saw("nflog", Forward, Post))).Single().Trail.Hops,
            Is.EqualTo(new[] { Forward, Arp, Post }));

    [Test]
    public void A_record_belongs_to_the_hop_of_the_common_trail_that_it_shows()
    {
        var both = Legs(Agreement.Of(Saw("log", Forward, Arp, Post), Saw("nflog", Forward, Mine, Post))).Single();
        Assert.Multiple(() =>
        {
            Assert.That(both.Trail.Hops, Has.Length.EqualTo(4));
            foreach (var record in both.Evidence)
                Assert.That(both.Trail.Hops[record.Hop - 1].Point.ToString(), Is.EqualTo(record.Line), record.Channel);
        });
    }

    [Test]
    public void A_hop_that_only_one_of_two_able_observers_saw_is_a_contradiction()
    {
        var finding = Agreement.Of(Saw("log", Forward), Saw("nflog", Forward, Post));
        Assert.That(finding, Is.TypeOf<Finding.Contradictory>());
        Assert.That(
            ((Finding.Contradictory)finding).Reason,
            Does.Contain("hop 2 is missing to LOG and iptables mangle POSTROUTING"));
    }

    [Test]
    public void Another_end_is_a_contradiction()
    {
        var lost = new Finding.Observed([new(Leg.Request, new([Forward], Outcome.Vanished(Forward.Point, null)), [])]);
        Assert.That(Agreement.Of(lost, Saw("nflog", Forward)), Is.TypeOf<Finding.Contradictory>());
    }

    [Test]
    public void Another_packet_is_a_contradiction() =>
        Assert.That(Agreement.Of(new Finding.Observed([]), Saw("nflog", Forward)), Is.TypeOf<Finding.Contradictory>());

    [Test]
    public void An_observer_that_can_say_nothing_leaves_nothing_to_say()
    {
        var finding = Agreement.Of(Saw("log", Forward), new Finding.Inconclusive("It lost 3 records."));
        Assert.That(finding, Is.EqualTo(new Finding.Inconclusive("NFLOG: It lost 3 records.")));
    }

    [Test]
    public void Where_nflog_does_not_prove_a_crossing_log_decides_that_there_was_none()
    {
        var both = Legs(Agreement.Of(Lost("log", Post), Unsure(Post, Mine, Forward))).Single();

        Assert.Multiple(() =>
        {
            Assert.That(both.Trail.Hops, Is.EqualTo(new[] { Post, Mine }));
            Assert.That(both.Trail.Outcome, Is.EqualTo(Outcome.Vanished(Mine.Point, null)));
            Assert.That(both.Unsure, Is.Empty, "the packet came to both and crossed only this one");
            Assert.That(
                both.Evidence.Where(one => one.Channel == "nflog").Select(one => one.Hop),
                Is.EqualTo(new[] { 1, 2, 0 }));
        });
    }

    [Test]
    public void Where_log_shows_the_crossing_the_others_stay_unsure()
    {
        var both = Legs(Agreement.Of(Lost("log", Post, Forward), Unsure(Post, Mine, Forward))).Single();

        Assert.That(both.Trail.Hops, Is.EqualTo(new[] { Post, Mine, Forward }));
        Assert.That(both.Unsure, Is.EqualTo(new[] { new UnsureHops(2, 2, AreCrossed: false) }));
    }

    [Test]
    public void What_was_seen_further_on_has_crossed_them_all_and_a_hop_that_log_lacks_is_a_contradiction() =>
        Assert.That(
            Agreement.Of(
                Saw("log", Post),
                new Finding.Observed([Legs(Saw("nflog", Mine, Forward, Post)).Single() with
                {
                    Unsure = [new(1, 2, AreCrossed: true)],
                }])),
            Is.TypeOf<Finding.Contradictory>());

    [Test]
    public void Unsure_hops_keep_their_place_in_the_common_trail()
    {
        var nflog = new Finding.Observed([Legs(Saw("nflog", Forward, Mine, Post)).Single() with
        {
            Unsure = [new(1, 2, AreCrossed: true)],
        }]);

        Assert.That(
            Legs(Agreement.Of(Saw("log", Arp, Forward, Post), nflog)).Single().Unsure,
            Is.EqualTo(new[] { new UnsureHops(2, 2, AreCrossed: true) }));
    }

    private static Finding Lost(string channel, params ImmutableArray<Hop> hops) => new Finding.Observed(
        [Legs(Saw(channel, hops)).Single() with { Trail = new(hops, Outcome.Vanished(hops[^1].Point, null)) }]);

    // The last two share their place.
    private static Finding Unsure(params ImmutableArray<Hop> hops) => new Finding.Observed(
        [Legs(Lost("nflog", hops)).Single() with { Unsure = [new(hops.Length - 1, 2, AreCrossed: false)] }]);

    private static Hop At(Layer layer, string table, string chain) =>
        new(new(layer, table, chain), "lab", null, null, null, "client", "server");

    private static Finding Saw(string channel, params ImmutableArray<Hop> hops) =>
        new Finding.Observed(
        [
            new(
                Leg.Request, new(hops, Outcome.Delivered(Endpoint.Server)),
                [.. hops.Select((hop, index) => new Evidence(index + 1, channel, (ulong)index, hop.Point.ToString()))]),
        ]);

    private static ImmutableArray<ObservedLeg> Legs(Finding finding) => ((Finding.Observed)finding).Legs;
}
