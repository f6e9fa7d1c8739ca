using Hooktrail.Hosts;
using Hooktrail.Questions;
using Hooktrail.Questions.Changes;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Tests.Questions;

/// <summary>What a change of a host would change of an answer, and which change would turn it.</summary>
public sealed class ChangesTests
{
    private static readonly HostProfile Host = Shop.Profile;

    private static Question Asked(string from, string to, Protocol protocol = Protocol.Tcp) =>
        Question.Of(Host.Topology, from, to, protocol, null);

    private static SmallestChange Change(HostProfile host, string from, string to, Protocol protocol = Protocol.Tcp)
    {
        var question = Asked(from, to, protocol);
        return SmallestChange.Of(host, question, Answer.Of(host, question));
    }

    [TestCase("iptables -D DOCKER-USER 2", Ending.Delivered)]
    [TestCase("iptables -I DOCKER-USER -s 203.0.113.0/24 -p tcp --dport 443 -j ACCEPT", Ending.Delivered)]
    [TestCase("iptables -I DOCKER-USER -s 203.0.113.8 -j ACCEPT", Ending.Dropped)]
    [TestCase("iptables -I DOCKER-USER -i eth1 -j ACCEPT", Ending.Dropped)]
    public void A_rule_is_read_with_the_names_of_the_host(string command, Ending ending) => Assert.That(
        Answer.Of(HostCommand.Apply(Host, command), Asked("203.0.113.7@eth0", "web:443")).Ending, Is.EqualTo(ending));

    [TestCase("-A FORWARD -s 203.0.113.192/26 -j DROP", "iptables-legacy -D FORWARD -s 203.0.113.192/26 -j DROP")]
    [TestCase("-A FORWARD -s 203.0.113.192/26 -j DROP", "iptables-legacy -I FORWARD 1 -s 203.0.113.200 -d 172.18.0.2 -p tcp --dport 443 -j ACCEPT")]
    [TestCase(":FORWARD DROP [0:0]", "iptables-legacy -P FORWARD ACCEPT")]
    public void What_legacy_rules_beside_nft_turn_away_is_let_through_by_their_own_tool(string rule, string command)
    {
        var text = $"*filter\n{(rule[0] == ':' ? "" : ":FORWARD ACCEPT [0:0]\n")}{rule}\nCOMMIT\n";
        var legacy = LegacyBesideNft.Of(RuleReader.Xtables(Layer.Iptables, text, HostNames.Instance));
        var host = Host with { Rules = Host.Rules.With(legacy) };

        var change = Change(host, "203.0.113.200@eth0", "web:443");

        Assert.That(change.Wanted, Is.EqualTo(Ending.Delivered));
        Assert.That(change.Commands, Does.Contain(command));
        Assert.That(change.Commands, Has.All.StartsWith("iptables-legacy "));
        Assert.That(
            Answer.Of(HostCommand.Apply(host, command), Asked("203.0.113.200@eth0", "web:443")).Ending,
            Is.EqualTo(Ending.Delivered));
    }

    [Test]
    public void The_first_rule_that_tracks_connections_turns_conntrack_on_and_the_last_one_off()
    {
        var without = HostCommand.Apply(Host with { Rules = RuleSet.Empty, Conntrack = false }, "iptables -A INPUT -j ACCEPT");
        Assert.That(without.Conntrack, Is.False);
        var with = HostCommand.Apply(without, "iptables -A INPUT -m conntrack --ctstate NEW -j ACCEPT");
        Assert.That(with.Conntrack, Is.True);
        Assert.That(HostCommand.Apply(with, "iptables -F INPUT").Conntrack, Is.False);
    }

    [Test]
    public void A_switch_is_turned_for_every_device()
    {
        var off = HostSwitches.Turn(Host, Switch.Parse("ip_forward"), false);
        Assert.That(
            Answer.Of(off, Asked("internet", "web:443")).Says,
            Does.StartWith("not seen again").And.Contain("forward"));
        Assert.That(Answer.Of(off, Asked("internet", "host", Protocol.Icmp)).Ending, Is.EqualTo(Ending.Delivered));
    }

