using Hooktrail.Judging;
using Hooktrail.Model;

namespace Hooktrail.Tests.Judging;

/// <summary>Hosts that differ from the assumed ones, and what their trails give away.</summary>
[TestFixture]
public class ExplainingTests
{
    private static readonly Flow ToWan = Samples.Ping with { To = Endpoint.Wan };
    private static readonly Flow ToStranger = Samples.Ping with { To = Endpoint.Stranger };
    private static readonly Flow FromWan = new(Endpoint.Wan, Endpoint.Host, Protocol.Tcp) { Port = 8080 };

    [Test]
    public void The_switch_comes_before_whatever_else_would_explain_it() =>
        Assert.That(
            Explained(Samples.Ping, host => host with { BridgeNfCallIptables = false })[0],
            Is.EqualTo("bridge-nf-call-iptables=0"));

    [Test]
    public void A_rule_that_is_not_there_is_named()
    {
        var found = Explained(ToStranger, host => Without(host, "-A DOCKER-ISOLATION-STAGE-2 -o away -j DROP"));
        Assert.That(
            found, Does.Contain("the rule \"iptables -t filter -A DOCKER-ISOLATION-STAGE-2 -o away -j DROP\" removed"));
        Assert.That(found, Has.None.Contains("together"));
    }

    [Test]
    public void A_masquerade_that_is_not_there_is_named() =>
        Assert.That(
            Explained(ToWan, host => Without(host, "-A POSTROUTING -s lab ! -o lab -j MASQUERADE")),
            Does.Contain("the rule \"iptables -t nat -A POSTROUTING -s lab ! -o lab -j MASQUERADE\" removed"));

    [Test]
    public void A_rule_of_Dockers_that_the_profile_lacks_is_named()
    {
        var lacking = Without(HostProfile.Default, "-A DOCKER-ISOLATION-STAGE-2 -o away -j DROP");
        Assert.That(
            Explained(ToStranger, _ => HostProfile.Default, lacking),
            Does.Contain(
                "the rule \"iptables -t filter -A DOCKER-ISOLATION-STAGE-2 -o away -j DROP\" of Docker 20.10 added"));
    }

    [Test]
    public void A_drop_that_nobody_told_of_is_named_where_it_is()
    {
        var found = Explained(ToWan, host => With(host, "raw", "-A PREROUTING -s client -d wan -j DROP"));
        Assert.That(found, Does.Contain("the rule \"iptables -t raw -I PREROUTING -s client -d wan -j DROP\" added"));
    }

    [Test]
    public void A_drop_of_a_flow_with_ports_is_named_by_its_addresses() =>
        Assert.That(
            Explained(
                ToWan with { Protocol = Protocol.Tcp },
                host => With(host, "mangle", "-A PREROUTING -s client -j DROP")),
            Does.Contain("the rule \"iptables -t mangle -I PREROUTING -s client -d wan -j DROP\" added"));

    [Test]
    public void A_drop_of_only_the_reply_is_one_of_the_reply() =>
        Assert.That(
            Explained(ToWan, host => With(host, "mangle", "-A FORWARD -s wan -d client -j DROP")),
            Does.Contain("the rule \"iptables -t mangle -I FORWARD -s wan -d client -j DROP\" added"));

    [Test]
    public void A_connection_that_nat_did_not_rewrite_was_not_tracked() =>
        Assert.That(
            Explained(Samples.Ping, host => With(host, "raw", "-A PREROUTING -s client -d server -j CT --notrack")),
            Does.Contain("the rule \"iptables -t raw -I PREROUTING -s client -d server -j CT --notrack\" added"));

    [Test]
    public void A_policy_is_named() =>
        Assert.That(
            Explained(Samples.Ping with { From = Endpoint.Wan }, host => host with
            {
                Rules = new([.. host.Rules.Chains.Select(chain => chain.Id.Name == "FORWARD"
                    ? chain with { Policy = Policy.Accept }
                    : chain)]),
            }),
            Does.Contain("the policy ACCEPT of iptables filter FORWARD"));

    [Test]
    public void Legacy_tables_are_known_by_the_place_of_security_before_a_users_own_chain() =>
        Assert.That(
            Explained(
                ToWan,
                host => host with { Iptables = Backend.Legacy, Rules = WithAChainAt100(host.Rules) },
                HostProfile.Default with { Rules = WithAChainAt100(DockerRules.Default) })[0],
            Is.EqualTo("iptables-legacy"));

    [Test]
    public void An_in_that_POSTROUTING_lacks_is_an_older_kernel() =>
        Assert.That(Explained(ToWan, host => host with { Kernel = new(5, 4) }), Is.EqualTo(new[] { "kernel 5.4" }));

    [Test]
    public void Another_release_of_Docker_is_named_where_no_single_rule_does()
    {
        var found = Explained(
            new Flow(Endpoint.Wan, Endpoint.Client, Protocol.Tcp),
            host => host with { Rules = DockerRules.Of(DockerRelease.V29Nftables) });
        Assert.That(found, Is.EqualTo(
            new[] { "the rules of Docker 29-nftables", "the rules of Docker 29-nftables without its userland proxy" }));
    }

