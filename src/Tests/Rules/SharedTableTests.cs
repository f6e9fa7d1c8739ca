
namespace Hooktrail.Tests.Rules;

/// <summary>The tables that nft shares with iptables-nft and its relatives, as the real tools print them.</summary>
public class SharedTableTests
{
    private static readonly ProtocolMatch Tcp = new("tcp", false);

    [Test]
    public void A_rule_that_both_show_has_the_text_of_iptables()
    {
        var rules = Read(
            """
            iptables-nft -A INPUT -s 172.30.0.2 -i br-la0 -p tcp --dport 80 -m comment --comment "a b" -j ACCEPT
            iptables-nft -A INPUT -i eth+ -m limit --limit 1/s -j LOG --log-prefix "x "
            iptables-nft -A INPUT -m conntrack --ctstate NEW -m physdev --physdev-in vethclient -j REJECT
            iptables-nft -A INPUT -m mark --mark 0x1/0x3 -j MARK --set-xmark 0x4/0x4
            iptables-nft -N OWN
            iptables-nft -A INPUT -p icmp --icmp-type 8 -j OWN
            iptables-nft -P INPUT DROP
            ip6tables-nft -A FORWARD -s fd00::2 -p tcp --syn -j REJECT --reject-with tcp-reset
            arptables-nft -A INPUT -s 172.30.0.2 -j DROP
            ebtables-nft -A FORWARD -p IPv4 --ip-src 172.30.0.2 -d Multicast -j DROP
            ebtables-nft -A FORWARD -p IPv4 --ip-proto tcp --ip-dport 80 -j mark --mark-set 1
            """);

        Assert.That(rules.Chains.SelectMany(chain => chain.Rules).Select(rule => rule.Text), Is.EqualTo((string[])
        [
            "-A INPUT -s client -i lab -p tcp -m tcp --dport 80 -m comment --comment \"a b\" -j ACCEPT",
            "-A INPUT -i eth+ -m limit --limit 1/sec -j LOG --log-prefix \"x \"",
            "-A INPUT -m conntrack --ctstate NEW -m physdev --physdev-in client.port -j REJECT --reject-with icmp-port-unreachable",
            "-A INPUT -m mark --mark 0x1/0x3 -j MARK --set-xmark 0x4/0x4",
            "-A INPUT -p icmp -m icmp --icmp-type 8 -j OWN",
            "-A FORWARD -s client -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j REJECT --reject-with tcp-reset",
            "-A INPUT -s client -j DROP",
            "-A FORWARD -p IPv4 -d Multicast --ip-src client -j DROP",
            "-A FORWARD -p IPv4 --ip-proto tcp --ip-dport 80 -j mark --mark-set 0x1 --mark-target CONTINUE",
            "-A FORWARD -p IPv4 --ip-proto tcp --ip-dport 80 -j ACCEPT",
        ]));
        Assert.That(rules.Find(new(Layer.Iptables, "filter", "INPUT"))!.Policy, Is.EqualTo(Policy.Drop));
    }

    [Test]
    public void A_rule_keeps_its_number_and_only_a_rule_of_nft_shows_a_handle()
    {
        var rules = Read(
            """
            iptables-nft -A INPUT -p icmp -j ACCEPT
            nft 'add rule ip filter INPUT tcp dport { 9998, 9999 } drop'
            iptables-nft -A INPUT -s 172.30.0.2 -j DROP
            nft 'table inet own { chain input { type filter hook input priority 0; tcp dport 22 accept; tcp dport 80 reject; tcp dport 81 drop; }; }'
            nft delete rule inet own input handle 2
            """);
        var own = rules.Find(new(Layer.Nftables, "inet own", "input"))!.Rules;
        var shared = rules.Find(new(Layer.Iptables, "filter", "INPUT"))!.Rules;

        Assert.Multiple(() =>
        {
            Assert.That(shared.Select(rule => rule.Number), Is.EqualTo(new[] { 1, 2, 3 }));
            Assert.That(shared.Select(rule => rule.Handle is null), Is.EqualTo(new[] { true, false, true }));
            // A rejection is a rule for each version of IP.
            Assert.That(own.Select(rule => rule.Number).Distinct(), Is.EqualTo(new[] { 1, 2 }));
            Assert.That(own.Select(rule => rule.Handle).Distinct(), Is.EqualTo(new long?[] { 3, 4 }));
        });
    }

