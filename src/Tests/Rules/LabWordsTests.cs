using Hooktrail.Labs;

namespace Hooktrail.Tests.Rules;

public class LabWordsTests
{
    [TestCase("Error: Chain of type \"filter\" is not supported, perhaps kernel support is missing?", "This kernel does not support what the table needs; ")]
    [TestCase("ebtables v1.8.9 (nf_tables): table 'broute' does not exist", "The ebtables of this machine has no table broute: ")]
    [TestCase("Could not add the rule \"iptables -I DOCKER-USER -j DROP\" in host: iptables: No chain/target/match by that name. iptables has no chain DOCKER-USER in filter", "This host's iptables has no chain DOCKER-USER in the table filter, so no rule can be added to it: Docker has it")]
    [TestCase("ebtables: No chain/target/match by that name ebtables has no chain OWN in nat", "This host's ebtables has no chain OWN in the table nat, so no rule can be added to it.")]
    public void What_the_machine_has_not_got_is_nobodys_mistake(string complaint, string sentence) =>
        Assert.That(LabWords.Lack(complaint)!.Message, Does.StartWith(sentence));

    [Test]
    public void A_mistake_stays_one() => Assert.That(LabWords.Lack("Error: syntax error, unexpected newline"), Is.Null);

    [TestCase("-I DOCKER-USER -j DROP", "iptables has no chain DOCKER-USER in filter")]
    [TestCase("-t nat -A MINE -j RETURN", "iptables has no chain MINE in nat")]
    [TestCase("-A FORWARD -j NOWHERE", "Chain 'NOWHERE' does not exist")]
    public void A_chain_that_does_not_exist_is_told_from_other_mistakes(string add, string said) =>
        Assert.That(
            PrivateNamespace.Run($"""
                command -v iptables-nft >/dev/null || exit 77
                ({LabWords.Adding("iptables-nft", add)}) 2>&1 || :
                """),
            Does.Contain(said).And.Matches(said.Contains("no chain") ? "no chain" : @"\A(?![\s\S]*no chain)"));

    [TestCase("iptables -A FORWARD -s client -d wan -j DROP", "-A FORWARD -s 172.30.0.2 -d 203.0.113.9 -j DROP")]
    [TestCase("iptables -A FORWARD -s lab -j DROP", "-A FORWARD -s 172.30.0.0/24 -j DROP")]
    [TestCase("iptables -A FORWARD -i lab -o wan.nic -j DROP", "-A FORWARD -i br-la0 -o enp3s0 -j DROP")]
    [TestCase("iptables -A FORWARD ! -i lab -m physdev --physdev-in client.port -j DROP", "-A FORWARD ! -i br-la0 -m physdev --physdev-in vethclient -j DROP")]
    [TestCase("iptables -A INPUT -i lo -d lab.gateway -j DROP", "-A INPUT -i lo -d 172.30.0.1 -j DROP")]
    [TestCase("iptables -A INPUT -d 10.0.0.1 -j DROP", "-A INPUT -d 10.0.0.1 -j DROP")]
    [TestCase("iptables -t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination server:80",
        "-t nat -A PREROUTING -p tcp --dport 48080 -j DNAT --to-destination 172.30.0.3:80")]
    [TestCase("iptables -A FORWARD -p tcp -m multiport --dports 8080,8081 -j DROP", "-A FORWARD -p tcp -m multiport --dports 48080,48081 -j DROP")]
    [TestCase("iptables -A FORWARD -p tcp --dport 1024:65535 -j DROP", "-A FORWARD -p tcp --dport 1024:65535 -j DROP")]
    [TestCase("iptables -A client -j DROP", "-A client -j DROP")]
    [TestCase("ip6tables -A FORWARD -s client -d away -j DROP", "-A FORWARD -s fd00::2 -d fd00:1::/64 -j DROP")]
    [TestCase("ip6tables -t nat -A PREROUTING -j DNAT --to-destination server:80", "-t nat -A PREROUTING -j DNAT --to-destination [fd00::3]:80")]
    [TestCase("ebtables -A FORWARD -p IPv4 --ip-src client -j DROP", "-A FORWARD -p IPv4 --ip-src 172.30.0.2 -j DROP")]
    [TestCase("ebtables -A FORWARD -p IPv6 --ip6-dst server -j DROP", "-A FORWARD -p IPv6 --ip6-dst fd00::3 -j DROP")]
    [TestCase("arptables -A INPUT -s client -j DROP", "-A INPUT -s 172.30.0.2 -j DROP")]
    [TestCase("ebtables -A FORWARD -p IPv4 --ip-src ! client -j DROP", "-A FORWARD -p IPv4 --ip-src ! 172.30.0.2 -j DROP")]
    [TestCase("iptables -A FORWARD ! -s client,server -j DROP", "-A FORWARD ! -s 172.30.0.2,172.30.0.3 -j DROP")]
    [TestCase("iptables -A FORWARD -m conntrack ! --ctorigdst host.wan --ctorigdstport 8080 -j DROP", "-A FORWARD -m conntrack ! --ctorigdst 203.0.113.1 --ctorigdstport 48080 -j DROP")]
    [TestCase("iptables -A FORWARD -s client -m comment --comment \"two words (-s lab)\" -j DROP", "-A FORWARD -s 172.30.0.2 -m comment --comment 'two words (-s lab)' -j DROP")]
    [TestCase("iptables -A INPUT -p udp -m u32 --u32 '0>>22&0x3C@12=1' -j DROP", "-A INPUT -p udp -m u32 --u32 '0>>22&0x3C@12=1' -j DROP")]
    [TestCase("iptables -N MINE", "-N MINE")]
    [TestCase("iptables -P FORWARD DROP", "-P FORWARD DROP")]
    public void Names_are_the_hosts(string command, string expected)
    {
        var (tool, add, _) = LabWords.Xtables(command, TestHost.Instance);
        Assert.That(tool, Is.EqualTo(command.Split(' ')[0]));
        Assert.That(add, Is.EqualTo(expected));
    }

