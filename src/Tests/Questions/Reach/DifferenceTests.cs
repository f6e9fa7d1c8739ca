using Hooktrail.Questions.Reach;
using Hooktrail.Report.Reach;

namespace Hooktrail.Tests.Questions.Reach;

public sealed class DifferenceTests
{
    private static ReachDifference Between(HostProfile before, HostProfile after) =>
        ReachDifference.Between(Tables.Of(before), Tables.Of(after));

    [Test]
    public void Equal_hosts_do_not_differ()
    {
        var difference = Between(Shop.Profile, Shop.On(Shop.Topology));
        Assert.That(difference.Groups, Is.Empty);
        Assert.That(difference.Same, Is.EqualTo(difference.Before.Cells.Length));
    }

    [Test]
    public void What_one_rule_changed_is_one_group_with_the_rules_before_and_after()
    {
        var groups = Between(
            Shop.Profile,
            Tables.WithRules(rules => rules.Replace(
                "-A DOCKER-USER -s 192", "-A DOCKER-USER -p tcp -m tcp --dport 443 -j DROP\n-A DOCKER-USER -s 192"))).Groups;
        var group = groups.Single(one => one.CauseBefore.StartsWith(
            "iptables filter DOCKER: -A DOCKER -d 172.18.0.2/32 ! -i br-shop", StringComparison.Ordinal));
        Assert.That(groups.Select(one => one.Before), Is.All.EqualTo(Verdict.Yes));
        Assert.That(groups.Select(one => one.After), Is.All.EqualTo(Verdict.No));
        Assert.That(group.CauseAfter, Is.EqualTo("iptables filter DOCKER-USER: -A DOCKER-USER -p tcp -m tcp --dport 443 -j DROP"));
        Assert.That(
            group.Changes.Select(one => one.Either.ToString()),
            Does.Contain("internet → host:8443/tcp (shop-web-1:443) by ipv4").And.Contain("beyond eth1 → host:8443/tcp (shop-web-1:443) by ipv4"));
    }

    [Test]
    public void A_rule_that_only_moves_changes_nothing() => Assert.That(
        Between(
            Shop.Profile,
            Tables.WithRules(rules => rules.Replace(
                "-A DOCKER-USER -s 192", "-A DOCKER-USER -s 192.0.2.98/32 -j LOG\n-A DOCKER-USER -s 192"))).Groups,
        Is.Empty);

    [Test]
    public void A_policy_that_changed_is_the_cause_and_its_surprise_is_new()
    {
        var difference = Between(
            Shop.Profile, Tables.WithRules(rules => rules.Replace(":FORWARD DROP", ":FORWARD ACCEPT")));
        var group = difference.Groups[0];
        Assert.That(
            (group.Before, group.After, group.CauseBefore, group.CauseAfter),
            Is.EqualTo(((Verdict?)Verdict.No, (Verdict?)Verdict.Yes, "iptables filter FORWARD: its policy", "no rule and no policy turns the packet away")));
        Assert.That(
            difference.NewSurprises.Select(one => one.Kind), Is.EqualTo(new[] { SurpriseKind.UnpublishedPort }));
    }

    [Test]
    public void A_setting_that_changed_is_the_cause()
    {
        var difference = Between(Shop.Profile, Shop.On(Shop.Topology with
        {
            Devices =
            [
                .. Shop.Topology.Devices.Select(one => one with
                {
                    Settings = one.Settings with { Forwarding = one.Name != "eth0" },
                }),
            ],
        }));
        Assert.That(difference.Groups.Single().CauseAfter, Does.Contain("forward"));
    }

    [Test]
    public void A_new_container_is_there_only_afterwards()
    {
        var without = Shop.On(Shop.Topology with
        {
            Containers = [Shop.Topology.Containers[0]],
            Devices = [.. Shop.Topology.Devices.Where(one => one.Name != "veth-db")],
        });
        var groups = Between(without, Shop.Profile).Groups;
        Assert.That(groups.Select(one => one.Before), Is.All.Null);
        Assert.That(groups.Select(one => one.CauseBefore), Is.All.EqualTo("it is not there"));
        Assert.That(
            groups.SelectMany(one => one.Changes).Select(one => one.Either.ToString()),
            Does.Contain("shop-web-1 → shop-db-1:5432/tcp by ipv4"));
    }

    [Test]
    public void The_text_names_each_change_below_its_cause()
    {
        var text = ReachDifferenceText.Of(Between(
            Shop.Profile, Tables.WithRules(rules => rules.Replace(":FORWARD DROP", ":FORWARD ACCEPT"))));
        Assert.That(text, Does.Contain("""
            no → yes: 2 answers
              before: iptables filter FORWARD: its policy
              after:  no rule and no policy turns the packet away
                internet → shop-db-1:5432/tcp by ipv4
                beyond eth1 → shop-db-1:5432/tcp by ipv4

            """));
    }
}