    [Test]
    public void Rules_of_ones_own_stay_when_Dockers_are_exchanged()
    {
        var own = With(HostProfile.Default, "filter", "-A FORWARD -s right -j DROP");
        var found = Explanation.For(
            own,
            [.. Witnesses(own, FromWan, own with { Rules = DockerRules.Of(DockerRelease.V29Nftables) })]);
        Assert.That(found.Select(one => one.Change), Does.Contain("the rules of Docker 29-nftables"));
        Assert.That(
            found.Single(one => one.Change == "the rules of Docker 29-nftables").Profile.Rules.Chains
                .SelectMany(chain => chain.Rules)
                .Select(rule => rule.Text),
            Does.Contain("-A FORWARD -s right -j DROP"));
    }

    [Test]
    public void Two_changes_are_named_where_one_does_not_suffice()
    {
        var found = Explained(ToWan, host => host with { Kernel = new(5, 4), Broute = false });
        Assert.That(found[0], Is.EqualTo("broute=0 together with kernel 5.4"));
    }

    [Test]
    public void Every_leg_has_to_be_explained()
    {
        var host = HostProfile.Default with { BridgeNfCallIptables = false };
        var request = Witness.Of(
            Predicted(host, Samples.Ping, Leg.Request)!.Trail,
            HostProfile.Default,
            one => Predicted(one, Samples.Ping, Leg.Request));
        var reply = Witness.Of(Samples.Bridged, HostProfile.Default, one => Predicted(one, Samples.Ping, Leg.Reply));
        Assert.Multiple(() =>
        {
            Assert.That(Explanation.For(HostProfile.Default, [request]), Is.Not.Empty);
            Assert.That(Explanation.For(HostProfile.Default, [request, reply], limit: 500), Is.Empty);
        });
    }

    [Test]
    public void A_leg_that_did_not_come_about_has_to_be_explained_too()
    {
        var profile = HostProfile.Default;
        var none = Witness.Of(null, profile, host => Predicted(host, ToWan, Leg.Reply));
        var found = Explanation.For(profile, [none]).Select(one => one.Change).ToList();
        Assert.That(found, Does.Contain("ip_forward=0"));
        Assert.That(found, Does.Not.Contain("broute=0"));
    }

    [Test]
    public void Whatever_is_offered_predicts_the_whole_observation([Values] DockerRelease release)
    {
        var profile = HostProfile.Default with { Rules = DockerRules.Of(DockerRelease.V28) };
        foreach (var flow in (Flow[])[Samples.Ping, ToWan, ToStranger, FromWan])
        {
            var actual = profile with { Rules = DockerRules.Of(release), Kernel = new(5, 10) };
            foreach (var one in Explanation.For(profile, [.. Witnesses(profile, flow, actual)]))
                Assert.That(
                    Prediction.Legs(one.Profile, flow).Where(leg => Prediction.Legs(actual, flow).All(
                        other => other.Leg != leg.Leg || Divergence.Between(other.Trail, leg.Trail) is not null)),
                    Is.Empty, $"{one.Change} for {flow}");
        }
    }

    [Test]
    public void What_nothing_explains_is_given_up_after_a_limited_number_of_hosts()
    {
        var asked = 0;
        var found = Explanation.For(
            HostProfile.Default, [new(Samples.Bridged, Samples.Bridged, _ => ++asked == 0)], limit: 100);
        Assert.That(found, Is.Empty);
        Assert.That(asked, Is.InRange(200, 700));
    }

    private static ImmutableArray<string> Explained(
        Flow flow, Func<HostProfile, HostProfile> actual, HostProfile? assumed = null)
    {
        var profile = assumed ?? HostProfile.Default;
        return
        [
            .. Explanation.For(profile, [.. Witnesses(profile, flow, actual(HostProfile.Default))])
                .Select(one => one.Change)
        ];
    }

    // What an observer would see of a flow on the actual host.
    private static IEnumerable<Witness> Witnesses(HostProfile assumed, Flow flow, HostProfile actual) =>
        Prediction.Legs(actual, flow)
            .Select(leg => Witness.Of(leg.Trail, assumed, host => Predicted(host, flow, leg.Leg)));

    private static PredictedLeg? Predicted(HostProfile host, Flow flow, Leg leg) =>
        Prediction.Legs(host, flow, leg.Packet).FirstOrDefault(one => one.Leg == leg);

    private static HostProfile Without(HostProfile host, string text)
    {
        Assert.That(host.Rules.Chains.SelectMany(chain => chain.Rules).Select(rule => rule.Text), Does.Contain(text));
        return host with
        {
            Rules = new([.. host.Rules.Chains.Select(
                chain => chain with { Rules = [.. chain.Rules.Where(rule => rule.Text != text)] })]),
        };
    }

    private static HostProfile With(HostProfile host, string table, string text) =>
        host with { Rules = RuleText.Read(Layer.Iptables, [$"*{table}", text], "a test").With(host.Rules) };

    private static RuleSet WithAChainAt100(RuleSet rules) =>
        rules.With(RuleText.Read(
            Layer.Nftables,
            ["table ip mine {", "chain c {", "type filter hook forward priority 100; policy accept;", "}", "}"],
            "a test"));
}