    [TestCase("sysctl -w net.ipv4.ip_forward=0", Ending.Unreachable)]
    [TestCase("sysctl net/ipv4/conf/eth0/forwarding=0", Ending.Unreachable)]
    [TestCase("sysctl -w net.ipv4.conf.eth1.forwarding=0", Ending.Delivered)]
    [TestCase("sysctl -w net.bridge.bridge-nf-call-iptables=0", Ending.Delivered)]
    public void A_sysctl_acts_on_its_device_or_on_all(string command, Ending ending) => Assert.That(
        Answer.Of(HostCommand.Apply(Host, command), Asked("internet", "web:443")).Ending, Is.EqualTo(ending));

    [TestCase("sysctl -w net.ipv4.ip_forward", "\"net.ipv4.ip_forward\" sets no sysctl;")]
    [TestCase("sysctl -w net.ipv4.tcp_sack=1", "The model has no sysctl net.ipv4.tcp_sack; it has net.bridge.")]
    [TestCase("sysctl -w net.ipv4.conf.eth9.rp_filter=1", "The host has no device \"eth9\".")]
    public void A_sysctl_that_the_model_lacks_is_named(string command, string says) =>
        Assert.That(
            () => HostCommand.Apply(Host, command), Throws.TypeOf<HooktrailException>().With.Message.StartsWith(says));

    [Test]
    public void Of_two_values_the_lower_one_need_not_act()
    {
        var strict = HostCommand.Apply(Host, "sysctl -w net.ipv4.conf.eth1.rp_filter=1");
        Assert.That(
            () => HostCommand.Apply(strict, "sysctl -w net.ipv4.conf.eth1.rp_filter=0"),
            Throws.TypeOf<HooktrailException>().With.Message.EndsWith("write --set rp_filter=0 for both."));
    }

    [Test]
    public void A_switch_of_the_lab_alone_is_refused() => Assert.That(
        () => HostSwitches.Turn(Host, Switch.Parse("userland-proxy"), false),
        Throws.TypeOf<HooktrailException>().With.Message.StartsWith("userland-proxy is a switch of the lab's Docker;"));

    [Test]
    public void To_let_a_packet_through_a_rule_in_DOCKER_USER_comes_first_and_the_deleted_rule_last()
    {
        var change = Change(Host, "203.0.113.7@eth0", "web:443");
        Assert.That(change.Wanted, Is.EqualTo(Ending.Delivered));
        Assert.That(
            change.Commands,
            Is.EqualTo(new[]
            {
                "iptables -I DOCKER-USER 1 -s 203.0.113.7 -d 172.18.0.2 -p tcp --dport 443 -j ACCEPT",
                "iptables -I FORWARD 1 -s 203.0.113.7 -d 172.18.0.2 -p tcp --dport 443 -j ACCEPT",
                "iptables -D DOCKER-USER -i eth0 -s 203.0.113.0/25 -j DROP",
            }));
    }

    [Test]
    public void For_the_internet_a_rule_asks_for_the_device_and_not_for_one_address() => Assert.That(
        Change(Host, "internet", "host:22").Commands,
        Is.EqualTo(new[]
        {
            "iptables -I INPUT 1 -i eth0 -d 198.51.100.2 -p tcp --dport 22 -j ACCEPT", "iptables -P INPUT ACCEPT",
        }));

    [Test]
    public void To_stop_a_packet_a_rule_in_DOCKER_USER_comes_first() => Assert.That(
        Change(Host, "internet", "web:443").Commands,
        Is.EqualTo(new[]
        {
            "iptables -I DOCKER-USER 1 -i eth0 -d 172.18.0.2 -p tcp --dport 443 -j DROP",
            "iptables -I FORWARD 1 -i eth0 -d 172.18.0.2 -p tcp --dport 443 -j DROP",
        }));

    [Test]
    public void What_forwarding_discards_needs_the_sysctl() => Assert.That(
        Change(HostSwitches.Turn(Host, Switch.Parse("ip_forward"), false), "internet", "web:443").Commands,
        Is.EqualTo(new[] { "sysctl -w net.ipv4.ip_forward=1" }));

    [Test]
    public void What_rp_filter_discards_needs_the_sysctl_of_the_device() => Assert.That(
        Change(
            HostSwitches.Turn(Host, Switch.Parse("rp_filter"), true), "203.0.113.200@eth1", "host", Protocol.Icmp)
            .Commands,
        Is.EqualTo(new[]
        {
            "sysctl -w net.ipv4.conf.eth1.rp_filter=2", "ip route add 203.0.113.200 dev eth1",
        }));

