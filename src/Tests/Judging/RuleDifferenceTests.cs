using Hooktrail.Judging;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Tests.Judging;

public sealed class RuleDifferenceTests
{
    private static readonly RuleStep Jump = Step(1, "FORWARD", 1, RuleVerdict.Jump);
    private static readonly RuleStep Drop = Step(1, "MINE", 2, RuleVerdict.Drop);

    [Test]
    public void The_same_rules_do_not_differ() =>
        Assert.That(Between([Jump, Drop], [Jump, Drop]), Is.Null);

    [Test]
    public void The_first_rule_that_differs_is_told_with_both_sides() => Assert.That(
        Between([Jump, Drop], [Jump, Step(1, "MINE", 1, RuleVerdict.Accept), Drop]),
        Is.EqualTo("request: at hop 1, iptables filter MINE rule 2: -j X (drop) is predicted; at hop 1, iptables filter MINE rule 1: -j X (accept) matched"));

    [Test]
    public void A_rule_too_many_and_a_rule_too_few_are_told()
    {
        Assert.That(Between([Jump, Drop], [Jump]), Does.EndWith("; no further rule matched"));
        Assert.That(Between([Jump], [Jump, Drop]), Does.StartWith("request: no further rule is predicted; "));
    }

    [TestCase(RuleVerdict.Reject, RuleVerdict.Drop, ExpectedResult = true)]
    [TestCase(RuleVerdict.Translate, RuleVerdict.Accept, ExpectedResult = true)]
    [TestCase(RuleVerdict.Change, RuleVerdict.Continue, ExpectedResult = true)]
    [TestCase(RuleVerdict.Unknown, RuleVerdict.Drop, ExpectedResult = true)]
    [TestCase(RuleVerdict.Accept, RuleVerdict.Drop, ExpectedResult = false)]
    [TestCase(RuleVerdict.Return, RuleVerdict.Accept, ExpectedResult = false)]
    [TestCase(RuleVerdict.Change, RuleVerdict.Accept, ExpectedResult = false)]
    public bool The_kernel_has_fewer_verdicts_than_the_model(RuleVerdict said, RuleVerdict seen) =>
        Between([Step(1, "FORWARD", 1, said)], [Step(1, "FORWARD", 1, seen)]) is null;

    [Test]
    public void A_rule_at_another_hop_is_another_rule() =>
        Assert.That(Between([Drop], [Drop with { Hop = 2 }]), Is.Not.Null);

    [Test]
    public void A_chain_that_two_rules_call_is_told_of_once()
    {
        var (back, again) = (Step(1, "MINE", 1, RuleVerdict.Return), Step(1, "FORWARD", 2, RuleVerdict.Jump));
        Assert.That(Between([Jump, again, back], [Jump, back, again, back]), Is.Null);
    }

    [Test]
    public void The_elements_of_one_rule_are_one_rule() =>
        Assert.That(Between([Jump, Jump with { Text = "another element" }], [Jump]), Is.Null);

    private static string? Between(ImmutableArray<RuleStep> said, ImmutableArray<RuleStep> seen) =>
        RuleDifference.Between(Leg.Request, said, seen)?.ToString();

    private static RuleStep Step(int hop, string chain, int number, RuleVerdict verdict) =>
        new(hop, Layer.Iptables, "filter", chain, number, "-j X", verdict);
}
