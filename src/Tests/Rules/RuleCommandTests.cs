using Hooktrail.Rules.Changing;

namespace Hooktrail.Tests.Rules;

/// <summary>Commands that change rules; the names are a lab's as they are.</summary>
public sealed class RuleCommandTests
{
    private static readonly RuleSet Host = RuleReader.Xtables(
        Layer.Iptables,
        """
        *filter
        :DOCKER-USER - [0:0]
        -A FORWARD -j DOCKER-USER
        -A DOCKER-USER -i eth0 -s client -j DROP
        -A DOCKER-USER -p tcp -m tcp --dport 80 -j ACCEPT
        -A DOCKER-USER -p udp -j DROP
        """,
        LabNamesAsTheyAre.Instance).With(RuleReader.Nftables(
            """
            table inet own {
              chain input {
                type filter hook input priority 0; policy accept;
                tcp dport 22 accept # handle 4
                tcp dport 80 drop # handle 7
              }
            }
            """,
            LabNamesAsTheyAre.Instance));

    [TestCase("iptables -A DOCKER-USER -p icmp -j DROP", "1 DROP, 2 ACCEPT, 3 DROP, 4 -p icmp -j DROP")]
    [TestCase("iptables -I DOCKER-USER -p icmp -j DROP", "1 -p icmp -j DROP, 2 DROP, 3 ACCEPT, 4 DROP")]
    [TestCase("iptables -I DOCKER-USER 2 -p icmp -j DROP", "1 DROP, 2 -p icmp -j DROP, 3 ACCEPT, 4 DROP")]
    [TestCase("iptables -I DOCKER-USER 4 -p icmp -j DROP", "1 DROP, 2 ACCEPT, 3 DROP, 4 -p icmp -j DROP")]
    [TestCase("sudo iptables-nft -w -t filter -D DOCKER-USER 1", "1 ACCEPT, 2 DROP")]
    [TestCase("iptables -D DOCKER-USER --dport=80 -p tcp -j ACCEPT", "1 DROP, 2 DROP")]
    [TestCase("iptables -D DOCKER-USER -s client -i eth0 -j DROP -t filter", "1 ACCEPT, 2 DROP")]
    [TestCase("iptables -F DOCKER-USER", "")]
    public void A_chain_has_then_what_the_tool_would_list(string command, string rules) =>
        Assert.That(
            string.Join(", ", Apply(command).Find(new(Layer.Iptables, "filter", "DOCKER-USER"))!.Rules.Select(
                rule => $"{rule.Number} {(rule.Matches.Length == 1 && rule.Text.Contains("icmp") ? rule.Text["-A DOCKER-USER ".Length..] : rule.Text.Split(' ')[^1])}")),
            Is.EqualTo(rules));

    [Test]
    public void Words_in_quotes_are_one() => Assert.That(
        Apply("iptables -F DOCKER-USER", "iptables -A DOCKER-USER -m comment --comment 'two words' -j DROP")
            .Find(new(Layer.Iptables, "filter", "DOCKER-USER"))!.Rules.Single().Text,
        Is.EqualTo("-A DOCKER-USER -m comment --comment \"two words\" -j DROP"));

    [Test]
    public void A_new_chain_can_be_called_and_a_policy_set()
    {
        var rules = Apply("iptables -N OWN", "iptables -A INPUT -j OWN", "iptables -P INPUT DROP");
        var input = rules.Find(new(Layer.Iptables, "filter", "INPUT"))!;
        Assert.That(input.Policy, Is.EqualTo(Policy.Drop));
        Assert.That(input.Rules.Single().Target, Is.EqualTo(new JumpTarget("OWN")));
    }

    [TestCase("nft add rule inet own input udp dport 53 drop", "tcp dport 22 accept, tcp dport 80 drop, udp dport 53 drop")]
    [TestCase("nft insert rule inet own input udp dport 53 drop", "udp dport 53 drop, tcp dport 22 accept, tcp dport 80 drop")]
    [TestCase("nft insert rule inet own input handle 7 iifname \"eth0\" drop", "tcp dport 22 accept, iifname \"eth0\" drop, tcp dport 80 drop")]
    [TestCase("nft add rule inet own input handle 4 udp dport 53 drop", "tcp dport 22 accept, udp dport 53 drop, tcp dport 80 drop")]
    [TestCase("nft delete rule inet own input handle 7", "tcp dport 22 accept")]
    [TestCase("nft 'delete rule inet own input handle 4'", "tcp dport 80 drop")]
    public void A_chain_of_nft_too(string command, string rules) => Assert.That(
        string.Join(", ", Apply(command).Find(new(Layer.Nftables, "inet own", "input"))!.Rules.Select(rule => rule.Text)),
        Is.EqualTo(rules));