    // What iptables-save 1.8.9 makes of them is in the comments.
    [TestCase("tcp dport { 9998, 9999 } drop", TestName = "A_set")] // -p tcp -j DROP
    [TestCase("ip saddr { 172.30.0.2, 172.30.0.3 } drop", TestName = "A_set_of_addresses")] // -j DROP
    [TestCase("ip saddr 172.30.0.2-172.30.0.3 drop", TestName = "A_range")] // -s 172.30.0.3/32 -j DROP
    [TestCase("ct state { established, related } accept", TestName = "A_state")] // the table is incompatible
    [TestCase("ip saddr 172.30.0.2 tcp dport 80-90 drop", TestName = "A_range_of_ports")]
    [TestCase("udp length 7 drop", TestName = "A_field_that_iptables_cannot_read")] // the listing ends here
    public void A_rule_that_only_nft_shows_is_read_from_nft(string rule)
    {
        var rules = Read(
            $$"""
            iptables-nft -A FORWARD -m conntrack --ctstate NEW -j ACCEPT
            nft 'add rule ip filter FORWARD {{rule}}'
            iptables-nft -A FORWARD -d 172.30.0.3 -j DROP
            """).Find(new(Layer.Iptables, "filter", "FORWARD"))!.Rules;
        var own = RuleReader.Nftables(
            $"table ip filter {{\nchain c {{\n{rule}\n}}\n}}", TestHost.Instance).Chains.Single().Rules.Single();

        Assert.That(rules, Has.Length.EqualTo(3));
        Assert.That(rules[0].Matches, Is.EqualTo(new Match[] { new ConntrackMatch(ConntrackStates.New, false) }));
        Assert.That(rules[1].Matches, Is.EqualTo(own.Matches));
        Assert.That(rules[1].Target, Is.EqualTo(own.Target));
        Assert.That(
            rules[2].Matches.Single(), Is.EqualTo(new AddressMatch(AddressRole.Destination, ["server"], false)));
    }

    [Test]
    public void Of_a_table_that_iptables_refuses_the_extensions_are_known_in_nfts_words()
    {
        var rules = Read(
            """
            nft 'table ip filter { chain FORWARD { type filter hook forward priority 0; policy drop; ct state { established, related } accept; }; }'
            iptables-nft -A FORWARD -p tcp -m multiport ! --dports 80,443 -j DROP
            iptables-nft -A FORWARD -m addrtype ! --dst-type UNICAST,LOCAL -j REJECT
            iptables-nft -I FORWARD -j LOG --log-prefix "htx7k2q a"
            """).Find(new(Layer.Iptables, "filter", "FORWARD"))!;

        Assert.That(rules.Policy, Is.EqualTo(Policy.Drop));
        Assert.That(rules.Rules.Select(rule => rule.Text), Is.EqualTo((string[])
        [
            "nft add rule ip filter FORWARD ct state { established, related } accept",
            "nft add rule ip filter FORWARD meta l4proto tcp tcp dport != { 80, 443 } drop",
            "nft add rule ip filter FORWARD fib daddr type != { local, unicast } reject with icmp port-unreachable",
        ]));
        Assert.That(rules.Rules[1].Matches, Does.Contain(Tcp));
    }

    [Test]
    public void An_extension_that_no_tool_shows_is_unknown_by_the_name_of_its_table()
    {
        var rules = Read(
            """
            nft 'table ip filter { chain FORWARD { type filter hook forward priority 0; ct state { established, related } accept; }; }'
            iptables-nft -A FORWARD -s 172.30.0.2 -m physdev --physdev-in x -j DROP
            """).Find(new(Layer.Iptables, "filter", "FORWARD"))!.Rules;

        Assert.That(rules[1].Target, Is.EqualTo(new DropTarget()));
        Assert.That(rules[1].Matches, Is.EqualTo(new Match[]
        {
            new AddressMatch(AddressRole.Source, ["client"], false),
            new UnknownMatch("physdev in ip filter, whose rules iptables-save does not show one by one", false),
        }));
    }

    [Test]
    public void A_rule_of_ebtables_that_only_logs_stops_nothing_whatever_it_matches()
    {
        var rules = Read(
            """
            nft 'table bridge filter { chain FORWARD { type filter hook forward priority -200; meta mark { 1, 2 } accept; }; }'
            ebtables-nft -A FORWARD -p ARP --arp-opcode Request --log -j CONTINUE
            """).Find(new(Layer.Ebtables, "filter", "FORWARD"))!.Rules;

        Assert.That(rules, Has.Length.EqualTo(2));
        Assert.That(rules[1].Target, Is.InstanceOf<ContinueTarget>());
    }

