using Hooktrail.Model.Netfilter;
using static Hooktrail.Model.Tests.Walks;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Model.Tests;

/// <summary>Of chains with one priority, the one that was registered last runs first, if that is known.</summary>
public class RegistrationOrderTests
{
    private const string Raw = "iptables raw PREROUTING", Early = "nftables ip early c", Late = "nftables ip late c";

    [Test]
    public void What_was_registered_later_runs_first()
    {
        Assert.That(
            Order(Host([[Early], [Raw], [Late]], Chain("ip early"), Chain("ip late"))),
            Is.EqualTo(new[] { Late, Raw, Early }));
        Assert.That(
            Order(Host([[Late], [Early], [Raw]], Chain("ip early"), Chain("ip late"))),
            Is.EqualTo(new[] { Raw, Early, Late }));
    }

    [Test]
    public void On_a_host_that_was_not_read_users_chains_came_after_the_tools() =>
        Assert.That(
            Order(Host([], Chain("ip early"), Chain("ip late"))), Is.EqualTo(new[] { Late, Early, Raw }));

    [Test]
    public void A_chain_that_the_order_does_not_name_came_last() =>
        Assert.That(
            Order(Host([[Early], [Raw]], Chain("ip early"), Chain("ip late"))), Is.EqualTo(new[] { Late, Raw, Early }));

    [Test]
    public void A_bridges_chain_from_before_br_netfilter_is_not_run_for_what_goes_to_IP([Values] bool before)
    {
        const string chain = "nftables bridge mine c";
        var host = HostProfile.Default with
        {
            Rules = Nft(
                "table bridge mine {", "chain c {", "type filter hook forward priority 0; policy accept;", "}", "}"),
            Registered = new(before
                ? [[chain], [RegistrationOrder.BrNetfilter]]
                : [[RegistrationOrder.BrNetfilter], [chain]]),
        };

        Assert.That(
            Request(Client, Server, host).Hops.Any(hop => hop.Point.ToString() == chain), Is.EqualTo(!before));
    }

    [Test]
    public void Chains_of_type_nat_are_asked_in_that_order([Values] bool isLast)
    {
        const string mine = "nftables ip mine c", tools = "iptables nat PREROUTING";
        var host = HostProfile.Default with
        {
            Rules = Nft(
                    "table ip mine {", "chain c {", "type nat hook prerouting priority -100; policy accept;",
                    "ip daddr wan dnat to stranger", "}", "}")
                .With(
                    RuleText.Read(
                        Layer.Iptables, ["*nat", "-A PREROUTING -d wan -j DNAT --to-destination server"], "test")),
            Registered = new(isLast ? [[tools], [mine]] : [[mine], [tools]]),
        };

        Assert.That(
            Request(Client, Wan, host).Hops.Last().Destination, Is.EqualTo(isLast ? "stranger" : "server"));
    }

    [Test]
    public void Chains_of_one_table_are_in_the_order_of_the_rule_set()
    {
        var host = Host(
            [[Raw], ["nftables ip two a", "nftables ip two b"]],
            Nft(
                "table ip two {", "chain a {", "type filter hook prerouting priority -300; policy accept;", "}",
                "chain b {", "type filter hook prerouting priority -300; policy accept;", "}", "}"));

        Assert.That(new Host(host).Hooks.Unknown, Is.Empty);
        Assert.That(Order(host), Is.EqualTo(new[] { "nftables ip two b", "nftables ip two a", Raw }));
    }

    [Test]
    public void Where_no_chain_would_act_the_prediction_goes_on() =>
        Assert.That(
            Request(Client, Wan, Host([[Raw, Early]], Chain("ip early", "ip saddr server drop"))).Outcome,
            Is.EqualTo(Outcome.Delivered(Wan)));

    [TestCase("ip saddr client drop")]
    [TestCase("ip saddr client notrack")]
    [TestCase("meta skuid 7 drop")]
    public void Where_one_may_act_the_prediction_is_both_orders(string rule)
    {
        var leg = Prediction.LegOf(
            Host([[Raw, Early]], Chain("ip early", rule)), Ping(Client, Wan), Leg.Request);

        Assert.That(leg.Trail.Outcome.Reason, Does.Contain($"the order of {Early} and {Raw}"));
        Assert.That(
            leg.Trail.Hops.Select(hop => hop.Point.ToString()),
            Is.EqualTo(new[] { "ebtables broute BROUTING", "ebtables nat PREROUTING" }));
        Assert.That(
            leg.Ways.Select(way => way.Trail!.Hops[2].Point.ToString()).Distinct(),
            Is.EquivalentTo(new[] { Raw, Early }));
    }

    [TestCase("*raw", "-A PREROUTING -s client -j DROP", true)]
    [TestCase("*raw", "-A PREROUTING -s client -j ACCEPT", false)]
    [TestCase("*raw", "-A PREROUTING -s server -j DROP", false)]
    public void It_does_not_matter_which_of_them_acts(string table, string rule, bool isUnknown) =>
        Assert.That(
            Request(
                Client,
                Wan,
                Host(
                    [[Raw, Early]],
                    Chain("ip early"),
                    RuleText.Read(Layer.Iptables, [table, rule], "test"))).Outcome.Kind,
            Is.EqualTo(isUnknown ? OutcomeKind.Unknown : OutcomeKind.Delivered));

    [Test]
    public void A_rule_in_a_chain_that_is_jumped_to_counts()
    {
        var host = Host(
            [[Raw, Early]],
            Nft(
                "table ip early {", "chain deep {", "ip saddr client return", "drop", "}",
                "chain c {", "type filter hook prerouting priority -300; policy accept;", "jump deep", "}", "}"));

        Assert.That(
            Request(Client, Wan, host).Outcome.Kind, Is.EqualTo(OutcomeKind.Delivered), "returned before the drop");
        Assert.That(Reply(Client, Wan, host).Outcome.Kind, Is.EqualTo(OutcomeKind.Unknown));
    }

    [Test]
    public void Of_chains_of_type_nat_too()
    {
        var host = HostProfile.Default with
        {
            Rules = Nft(
                "table ip mine {", "chain c {", "type nat hook prerouting priority -100; policy accept;",
                "ip daddr wan dnat to stranger", "}", "}"),
            Registered = new([["iptables nat PREROUTING", "nftables ip mine c"]]),
        };

        Assert.That(Request(Client, Wan, host).Outcome.Kind, Is.EqualTo(OutcomeKind.Unknown));
        Assert.That(Request(Client, Server, host).Outcome.Kind, Is.EqualTo(OutcomeKind.Delivered), "no rule fits it");
    }

    private static HostProfile Host(string[][] steps, params RuleSet[] rules) => HostProfile.Default with
    {
        Rules = rules.Aggregate(RuleSet.Empty, (all, more) => all.With(more)),
        Registered = new([.. steps.Select(step => step.ToImmutableArray())]),
    };

    private static RuleSet Chain(string table, string rule = "") => Nft(
        [
            $"table {table} {{",
            "chain c {",
            "type filter hook prerouting priority -300; policy accept;",
            rule,
            "}",
            "}"
        ]);

    private static RuleSet Nft(params string[] lines) => RuleText.Read(Layer.Nftables, lines, "test");

    private static string[] Order(HostProfile profile) =>
    [
        .. new Host(profile).Hooks.At(Family.IPv4, Hook.PreRouting)
            .Where(one => one.Priority == -300)
            .Select(one => one.What),
    ];
}