    [TestCase("nft chain inet own input '{ policy drop; }'", Policy.Drop)]
    [TestCase("nft 'add chain inet own input { policy drop ; }'", Policy.Drop)]
    [TestCase("nft chain inet own input \"{ policy accept; }\"", Policy.Accept)]
    public void A_base_chain_of_nft_gets_a_policy(string command, Policy policy)
    {
        var chain = Apply(command).Find(new(Layer.Nftables, "inet own", "input"))!;
        Assert.That(chain.Policy, Is.EqualTo(policy));
        Assert.That(chain.Rules, Has.Length.EqualTo(2));
    }

    [Test]
    public void Nft_adds_to_a_chain_that_iptables_has()
    {
        var chain = Apply("nft add rule ip filter DOCKER-USER tcp dport { 81, 82 } drop")
            .Find(new(Layer.Iptables, "filter", "DOCKER-USER"))!;
        Assert.That(chain.Rules[^1].Text, Does.StartWith("nft add rule ip filter DOCKER-USER tcp dport"));
        Assert.That(chain.Rules[^1].Target, Is.EqualTo(new DropTarget()));
    }

    [Test]
    public void The_first_number_of_a_rule_is_kept_by_those_before_it() =>
        Assert.That(
            Apply("iptables -I FORWARD -j ACCEPT").Find(new(Layer.Iptables, "filter", "FORWARD"))!.Rules
                .Select(rule => (rule.Number, rule.Target)),
            Is.EqualTo(new (int, Target)[] { (1, new AcceptTarget()), (2, new JumpTarget("DOCKER-USER")) }));

    [TestCase("", "A rule is empty;")]
    [TestCase("ufw allow 22", "\"ufw allow 22\" is no rule; begin with iptables,")]
    [TestCase("iptables -L", "\"iptables -L\" is no change of a rule; it needs -A,")]
    [TestCase("iptables -A OWN -j DROP", "\"iptables -A OWN -j DROP\" names the chain OWN, which the table filter of this host's iptables does not have.")]
    [TestCase("iptables -N DOCKER-USER", "\"iptables -N DOCKER-USER\" makes the chain DOCKER-USER, which is there already.")]
    [TestCase("iptables -D DOCKER-USER 4", "\"iptables -D DOCKER-USER 4\" names rule 4 of DOCKER-USER, which has 3.")]
    [TestCase("iptables -D DOCKER-USER -j DROP", "\"iptables -D DOCKER-USER -j DROP\" names a rule that DOCKER-USER does not have.")]
    [TestCase("iptables-legacy -A INPUT -j DROP", "This host's iptables uses nft; write \"iptables -A INPUT -j DROP\".")]
    [TestCase("nft flush ruleset", "\"nft flush ruleset\" is no change of a rule; it needs add rule,")]
    [TestCase("nft add rule inet own output accept", "\"nft add rule inet own output accept\" names the chain inet own output, which this host does not have.")]
    [TestCase("nft chain inet own input accept", "\"nft chain inet own input accept\" is no policy of a chain;")]
    [TestCase("nft delete rule inet own input handle 5", "\"nft delete rule inet own input handle 5\" names the handle 5, which no rule of input has.")]
    [TestCase("nft delete rule inet own input tcp dport 22 accept", "\"nft delete rule inet own input tcp dport 22 accept\" deletes no rule; write handle")]
    public void What_a_tool_would_refuse_is_said_in_one_sentence(string command, string says) =>
        Assert.That(() => Apply(command), Throws.TypeOf<HooktrailException>().With.Message.StartsWith(says));

    [Test]
    public void Tables_are_added_and_those_of_iptables_refused()
    {
        const string mine = "table inet mine {\n chain c {\n type filter hook forward priority -10\n drop\n }\n}";
        var rules = RuleCommand.AddTables(Host, mine.Split('\n'), "\"mine\"", LabNamesAsTheyAre.Instance);
        Assert.That(rules.Find(new(Layer.Nftables, "inet mine", "c"))!.Rules, Has.Length.EqualTo(1));
        Assert.That(rules.Count, Is.EqualTo(Host.Count + 1));
        Assert.That(
            () => RuleCommand.AddTables(
                Host, mine.Replace("inet mine", "ip filter").Split('\n'), "\"mine\"", LabNamesAsTheyAre.Instance),
            Throws.TypeOf<HooktrailException>().With.Message.StartsWith("\"mine\" has the table ip filter,"));
    }

    private static RuleSet Apply(params string[] commands) => commands.Aggregate(
        Host,
        (rules, command) => RuleCommand.Apply(
            rules, command, Backend.Nft, Backend.Nft, LabNamesAsTheyAre.Instance));
}
