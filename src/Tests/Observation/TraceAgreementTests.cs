using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Tests.Observation;

public class TraceAgreementTests
{
    private static readonly Hop Forward = At(Layer.Iptables, "filter", "FORWARD");
    private static readonly Hop Post = At(Layer.Iptables, "mangle", "POSTROUTING");
    private static readonly Hop Mine = At(Layer.Nftables, "ip mine", "c");
    private static readonly Hop Legacy = At(Layer.Arptables, "filter", "INPUT");

    // All but arptables.
    private static readonly TracedRules Rules = new(
        RuleSet.Empty,
        RuleHandles.Of(
            """
            { "nftables": [
              { "chain": { "family": "ip", "table": "filter", "name": "FORWARD", "handle": 1 } },
              { "chain": { "family": "ip", "table": "mangle", "name": "POSTROUTING", "handle": 1 } },
              { "chain": { "family": "ip", "table": "mine", "name": "c", "handle": 1 } }
            ] }
            """));

    [Test]
    public void The_same_hops_agree_and_keep_their_steps()
    {
        var leg = Leg([Forward, Post], [Forward, Post]) with { Steps = [(1, Step("FORWARD"))] };

        Assert.That(Legs(Of(leg)).Single(), Is.EqualTo(leg));
    }

    [Test]
    public void A_hop_at_a_chain_of_which_the_kernel_tells_nothing_is_not_missed() =>
        Assert.That(
            Legs(Of(Leg([Legacy, Forward], [Forward]))).Single().Trail.Hops, Is.EqualTo(new[] { Legacy, Forward }));

    [Test]
    public void A_hop_that_only_one_of_both_has_is_a_contradiction()
    {
        Assert.That(Reason(Of(Leg([Forward, Post], [Forward]))), Does.Contain("is missing").Or.Contain("missing to the trace"));
        Assert.That(Reason(Of(Leg([Forward], [Forward, Post]))), Does.Contain("is missing to NFLOG"));
    }

    [Test]
    public void Another_device_is_a_contradiction() =>
        Assert.That(
            Reason(Of(Leg([Forward], [Forward with { Out = "wan.nic" }]))), Does.Contain("out wan.nic"));

    [Test]
    public void Another_order_is_a_contradiction_where_the_records_prove_one() =>
        Assert.That(Of(Leg([Forward, Post], [Post, Forward])), Is.TypeOf<Finding.Contradictory>());

    [Test]
    public void A_packet_of_which_the_trace_says_nothing_is_inconclusive() =>
        Assert.That(
            Of(Leg([Forward], []) with { Untraced = Forward.Point }),
            Is.EqualTo(new Finding.Inconclusive(
                "Of the request, the kernel's trace does not tell of iptables filter FORWARD.")));

    [Test]
    public void What_is_inconclusive_stays_so()
    {
        var lost = new Finding.Inconclusive("lost");

        Assert.That(TraceAgreement.Of(lost, Rules), Is.SameAs(lost));
    }

    [Test]
    public void Where_the_records_prove_no_order_the_trace_does()
    {
        var leg = Leg([Post, Forward, Mine], [Post, Mine, Forward]) with
        {
            Unsure = [new(2, 2, AreCrossed: true)],
            Steps = [(2, Step("FORWARD")), (3, Step("c"))],
        };

        var decided = Legs(Of(leg)).Single();

        Assert.Multiple(() =>
        {
            Assert.That(decided.Trail.Hops, Is.EqualTo(new[] { Post, Mine, Forward }));
            Assert.That(decided.Unsure, Is.Empty);
            Assert.That(decided.Steps.Select(one => (one.Hop, one.Step.Chain)), Is.EqualTo(new[] { (2, "c"), (3, "FORWARD") }));
            Assert.That(decided.Evidence.Select(one => (one.Hop, one.Line)), Is.EqualTo(new[]
            {
                (1, Post.Point.ToString()), (3, Forward.Point.ToString()), (2, Mine.Point.ToString()),
            }));
        });
    }

    [Test]
    public void Where_the_records_prove_no_crossing_the_trace_does()
    {
        var leg = Leg([Post, Forward, Mine], [Post, Mine]) with { Unsure = [new(2, 2, AreCrossed: false)] };

        var decided = Legs(Of(leg)).Single();

        Assert.Multiple(() =>
        {
            Assert.That(decided.Trail.Hops, Is.EqualTo(new[] { Post, Mine }));
            Assert.That(decided.Trail.Outcome, Is.EqualTo(Outcome.Vanished(Mine.Point, null)));
            Assert.That(decided.Unsure, Is.Empty);
        });
    }

    [Test]
    public void Of_a_chain_of_which_the_kernel_tells_nothing_the_records_stay_unsure()
    {
        var leg = Leg([Post, Legacy, Mine], [Post, Mine]) with { Unsure = [new(2, 2, AreCrossed: false)] };

        Assert.That(Legs(Of(leg)).Single().Unsure, Has.Length.EqualTo(1));
    }

    [Test]
    public void All_three_observers_have_to_agree()
    {
        var traced = Of(Leg([Forward, Mine], [Forward, Mine]) with { Steps = [(2, Step("c"))] });
        var (same, other) = (new Finding.Observed([Leg([Forward], [])]), new Finding.Observed([Leg([Post], [])]));

        var legs = Legs(Agreement.Of(
            same with { Legs = [same.Legs[0] with { Trail = new([Forward], Outcome.Vanished(Forward.Point, null)) }] }, traced));

        Assert.Multiple(() =>
        {
            Assert.That(legs.Single().Steps.Select(one => one.Hop), Is.EqualTo(new[] { 2 }), "the rules stay at their hop");
            Assert.That(Agreement.Of(other, traced), Is.TypeOf<Finding.Contradictory>());
            Assert.That(
                Agreement.Of(same, Of(Leg([Forward], [Post]))), Is.TypeOf<Finding.Contradictory>(), "LOG and NFLOG alike");
        });
    }

    private static Finding Of(ObservedLeg leg) => TraceAgreement.Of(new Finding.Observed([leg]), Rules);

    private static ImmutableArray<ObservedLeg> Legs(Finding finding) => ((Finding.Observed)finding).Legs;

    private static string Reason(Finding finding) => ((Finding.Contradictory)finding).Reason;

    private static TraceStep Step(string chain) => new(NftFamily.Ip, "t", chain, 1, RuleVerdict.Accept);

    private static ObservedLeg Leg(ImmutableArray<Hop> hops, ImmutableArray<Hop> traced) =>
        new(
            Trails.Leg.Request, new(hops, Outcome.Vanished(hops[^1].Point, null)),
            [.. hops.Select((hop, index) => new Evidence(index + 1, Evidence.Nflog, (ulong)index, hop.Point.ToString()))])
        {
            Traced = traced,
        };

    private static Hop At(Layer layer, string table, string chain) =>
        new(new(layer, table, chain), "lab", null, null, null, "client", "server");
}
