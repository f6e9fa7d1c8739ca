namespace Hooktrail.Tests.Rules;

/// <summary>Rule sets of real hosts, as iptables-save prints them, with their sets; see rulesets/README.md.</summary>
public class RealXtablesRulesTests
{
    /// <summary>All others are modelled.</summary>
    [TestCase("crowdsec-ipset.v4", "-m set --match-set crowdsec-blacklists", "-m set --match-set crowdsec-blacklists-0",
        "-m set --match-set crowdsec-blacklists-1")]
    [TestCase("docker-20.10-host.v4")]
    [TestCase("docker-swarm.v4", "-m u32")]
    [TestCase("fail2ban-ipset.v4")]
    [TestCase("fail2ban-iptables.v4")]
    [TestCase("firewalld-iptables.v4", "-m limit")]
    [TestCase("kube-proxy-iptables.v4", "-m recent", "-m statistic")]
    [TestCase("libvirt.v4")]
    [TestCase("podman-netavark14.v4")]
    [TestCase("tailscale.v4")]
    [TestCase("ufw-docker.v4", "-m limit")]
    [TestCase("ufw.v4", "-m limit", "-m recent")]
    [TestCase("ufw.v6", "-m limit", "-m recent")]
    // iptables itself refuses --ctstatus DNAT.
    [TestCase("idioms.v4", "-m conntrack --ctstatus DNAT", "-m set --match-set allow", "-m geoip", "-m connlimit", "-m hashlimit", "-m limit", "-m owner",
        "-m string", "-m time", "-m statistic", "-m recent", "-m tcpmss", "-m cgroup", "-m socket", "-m helper",
        "-m tcp --tcp-option", "-m bpf", "which of 198.51.100.2-198.51.100.5")]
    public void These_matches_are_evaluated_both_ways(string file, params string[] names) =>
        Assert.That(
            Rules(file).SelectMany(rule => rule.Matches).OfType<UnknownMatch>().Select(match => match.Name).Distinct(),
            Is.EquivalentTo(names));

    [TestCase("crowdsec-ipset.v4")]
    [TestCase("docker-20.10-host.v4")]
    [TestCase("docker-swarm.v4")]
    [TestCase("fail2ban-ipset.v4")]
    [TestCase("fail2ban-iptables.v4")]
    [TestCase("firewalld-iptables.v4")]
    [TestCase("kube-proxy-iptables.v4")]
    [TestCase("libvirt.v4")]
    [TestCase("podman-netavark14.v4")]
    [TestCase("tailscale.v4")]
    [TestCase("ufw-docker.v4")]
    [TestCase("ufw.v4")]
    [TestCase("ufw.v6")]
    [TestCase("idioms.v4", "NFQUEUE --queue-num", "TEE --gateway", "TPROXY --on-port", "NETMAP --to 10.0.0.0/24", "CT --helper", "CT --zone")]
    public void These_targets_end_a_prediction(string file, params string[] names) =>
        Assert.That(
            Rules(file).Select(rule => rule.Target).OfType<UnknownTarget>().Select(target => target.Name),
            Is.EquivalentTo(names));

    private static List<Rule> Rules(string file)
    {
        var layer = file.EndsWith(".v6", StringComparison.Ordinal) ? Layer.Ip6tables : Layer.Iptables;
        var saved = Path.Combine(Folder, file.Split('.', '-')[0] + ".ipset");
        var sets = File.Exists(saved)
            ? RuleReader.Sets(File.ReadLines(saved), TestHost.Instance, "ipset save")
            : [];
        var lines = File.ReadAllLines(Path.Combine(Folder, file));
        var rules = RuleReader.Xtables(layer, lines, TestHost.Instance, file, sets);
        Assert.That(
            rules.Chains.SelectMany(chain => chain.Rules)
                .Count(rule => !rule.Matches.Any(match => match is UnknownMatch { Name: ['w', 'h', 'i', 'c', 'h', ..] })),
            Is.EqualTo(lines.Count(line => line.StartsWith("-A ", StringComparison.Ordinal))),
            "each is a rule, and one more for each other address of NAT");
        return [.. rules.Chains.SelectMany(chain => chain.Rules)];
    }

    private static string Folder => Path.Combine(TestContext.CurrentContext.TestDirectory, "rulesets");
}
