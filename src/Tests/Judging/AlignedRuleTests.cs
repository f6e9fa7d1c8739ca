using Hooktrail.Judging;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Tests.Judging;

public sealed class AlignedRuleTests
{
    private static readonly RuleStep Jump = Step("FORWARD", 1, RuleVerdict.Jump);
    private static readonly RuleStep Translate = Step("DOCKER", 2, RuleVerdict.Translate);
    private static readonly RuleStep Drop = Step("MINE", 2, RuleVerdict.Drop);
    private static readonly RuleStep Accept = Step("MINE", 1, RuleVerdict.Accept);

    [Test]
    public void What_both_name_is_one_line_with_the_verdict_that_the_model_knows() => Assert.That(
        Lines([Jump, Translate], [Jump with { Hop = 9 }, Translate with { Verdict = RuleVerdict.Accept }]),
        Is.EqualTo((string[])["FORWARD 1 jump: both", "DOCKER 2 translate: both"]));

    [Test]
    public void What_only_one_names_stands_at_its_place_in_the_order()
    {
        Assert.That(
            Lines([Jump, Drop], [Jump, Accept, Drop]),
            Is.EqualTo((string[])["FORWARD 1 jump: both", "MINE 1 accept: observed", "MINE 2 drop: both"]));
        Assert.That(
            Lines([Jump, Accept, Drop], [Drop, Translate]),
            Is.EqualTo((string[])
            [
                "FORWARD 1 jump: predicted", "MINE 1 accept: predicted", "MINE 2 drop: both", "DOCKER 2 translate: observed",
            ]));
    }

    [Test]
    public void A_rule_with_another_verdict_is_a_line_of_each() => Assert.That(
        Lines([Drop], [Drop with { Verdict = RuleVerdict.Accept }]),
        Is.EqualTo((string[])["MINE 2 drop: predicted", "MINE 2 accept: observed"]));

    private static IEnumerable<string> Lines(RuleStep[] predicted, RuleStep[] observed) =>
        AlignedRule.Of(predicted, observed).Select(line =>
            $"{line.Rule.Chain} {line.Rule.Number} {line.Rule.Verdict.Name()}: {(line.IsPredicted && line.IsObserved ? "both" : line.IsPredicted ? "predicted" : "observed")}");

    private static RuleStep Step(string chain, int number, RuleVerdict verdict) =>
        new(1, Layer.Iptables, "filter", chain, number, "-j X", verdict);
}
