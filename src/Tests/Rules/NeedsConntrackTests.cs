
namespace Hooktrail.Tests.Rules;

public class NeedsConntrackTests
{
    [TestCase("-A OWN -m conntrack --ctstate NEW -j ACCEPT", true)]
    [TestCase("-A OWN -m state --state NEW -j ACCEPT", true)]
    [TestCase("-A OWN -m connlimit --connlimit-above 3 --connlimit-mask 32 -j ACCEPT", true)]
    [TestCase("-A OWN -j CONNMARK --save-mark", true)]
    [TestCase("-A OWN -j MASQUERADE", true)]
    [TestCase("-A OWN -p tcp -j REDIRECT", true)]
    [TestCase("-A OWN -j CT --helper ftp", true)]
    [TestCase("-A OWN -j CT --notrack", false)]
    [TestCase("-A OWN -j DROP", false)]
    [TestCase("-A OWN -m limit --limit 3/sec -j ACCEPT", false)]
    public void A_rule_of_iptables_needs_it_for_its_own_version(string rule, bool needs)
    {
        var rules = RuleText.Read(Layer.Ip6tables, ["*filter", ":OWN -", rule], "text");

        Assert.That(
            (rules.NeedsConntrack(IpVersion.V4), rules.NeedsConntrack(IpVersion.V6)), Is.EqualTo((false, needs)));
    }

    [TestCase("ip", "ct state new accept", true, false)]
    [TestCase("ip6", "ct state new accept", false, true)]
    [TestCase("inet", "ct state new accept", true, true)]
    [TestCase("inet", "dnat ip to 10.0.0.1", true, false)]
    [TestCase("inet", "masquerade", true, true)]
    [TestCase("inet", "ct mark set 0x1", true, true)]
    [TestCase("inet", "ct direction original accept", true, true)]
    [TestCase("bridge", "ct state new accept", true, true)]
    [TestCase("inet", "notrack", false, false)]
    [TestCase("ip", "accept", false, false)]
    public void A_rule_of_nft_needs_it_for_all_of_its_family(string family, string rule, bool v4, bool v6)
    {
        var rules = RuleText.Read(Layer.Nftables, [$"table {family} t {{", "chain c {", rule, "}", "}"], "text");

        Assert.That((rules.NeedsConntrack(IpVersion.V4), rules.NeedsConntrack(IpVersion.V6)), Is.EqualTo((v4, v6)));
    }

    [Test]
    public void A_chain_of_type_nat_without_such_a_rule_does_not_need_it() =>
        Assert.That(
            RuleText.Read(
                Layer.Nftables,
                [
                    "table ip t {", "chain c {",
                    "type nat hook postrouting priority 100; policy accept;", "counter", "}", "}"
                ],
                "text")
                .NeedsConntrack(IpVersion.V4),
            Is.False);

    // A rule in a chain that is never called is enough, and NOTRACK is none.
    [TestCase("nft add table ip t; nft add chain ip t c; nft add rule ip t c ct state new")]
    [TestCase("nft add table inet t; nft add chain inet t c '{ type nat hook postrouting priority 100; }'; nft add rule inet t c accept")]
    [TestCase("nft add table ip t; nft add chain ip t c '{ type filter hook output priority -300; }'; nft add rule ip t c udp dport 9 notrack")]
    [TestCase("nft add table ip t; nft add chain ip t c '{ type nat hook postrouting priority 100; }'; nft add rule ip t c udp dport 9 masquerade")]
    public void The_kernel_does_so(string script)
    {
        var output = PrivateNamespace.Run(
            $"""
            command -v nft >/dev/null && command -v ping >/dev/null && [ -r /proc/sys/net/netfilter/nf_conntrack_count ] || exit 77
            {script}
            ping -c1 -W1 127.0.0.1 >/dev/null || exit 77
            cat /proc/sys/net/netfilter/nf_conntrack_count
            nft -j list ruleset
            """);
        var lines = output.Split('\n', 2);

        Assert.That(
            RuleReader.NftJson(lines[1], TestHost.Instance).NeedsConntrack(IpVersion.V4), Is.EqualTo(lines[0] != "0"));
    }

    [Test]
    public void Docker_needs_it_for_the_versions_that_it_has_rules_for([Values] DockerRelease release)
    {
        var rules = DockerRules.Of(release);

        Assert.That(
            (rules.NeedsConntrack(IpVersion.V4), rules.NeedsConntrack(IpVersion.V6)),
            Is.EqualTo((true, release != DockerRelease.V20)));
    }
}
