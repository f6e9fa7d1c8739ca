using Hooktrail.Judging;
using Hooktrail.Model;
using Hooktrail.Records;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Tests.Judging;

public sealed class RuleJudgementTests
{
    private static readonly Flow Ping = new(Endpoint.Client, Endpoint.Wan, Protocol.Icmp);

    [Test]
    public void The_predicted_rules_agree_and_are_kept()
    {
        var host = With("-A FORWARD -s client -j MARK --set-xmark 0x7/0xffffffff");

        var judged = Judged(host, Rules(host));

        Assert.That(judged.Verdict, Is.EqualTo(LegVerdict.Agreed));
        Assert.That(judged.Rules, Is.EqualTo(Rules(host)).And.Not.Empty);
    }

    [Test]
    public void A_rule_that_only_one_side_has_is_a_divergence()
    {
        var (host, other) = (With("-A FORWARD -s client -j MARK --set-xmark 0x7/0xffffffff"), With());

        var (missing, more) = (Judged(host, Rules(other)), Judged(other, Rules(host)));

        Assert.Multiple(() =>
        {
            Assert.That((missing.Verdict, more.Verdict), Is.EqualTo((LegVerdict.Disagreed, LegVerdict.Disagreed)));
            Assert.That(missing.Reason, Does.Contain("mangle FORWARD rule 1: -A FORWARD -s client -j MARK").And.Contain("is predicted"));
            Assert.That(more.Reason, Does.Contain("mangle FORWARD rule 1: -A FORWARD -s client -j MARK").And.EndWith("matched."));
        });
    }

    [Test]
    public void What_the_observer_does_not_tell_of_is_not_missed()
    {
        var host = With("-A FORWARD -s client -j MARK --set-xmark 0x7/0xffffffff");

        var judged = Judged(host, [], _ => false);

        Assert.That(judged.Verdict, Is.EqualTo(LegVerdict.Agreed));
    }

    [Test]
    public void A_match_that_the_model_cannot_decide_is_right_either_way()
    {
        var host = With(
            "-A FORWARD -m statistic --mode random --probability 0.5 -j MARK --set-xmark 0x7/0xffffffff",
            "-A FORWARD -j MARK --set-xmark 0x7/0xffffffff");
        var said = Rules(host);

        var without = Judged(host, [.. said.Where(rule => !rule.Text.Contains("statistic"))]);
        var first = said.First(rule => rule.Table == "mangle") with
        {
            Number = 1,
            Text = "-A FORWARD -m statistic --mode random --probability 0.5 -j MARK --set-xmark 0x7/0xffffffff",
        };
        var with = Judged(
            host,
            [
                .. said.Where(rule => rule.Hop < first.Hop), first,
                .. said.Where(rule => (rule.Table, rule.Number) == ("mangle", 2)),
                .. said.Where(rule => rule.Hop > first.Hop),
            ]);

        Assert.That((without.Verdict, with.Verdict), Is.EqualTo((LegVerdict.Agreed, LegVerdict.Agreed)), $"{without.Reason} {with.Reason}");
    }

    [Test]
    public void Another_verdict_by_the_hops_stays()
    {
        var host = With();
        var trail = Prediction.Of(host, Ping, Leg.Request);
        var leg = new LegRecord(Ping, Leg.Request, trail, trail with { Hops = trail.Hops[..3] })
        {
            Verdict = LegVerdict.Disagreed,
            Reason = "of hops",
        };

        var judged = RuleJudgement.Of(host, Ping, [leg], _ => [], _ => true).Single();

        Assert.That((judged.Verdict, judged.Reason), Is.EqualTo((LegVerdict.Disagreed, "of hops")));
    }

    private static HostProfile With(params string[] rules) => HostProfile.Default with
    {
        Rules = HostProfile.Default.Rules.With(
            RuleText.Read(Layer.Iptables, ["*mangle", ":FORWARD ACCEPT", .. rules], "the test")),
    };

    private static ImmutableArray<RuleStep> Rules(HostProfile host) => Prediction.Rules(host, Ping, Leg.Request);

    private static LegRecord Judged(
        HostProfile host, ImmutableArray<RuleStep> met, Func<RuleStep, bool>? isShown = null)
    {
        var trail = Prediction.Of(host, Ping, Leg.Request);
        var leg = new LegRecord(Ping, Leg.Request, trail, trail) { Verdict = LegVerdict.Agreed };
        // The kernel tells fewer verdicts.
        ImmutableArray<RuleStep> told = [.. met.Select(rule => rule with { Verdict = RuleVerdict.Unknown })];
        var judged = RuleJudgement.Of(host, Ping, [leg], _ => told, isShown ?? (_ => true)).Single();
        return judged with { Rules = met };
    }
}