    [Test]
    public void What_a_route_ends_needs_it_deleted() => Assert.That(
        Change(With("198.18.0.0/15", RouteKind.Blackhole), "web", "198.18.0.7:443").Commands,
        Is.EqualTo(new[] { "ip route del blackhole 198.18.0.0/15", "ip route add 198.18.0.7 via 198.51.100.1 dev eth0" }));

    [Test]
    public void What_lacks_a_route_gets_one_by_a_router_that_the_host_knows()
    {
        // The address that stands for the internet is on the network of eth0.
        ImmutableArray<Route> without =
            [.. Shop.Topology.Routes.Where(route => route.Table == "local" || route.NextHops[0].Device != "eth0")];
        var lone = Shop.On(Shop.Topology with { Routes = without });
        var host = Shop.On(Shop.Topology with
        {
            Routes = [.. without, Shop.Route("main", "10.0.0.0/8", "eth1", "192.0.2.1")],
        });
        Assert.That(
            Change(host, "web", "internet:443").Commands,
            Is.EqualTo(new[] { "ip route add default via 192.0.2.1 dev eth1" }));
        Assert.That(
            Change(host, "host", "203.0.113.7", Protocol.Icmp).Commands,
            Is.EqualTo(new[] { "ip route add 203.0.113.7 via 192.0.2.1 dev eth1" }));
        Assert.That(
            Change(lone, "host", "203.0.113.7", Protocol.Icmp).Commands,
            Is.EqualTo(new[] { "ip route add 203.0.113.7 dev eth0", "ip route add 203.0.113.7 dev eth1" }));
    }

    [Test]
    public void An_answer_that_lacks_a_route_gets_one_by_the_device_of_its_sender() => Assert.That(
        Change(
            Shop.On(Shop.Topology with
            {
                Routes = [.. Shop.Topology.Routes.Where(route => route.Destination.Length > 0)],
            }),
            "203.0.113.200@eth1", "host", Protocol.Icmp).Commands,
        Is.EqualTo(new[] { "ip route add 203.0.113.200 dev eth1" }));

    [TestCase("ip route add 203.0.113.0/24 via 192.0.2.1", "203.0.113.0/24 via 192.0.2.1 dev eth1")]
    [TestCase("sudo ip -4 route add unreachable 10.0.0.0/8 metric 7 table 100", "unreachable 10.0.0.0/8 table 100 metric 7")]
    [TestCase("ip route add 2001:db8::/32 via fe80::1 dev eth0", "2001:db8::/32 via fe80::1 dev eth0 metric 1024")]
    [TestCase("ip -6 route add default dev eth1 src 2001:db8::7", "default dev eth1 metric 1024")]
    [TestCase("ip route add 10.9.9.9 via 10.0.0.1 dev eth0 onlink", "10.9.9.9/32 via 10.0.0.1 dev eth0")]
    public void A_route_is_added(string command, string route) =>
        Assert.That(HostCommand.Apply(Host, command).Topology.Routes[^1].ToString(), Is.EqualTo(route));

    [TestCase("ip route del default")]
    [TestCase("ip route del default via 198.51.100.1 dev eth0")]
    public void A_route_is_deleted(string command) => Assert.That(
        HostCommand.Apply(Host, command).Topology.Routes.Select(route => route.ToString()),
        Is.EqualTo(Host.Topology.Routes.Select(route => route.ToString())
            .Where(route => !route.StartsWith("default", StringComparison.Ordinal))));

    [TestCase("ip route del 203.0.113.0/24", "names a route that the host does not have.")]
    [TestCase("ip route del blackhole default", "names a route that the host does not have.")]
    [TestCase("ip route add default dev eth0", "adds a route to 0.0.0.0/0, which the table main has already.")]
    [TestCase("ip route add 10.0.0.0/8 via 203.0.113.1 dev eth0", "names the router 203.0.113.1, which is on no network of eth0.")]
    [TestCase("ip route add 10.0.0.0/8 via 203.0.113.1", "says neither a device nor a router on one of the host's networks.")]
    [TestCase("ip route add 10.0.0.0/8 dev eth9", "names the device eth9, which the host does not have.")]
    [TestCase("ip route add nonsense dev eth0", "has the destination nonsense, which is no network.")]
    [TestCase("ip route add 10.0.0.0/8 dev eth0 mtu 1400", "has \"mtu\"; the model knows via, dev, table, metric, src and onlink.")]
    [TestCase("ip link set eth0 down", "changes no route; it needs ip route add or ip route del, and a destination.")]
    public void A_route_that_the_kernel_would_refuse_is_told(string command, string says) => Assert.That(
        () => HostCommand.Apply(Host, command),
        Throws.TypeOf<HooktrailException>().With.Message.EqualTo($"\"{command}\" {says}"));