    [Test]
    public void A_policy_is_set_back_to_what_it_was()
    {
        var rules = RuleReader.Xtables(Layer.Iptables, ":FORWARD DROP", TestHost.Instance);

        Assert.That(
            LabWords.Xtables("iptables -P FORWARD ACCEPT", TestHost.Instance, rules).Delete,
            Is.EqualTo("-P FORWARD DROP"));
    }

    [TestCase("iptables -t raw -A PREROUTING -s wan -j DROP", "-t raw -D PREROUTING -s 203.0.113.9 -j DROP")]
    [TestCase("iptables -I FORWARD 3 -s wan -j DROP", "-D FORWARD -s 203.0.113.9 -j DROP")]
    [TestCase("iptables -I FORWARD -j DROP", "-D FORWARD -j DROP")]
    [TestCase("iptables --append FORWARD -j DROP", "-D FORWARD -j DROP")]
    [TestCase("iptables -t nat -N MINE", "-t nat -X MINE")]
    [TestCase("iptables -P FORWARD DROP", "-P FORWARD ACCEPT")]
    [TestCase("iptables -A FORWARD -m comment --comment 'two words' -j DROP", "-D FORWARD -m comment --comment 'two words' -j DROP")]
    public void A_rule_is_deleted_by_what_it_says(string command, string expected) =>
        Assert.That(LabWords.Xtables(command, TestHost.Instance).Delete, Is.EqualTo(expected));

    [TestCase("iptables -P FORWARD", "adds no rule")]
    [TestCase("iptables -A FORWARD -m comment --comment \"$(reboot)\" -j DROP", "is not allowed in a rule")]
    [TestCase("iptables -A FORWARD -m comment --comment 'a'b' -j DROP", "is not allowed in a rule")]
    [TestCase("iptables -A FORWARD -j DROP & reboot", "is not allowed in a rule")]
    [TestCase("", "is not a rule: begin with")]
    [TestCase("nft add rule ip a b drop", "is not a rule: begin with")]
    [TestCase("iptables -F", "adds no rule")]
    [TestCase("iptables -D FORWARD -j DROP", "adds no rule")]
    [TestCase("iptables -A", "adds no rule")]
    [TestCase("iptables -A FORWARD -j DROP; reboot", "is not allowed in a rule")]
    [TestCase("iptables -A FORWARD -s $(reboot) -j DROP", "is not allowed in a rule")]
    [TestCase("iptables -A FORWARD -s `reboot` -j DROP", "is not allowed in a rule")]
    [TestCase("iptables -A FORWARD -j DROP > /etc/passwd", "is not allowed in a rule")]
    public void What_adds_no_rule_is_refused(string command, string why) =>
        Assert.That(
            () => LabWords.Xtables(command, TestHost.Instance),
            Throws.TypeOf<HooktrailException>().With.Message.Contains(why));

