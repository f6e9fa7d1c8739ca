using Hooktrail.Model;
using Hooktrail.Records;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Judging.Tests;

public class FlowJudgementTests
{
    private static readonly Flow Flow = new(Client, Wan, Protocol.Icmp);

    private static HostProfile With(string rule) => HostProfile.Default with
    {
        Rules =
            RuleText.Read(Layer.Iptables, ["*filter", ":FORWARD ACCEPT", $"-A FORWARD -s client {rule}"], "the test"),
    };

    private static readonly HostProfile Recent = With("-m recent --update -j DROP");

    private static readonly HostProfile Queue = With("-j NFQUEUE --queue-num 0");

    private static readonly HostProfile Either = With("-m recent --update -j NFQUEUE --queue-num 0");

    private static readonly HostProfile Plain = With("-j ACCEPT");

    private static readonly HostProfile Dropping = With("-j DROP");

    private static ImmutableArray<LegRecord> Seen(HostProfile host, int exchanges = 1) =>
        [.. Prediction.Legs(host, Flow, exchanges).Select(leg => new LegRecord(Flow, leg.Leg, null, leg.Trail))];

    private static ImmutableArray<LegRecord> Judge(
        HostProfile host, ImmutableArray<LegRecord> seen, int exchanges = 1) =>
        FlowJudgement.Of(Flow, Prediction.Forecast(host, Flow, exchanges), seen);

    private static (Leg, LegVerdict?)[] VerdictsOf(ImmutableArray<LegRecord> legs) =>
        [.. legs.Select(leg => (leg.Leg, leg.Verdict))];

    [Test]
    public void An_observation_of_either_way_agrees_and_names_both()
    {
        var delivered = Judge(Recent, Seen(Plain));
        Assert.That(
            VerdictsOf(delivered),
            Is.EqualTo(new[] { (Leg.Request, LegVerdict.Agreed), (Leg.Reply, (LegVerdict?)LegVerdict.Agreed) }));
        Assert.That(delivered[0].Ways, Has.Length.EqualTo(2));
        Assert.That(delivered[0].Predicted!.Outcome.Kind, Is.EqualTo(OutcomeKind.Delivered));

        var dropped = Judge(Recent, Seen(Dropping));
        Assert.That(VerdictsOf(dropped), Is.EqualTo(new[] { (Leg.Request, (LegVerdict?)LegVerdict.Agreed) }));
        Assert.That(dropped[0].Predicted!.Outcome.Kind, Is.EqualTo(OutcomeKind.Dropped));
    }

    [Test]
    public void A_request_of_one_course_and_a_missing_answer_of_the_other_do_not_agree() => Assert.That(
        VerdictsOf(Judge(Recent, [Seen(Plain)[0]])),
        Is.EqualTo(new[] { (Leg.Request, LegVerdict.Agreed), (Leg.Reply, (LegVerdict?)LegVerdict.Disagreed) }));

    [Test]
    public void A_course_of_which_nothing_can_be_told_is_taken_before_one_that_the_observation_contradicts()
    {
        var request = Seen(Plain)[0];
        ImmutableArray<LegRecord> seen =
            [request with { Observed = new(request.Observed!.Hops, Outcome.Vanished(request.Observed.Hops[^1].Point, null)) }];

        var judged = FlowJudgement.Of(
            Flow, Prediction.Forecast(Recent, Flow, 1), seen,
            told: legs =>
            [
                .. legs.Select(leg => leg.Predicted?.Outcome.Kind == OutcomeKind.Delivered
                    ? leg with { Verdict = LegVerdict.Skipped }
                    : leg),
            ]);

        Assert.That(judged.Select(leg => leg.Verdict), Is.EqualTo(new LegVerdict?[] { LegVerdict.Skipped, LegVerdict.Skipped }));
    }

    [Test]
    public void Each_exchange_takes_a_course()
    {
        var forecast = Prediction.Forecast(Recent, Flow, 2);
        var delivered = forecast.Exchanges[0].Single(course => course.Legs.Length == 2);
        var dropped = forecast.Exchanges[1].First(course =>
            course.Before == delivered.After && course.Legs[0].Trail.Outcome.Kind == OutcomeKind.Dropped);
        var judged = FlowJudgement.Of(
            Flow,
            forecast,
            [.. delivered.Legs.Concat(dropped.Legs).Select(leg => new LegRecord(Flow, leg.Leg, null, leg.Trail))]);
        Assert.That(judged.Select(leg => leg.Verdict), Has.All.EqualTo(LegVerdict.Agreed).And.Exactly(3).Items);
    }

    [Test]
    public void Behind_the_last_hop_that_the_model_knows_nothing_is_predicted()
    {
        foreach (var seen in (ImmutableArray<LegRecord>[])[Seen(Plain), Seen(Dropping)])
        {
            var judged = Judge(Queue, seen);
            Assert.That(judged.Select(leg => leg.Verdict), Has.All.EqualTo(LegVerdict.NotPredicted));
            Assert.That(judged[0].Reason, Does.Contain("NFQUEUE"));
        }
    }

    [Test]
    public void Before_it_a_contradiction_is_one()
    {
        var shortened = Seen(Plain)[0];
        shortened =
            shortened with { Observed = shortened.Observed! with { Hops = shortened.Observed.Hops.RemoveAt(1) } };
        Assert.That(Judge(Queue, [shortened])[0].Verdict, Is.EqualTo(LegVerdict.Disagreed));
        Assert.That(Judge(Queue, [])[0].Verdict, Is.EqualTo(LegVerdict.Disagreed), "no packet at all");
    }

    [Test]
    public void An_observation_that_also_fits_a_way_without_a_known_end_proves_nothing() => Assert.That(
        Judge(Either, Seen(Plain)).Select(leg => leg.Verdict), Has.All.EqualTo(LegVerdict.NotPredicted));

    [Test]
    public void Nor_does_any_later_exchange() => Assert.That(
        Judge(Queue, Seen(Plain, 3), 3).Select(leg => leg.Verdict),
        Has.All.EqualTo(LegVerdict.NotPredicted).And.Exactly(6).Items);

    [Test]
    public void A_sure_prediction_has_no_ways() => Assert.That(
        Judge(Plain, Seen(Plain)).Select(leg => (leg.Verdict, leg.Ways.Length)),
        Has.All.EqualTo(((LegVerdict?)LegVerdict.Agreed, 0)));

    [Test]
    public void A_leg_beyond_the_prediction_disagrees() => Assert.That(
        VerdictsOf(Judge(Plain, [.. Seen(Plain), Seen(Plain)[0] with { Leg = Leg.Error }])),
        Does.Contain((Leg.Error, (LegVerdict?)LegVerdict.Disagreed)));
}