    private static HostProfile With(string destination, RouteKind kind)
    {
        AddressPrefix.TryParse(destination, IpVersion.V4, out var prefix);
        return Shop.On(Shop.Topology with { Routes = [.. Shop.Topology.Routes, new("main", prefix, kind)] });
    }

    [Test]
    public void A_rule_of_nft_is_deleted_by_its_handle()
    {
        var host = HostCommand.AddTables(
            Host,
            "table inet own {\n chain forward {\n type filter hook forward priority -5\n tcp dport 443 drop # handle 9\n }\n}",
            "a file");
        Assert.That(
            Change(host, "internet", "web:443").Commands,
            Is.EqualTo(new[]
            {
                "nft insert rule inet own forward iifname eth0 ip daddr 172.18.0.2 tcp dport 443 accept",
                "nft delete rule inet own forward handle 9",
            }));
    }

    [Test]
    public void The_policy_of_a_chain_of_nft_is_turned()
    {
        var host = HostCommand.AddTables(
            Host, "table inet own {\n chain forward {\n type filter hook forward priority -5; policy drop\n }\n}", "a file");
        // A rule for the request is not enough: the policy drops the answer too.
        Assert.That(
            Change(host, "internet", "web:443").Commands,
            Is.EqualTo(new[] { "nft chain inet own forward '{ policy accept; }'" }));
    }

    [Test]
    public void Where_two_rules_drop_the_packet_no_single_change_is_found()
    {
        var host = HostCommand.Apply(
            HostCommand.Apply(Host, "iptables -t raw -A PREROUTING -p tcp --dport 8443 -j DROP"),
            "iptables -I DOCKER-USER -j DROP");
        Assert.That(Change(host, "internet", "web:443").Commands, Is.Empty);
        var question = Asked("internet", "web:443");
        var answer = Answer.Of(host, question);
        Assert.That(
            AnswerText.Of(
                new(question, answer) { Change = SmallestChange.Of(host, question, answer) }, everyHook: false),
            Does.EndWith("\nNo single change of a rule, a sysctl or a route lets it through.\n"));
    }

    [Test]
    public void No_firewall_rule_opens_a_port_without_a_socket() =>
        Assert.That(Change(Host, "web", "db:5433").Commands, Is.Empty);

    [Test]
    public void An_undecided_answer_is_made_sure()
    {
        var host = HostCommand.Apply(Host, "iptables -I DOCKER-USER -i eth0 -m recent --rcheck --name x --rsource -j DROP");
        Assert.That(
            Change(host, "internet", "web:443").Commands[0],
            Is.EqualTo("iptables -I DOCKER-USER 1 -i eth0 -d 172.18.0.2 -p tcp --dport 443 -j ACCEPT"));
    }

    [Test]
    public void With_a_change_the_answers_now_and_then_come_first()
    {
        var question = Asked("internet", "web:443");
        var text = AnswerText.Of(
            new(question, Answer.Of(HostCommand.Apply(Host, "iptables -I DOCKER-USER -j DROP"), question))
            {
                Before = Answer.Of(Host, question),
            },
            everyHook: false);
        Assert.That(
            text,
            Does.StartWith("now: delivered to shop-web-1\nthen: dropped in iptables filter DOCKER-USER by rule 1: -A DOCKER-USER -j DROP\n\nrequest: "));
    }

    [Test]
    public void An_address_is_that_address_whatever_is_published()
    {
        Assert.That(Asked("internet", "172.18.0.2:443").Flow.Via, Is.EqualTo("172.18.0.2"));
        Assert.That(Asked("internet", "192.0.2.2:22").Flow.Via, Is.EqualTo("192.0.2.2"));
        Assert.That(Asked("internet", "web:443").Flow.Via, Is.EqualTo("198.51.100.2"));
        Assert.That(
            Answer.Of(Host, Asked("internet", "192.0.2.2:8443")).Legs[0].Trail.Hops[0].Destination,
            Is.EqualTo("192.0.2.2:8443"));
    }
}
