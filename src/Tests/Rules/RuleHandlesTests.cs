namespace Hooktrail.Tests.Rules;

[TestFixture]
public class RuleHandlesTests
{
    private const string Table = """{"table": {"family": "ip", "name": "filter"}}""";

    private static readonly ChainId Forward = new(Layer.Iptables, "filter", "FORWARD");

    [Test]
    public void A_rule_has_the_place_that_a_user_counts()
    {
        var handles = Of(Rule("filter", "FORWARD", 9), Rule("filter", "INPUT", 3), Rule("filter", "FORWARD", 4));

        Assert.That(handles.PlaceOf(Forward, 4), Is.EqualTo(2));
        Assert.That(handles.PlaceOf(Forward, 3), Is.Null);
    }

    [Test]
    public void Another_rule_of_the_host_makes_a_difference_and_one_of_an_observer_none()
    {
        var before = Of(Rule("filter", "FORWARD", 4), Rule("hooktrail-x7k2q-trace", "c0", 1));

        Assert.That(before.IsSameAs(Of(Rule("filter", "FORWARD", 4), Rule("hooktrail-abcde-nflog", "c1", 2))));
        Assert.That(before.IsSameAs(Of(Rule("filter", "FORWARD", 5))), Is.False);
        Assert.That(before.IsSameAs(Of(Rule("filter", "FORWARD", 7), Rule("filter", "FORWARD", 4))), Is.False);
        Assert.That(before.IsSameAs(Of()), Is.False);
    }

    private static RuleHandles Of(params string[] rules) =>
        RuleHandles.Of($"{{\"nftables\": [{string.Join(", ", rules.Prepend(Table))}]}}");

    private static string Rule(string table, string chain, int handle) =>
        $$$"""{"rule": {"family": "ip", "table": "{{{table}}}", "chain": "{{{chain}}}", "handle": {{{handle}}}}}""";
}
