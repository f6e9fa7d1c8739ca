using static Hooktrail.Model.Tests.Walks;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Model.Tests;

/// <summary>A match that the model cannot decide is taken both ways.</summary>
public class BothWays
{
    private static readonly Flow Flow = Ping(Client, Wan);

    // A chain of a user, which only the requests enter.
    private static readonly string[] Entering = ["iptables filter -A FORWARD -s client -j mine"];

    private static Forecast Of(params string[] rules) => Prediction.Forecast(Hosts.With([.. Entering, .. rules]), Flow);

    private static string[] EndingsOf(Forecast forecast) =>
        [.. forecast.Exchanges[0].Select(course => course.Legs[0].Trail.Outcome.ToString())];

    [Test]
    public void Where_they_part_the_prediction_is_both()
    {
        var forecast = Of("iptables filter -A mine -m recent --update -j DROP");
        Assert.That(EndingsOf(forecast), Is.EquivalentTo(new[]
        {
            "delivered to wan", "dropped at iptables filter FORWARD (-A mine -m recent --update -j DROP)",
        }));
        Assert.That(
            forecast.Exchanges[0].Select(course => course.Supposing.Single().Answer),
            Is.EquivalentTo(new[] { "matches", "does not match" }));
        var request = Prediction.LegOf(
            Hosts.With([.. Entering, "iptables filter -A mine -m recent --update -j DROP"]), Flow, Leg.Request);
        Assert.That(
            request.Trail.Outcome.ToString(),
            Does.Contain("delivered to wan").And.Contain(
                "dropped at iptables filter FORWARD").And.Contain("depending on -m recent"));
    }

    [Test]
    public void The_answer_comes_about_only_by_the_course_that_delivers()
    {
        var forecast = Of("iptables filter -A mine -p icmp -m recent --update -j DROP");
        Assert.That(
            forecast.Exchanges[0].Select(course => (
                course.Legs[0].Trail.Outcome.Kind, string.Join(", ", course.Legs.Select(leg => leg.Leg)))),
            Is.EquivalentTo(new[]
            {
                (OutcomeKind.Dropped, "request"), (OutcomeKind.Delivered, "request, reply"),
            }));
    }

    [TestCase("-m limit --limit 3/min -j LOG", TestName = "A limit before LOG")]
    [TestCase("-m limit --limit 3/min -j RETURN", TestName = "A RETURN at the end")]
    [TestCase("-m recent --set", TestName = "A rule without a target")]
    [TestCase("-m limit --limit 3/min -j log_only", TestName = "A jump to a chain that only logs")]
    public void Where_they_lead_to_the_same_the_prediction_is_sure(string rule)
    {
        var forecast = Of($"iptables filter -A mine {rule}", "iptables filter -A log_only -j LOG");
        Assert.That(forecast.Exchanges.Single().Single().Supposing, Is.Empty);
        Assert.That(forecast.Legs.Select(leg => leg.Trail.Outcome.Kind), Has.All.EqualTo(OutcomeKind.Delivered));
    }

    [Test]
    public void A_jump_to_a_chain_that_logs_and_drops_before_a_drop_is_sure()
    {
        var forecast = Of(
            "iptables filter -A mine -m limit --limit 3/min -j log_drop", "iptables filter -A mine -j DROP",
            "iptables filter -A log_drop -j LOG", "iptables filter -A log_drop -j DROP");
        Assert.That(forecast.Exchanges.Single().Single().Supposing, Is.Empty);
        Assert.That(forecast.Legs.Single().Trail.Outcome.Kind, Is.EqualTo(OutcomeKind.Dropped));
    }

    [Test]
    public void Twenty_such_rules_are_no_million_courses()
    {
        var forecast = Of([
            .. Enumerable.Range(0, 20).Select(
                rule => $"iptables filter -A mine -m recent --name r{rule} --rcheck -j DROP"),
        ]);
        Assert.That(
            forecast.Exchanges[0].Select(course => course.Legs[0].Trail.Outcome.Kind).Distinct(),
            Is.EquivalentTo(new[] { OutcomeKind.Delivered, OutcomeKind.Dropped }));
        Assert.That(forecast.Exchanges[0], Has.Length.EqualTo(2));
    }

    [Test]
    public void Rules_that_leave_too_many_ways_open_end_the_prediction()
    {
        var forecast = Of([
            .. Enumerable.Range(0, 20).Select(bit =>
                $"iptables filter -A mine -m statistic --mode random --probability 0.5 -j MARK --or-mark {1 << bit}"),
        ]);
        Assert.That(forecast.Exchanges.Single().Single().Open, Is.Not.Null);
    }

    [Test]
    public void A_mark_that_nothing_asks_makes_no_difference()
    {
        var forecast = Of("iptables filter -A mine -m statistic --mode random --probability 0.5 -j MARK --set-mark 1");
        Assert.That(forecast.Exchanges.Single().Single().Supposing, Is.Empty);
    }

    [Test]
    public void A_mark_that_a_later_chain_asks_is_both()
    {
        var forecast = Of(
            "iptables filter -A mine -m statistic --mode random --probability 0.5 -j MARK --set-mark 1",
            "iptables mangle -A POSTROUTING -m mark --mark 1 -j DROP");
        Assert.That(
            EndingsOf(forecast).Distinct(),
            Is.EquivalentTo(new[]
            {
                "delivered to wan", "dropped at iptables mangle POSTROUTING (-A POSTROUTING -m mark --mark 1 -j DROP)",
            }));
    }

    [Test]
    public void A_target_that_the_model_lacks_ends_the_prediction_where_the_match_may_hold()
    {
        var forecast = Of("iptables filter -A mine -m recent --update -j NFQUEUE --queue-num 0");
        Assert.That(
            forecast.Exchanges[0].Select(course => course.Open is null), Is.EquivalentTo(new[] { true, false }));
    }

    [Test]
    public void After_one_exchange_the_next_begins_with_what_it_left_behind()
    {
        var forecast = Prediction.Forecast(
            Hosts.With("iptables nat -A POSTROUTING -m statistic --mode random --probability 0.5 -j MASQUERADE"),
            Flow, 2);
        Assert.That(forecast.Exchanges[0], Has.Length.EqualTo(2));
        Assert.That(forecast.Exchanges[1].Select(course => course.Before), Is.EquivalentTo(new[] { 0, 1 }));
    }
}