    [TestCase("table ip mine { chain c { ip saddr client drop; }; }", "table ip mine { chain c { ip saddr 172.30.0.2 drop; }; }")]
    [TestCase("table ip mine { chain c { ip saddr != { client, server } drop; }; }", "table ip mine { chain c { ip saddr != { 172.30.0.2, 172.30.0.3 } drop; }; }")]
    [TestCase("table ip6 mine { chain c { ip6 daddr away drop; }; }", "table ip6 mine { chain c { ip6 daddr fd00:1::/64 drop; }; }")]
    [TestCase("table inet mine { chain c { ip6 daddr client drop; ip daddr client drop; }; }", "table inet mine { chain c { ip6 daddr fd00::2 drop; ip daddr 172.30.0.2 drop; }; }")]
    [TestCase("table ip mine { chain c { tcp dport 8080 dnat to server:80; }; }", "table ip mine { chain c { tcp dport 48080 dnat to 172.30.0.3:80; }; }")]
    [TestCase("table ip6 mine { chain c { dnat to server:80; }; }", "table ip6 mine { chain c { dnat to [fd00::3]:80; }; }")]
    [TestCase("table inet mine { chain c { dnat ip to server; dnat ip6 to server; }; }", "table inet mine { chain c { dnat ip to 172.30.0.3; dnat ip6 to fd00::3; }; }")]
    [TestCase("table bridge mine { chain c { iifname \"client.port\" oifname { \"lab\", \"lo\" } drop; }; }",
        "table bridge mine { chain c { iifname \"vethclient\" oifname { \"br-la0\", \"lo\" } drop; }; }")]
    [TestCase("table netdev mine { chain c { type filter hook ingress device \"wan.nic\" priority 0; }; }",
        "table netdev mine { chain c { type filter hook ingress device \"enp3s0\" priority 0; }; }")]
    [TestCase("table ip mine { chain lab { counter; }; chain client { jump lab; }; }", "table ip mine { chain lab { counter; }; chain client { jump lab; }; }")]
    [TestCase("table arp mine { chain c { arp saddr ip client drop; }; }", "table arp mine { chain c { arp saddr ip 172.30.0.2 drop; }; }")]
    [TestCase("table ip mine { chain c { log prefix \"client, server\" drop; }; }", "table ip mine { chain c { log prefix \"client, server\" drop; }; }")]
    public void Names_in_a_table_of_nft_are_the_hosts(string text, string expected) =>
        Assert.That(LabWords.Nft(text, TestHost.Instance), Is.EqualTo(expected));

    [Test]
    public void Its_tables_are_known_by_family_and_name() =>
        Assert.That(
            LabWords.TablesOf("table ip one { }\ntable bridge two { }; table ip one { chain c { }; }"),
            Is.EqualTo(new[] { "ip one", "bridge two" }));

    [TestCase("add rule ip a b drop")]
    [TestCase("table nonsense x { }")]
    [TestCase("")]
    public void A_text_without_a_table_is_refused(string text) =>
        Assert.That(
            () => LabWords.TablesOf(text), Throws.TypeOf<HooktrailException>().With.Message.Contains("has no table"));

    [TestCase(true, "list evil -name")]
    [TestCase(false, "list evil -name|restore")]
    public void A_set_that_the_host_has_already_is_not_touched(bool isThere, string asked)
    {
        var folder = Directory.CreateTempSubdirectory("hooktrail-");
        try
        {
            var (program, log) = (Path.Combine(folder.FullName, "ipset"), Path.Combine(folder.FullName, "log"));
            File.WriteAllText(
                program, $"#!/bin/sh\necho \"$*\" >>{log}\n[ \"$1\" != list ] || exit {(isThere ? 0 : 1)}\n");
            using var shell = new System.Diagnostics.Process
            {
                StartInfo = new(
                    "bash",
                    ["-c", $"chmod 700 {program}\n" + LabWords.Making("create evil hash:ip\nadd evil 172.30.0.2")]),
            };
            shell.StartInfo.Environment["PATH"] = $"{folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}";
            shell.Start();
            shell.WaitForExit();
            Assert.That(shell.ExitCode, isThere ? Is.Not.Zero : Is.Zero);
            Assert.That(string.Join('|', File.ReadAllLines(log)), Is.EqualTo(asked));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