    [Test]
    public void A_table_has_chains_of_iptables_and_of_nft()
    {
        var rules = Read(
            """
            iptables-nft -A INPUT -p tcp --dport 80 -j ACCEPT
            iptables-nft -N OWN
            iptables-nft -A INPUT -j OWN
            nft 'table ip filter { chain OWN { tcp dport 81 drop; }; chain mine { tcp dport 82 drop; }; chain early { type filter hook input priority -5; jump OWN; jump mine; }; }'
            nft 'table ip6 filter { chain input { type filter hook input priority 0; policy drop; }; }'
            nft 'table ip raw { chain PREROUTING { type filter hook prerouting priority -10; }; }'
            nft 'table inet hooktrail-x7k2q { chain c { type filter hook input priority 0; }; }'
            nft 'table inet sleeping { flags dormant; chain c { type filter hook input priority 0; }; }'
            nft 'table ip nat { chain hooktrail { }; chain PREROUTING { type nat hook prerouting priority -100; }; }'
            """);

        Assert.That(rules.Chains.Select(chain => chain.Id.ToString()), Is.EquivalentTo((string[])
        [
            "iptables filter INPUT", "iptables filter OWN", "nftables ip filter OWN", "nftables ip filter mine",
            "nftables ip filter early", "nftables ip6 filter input", "nftables ip raw PREROUTING",
        ]));
        Assert.That(
            rules.Find(new(Layer.Nftables, "ip filter", "early"))!.Base,
            Is.EqualTo(new BaseChain(NftFamily.Ip, "filter", "input", -5)));
        Assert.That(
            rules.Find(new(Layer.Nftables, "ip filter", "OWN"))!.Rules.Single().Text, Is.EqualTo("tcp dport 81 drop"));
    }

    [Test]
    public void A_chain_of_ebtables_has_its_policy()
    {
        var rules = Read(
            """
            ebtables-nft -N ACCEPTS
            ebtables-nft -N DROPS -P DROP
            ebtables-nft -N RETURNS -P RETURN
            for chain in ACCEPTS DROPS RETURNS; do ebtables-nft -A FORWARD -j $chain; ebtables-nft -A $chain -p ARP -j RETURN; done
            """);
        RuleChain Chain(string name) => rules.Find(new(Layer.Ebtables, "filter", name))!;

        Assert.That(
            ((string[])["ACCEPTS", "DROPS", "RETURNS"]).Select(name => (Chain(name).Policy, Chain(name).Rules.Length)),
            Is.EqualTo(((Policy, int)[])[(Policy.Accept, 1), (Policy.Drop, 1), (Policy.None, 1)]));
    }

    [Test]
    public void A_save_that_does_not_fit_changes_nothing_that_nft_shows()
    {
        const string listing =
            """
            {"nftables": [{"table": {"family": "ip", "name": "filter"}},
            {"chain": {"family": "ip", "table": "filter", "name": "INPUT", "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}},
            {"rule": {"family": "ip", "table": "filter", "chain": "INPUT", "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "172.30.0.2"}}, {"xt": {"type": "match", "name": "owner"}}, {"xt": {"type": "target", "name": "TEE"}}]}}]}
            """;
        foreach (var save in (string[][])
            [
                [], ["*filter", ":INPUT ACCEPT", "-A INPUT -j ACCEPT", "-A INPUT -j ACCEPT"],
                ["*filter", ":INPUT ACCEPT", "-A INPUT -s 172.30.0.3 -j TEE"],
            ])
        {
            var chain = RuleReader.OfHost(
                listing, [], new Dictionary<Layer, IEnumerable<string>> { [Layer.Iptables] = save }, TestHost.Instance)
                .Chains.Single();
            Assert.That(chain.Policy, Is.EqualTo(Policy.Drop));
            Assert.That(
                chain.Rules.Single().Matches, Does.Contain(new AddressMatch(AddressRole.Source, ["client"], false)));
            Assert.That(chain.Rules.Single().Target, Is.InstanceOf<UnknownTarget>());
        }
    }

    private static RuleSet Read(string script)
    {
        var parts = PrivateNamespace.Run(
            $$"""
            for tool in nft iptables-nft ip6tables-nft ebtables-nft arptables-nft; do command -v $tool >/dev/null || exit 77; done
            {{script}}
            for tool in iptables ip6tables arptables ebtables; do $tool-nft-save 2>/dev/null || :; echo ===; done
            nft -j list ruleset; echo ===; nft list ruleset
            """).Split("===\n");
        var saves = new Dictionary<Layer, IEnumerable<string>>
        {
            [Layer.Iptables] = parts[0].Split('\n'),
            [Layer.Ip6tables] = parts[1].Split('\n'),
            [Layer.Arptables] = parts[2].Split('\n'),
            [Layer.Ebtables] = parts[3].Split('\n'),
        };
        var read = RuleReader.OfHost(parts[4], parts[5].Split('\n'), saves, TestHost.Instance);
        foreach (var layer in RuleText.Layers(read))
            Assert.That(
                RuleText.Read(layer, RuleText.Write(read, layer), "text"),
                Is.EqualTo(new RuleSet([.. read.Chains.Where(chain => chain.Id.Layer == layer)])),
                "they can be written down");
        return read;
    }
}
