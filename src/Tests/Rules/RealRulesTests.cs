namespace Hooktrail.Tests.Rules;

/// <summary>Rule sets of real hosts, as nft lists them; see rulesets/README.md.</summary>
public class RealRulesTests
{
    private static readonly string[] Files =
        ["crowdsec.nft", "fail2ban.nft", "firewalld.nft", "kube-proxy.nft", "idioms.nft"];

    private static readonly string[] NoRules = ["type", "flags", "elements", "size", "timeout", "comment"];

    /// <summary>All others are modelled.</summary>
    [TestCase("crowdsec.nft")]
    [TestCase("fail2ban.nft", "set in ip filter, whose rules iptables-save does not show one by one")]
    [TestCase("firewalld.nft", "limit")]
    // Packets fill the set of clients that stay with a server.
    [TestCase("kube-proxy.nft", "numgen", "ip saddr")]
    [TestCase(
        "idioms.nft", "ip saddr", "ct count", "limit", "meta skuid", "meta cgroup", "meta iifgroup", "meta hour",
        "tcp option", "socket transparent", "numgen", "rt type", "@th")]
    public void These_matches_are_evaluated_both_ways(string file, params string[] names) =>
        Assert.That(
            Rules(file).SelectMany(rule => rule.Matches).SelectMany(Unknown).ToArray(), Is.EquivalentTo(names));

    [TestCase("crowdsec.nft")]
    [TestCase("fail2ban.nft")]
    [TestCase("firewalld.nft")]
    [TestCase("kube-proxy.nft")]
    [TestCase("idioms.nft", "queue", "flow", "dup", "synproxy")]
    public void These_statements_end_a_prediction(string file, params string[] names) =>
        Assert.That(
            Rules(file).Select(rule => rule.Target).OfType<UnknownTarget>().Select(target => target.Name).ToArray(),
            Is.EquivalentTo(names));

    [Test]
    public void Every_rule_that_is_listed_is_read([ValueSource(nameof(Files))] string file)
    {
        var listed = Text(file).Split('\n').Count(
            line => line.StartsWith("\t\t", StringComparison.Ordinal)
                && !NoRules.Contains(line.Trim().Split(' ')[0])
                && (char.IsAsciiLetter(line.Trim()[0]) || line.Trim()[0] == '@'));
        // A verdict map is a rule for each of its elements, and a rejection one for each version of IP.
        var read = Rules(file).Count;

        Assert.That(listed, Is.GreaterThan(1));
        Assert.That(read, Is.GreaterThanOrEqualTo(listed));
    }

    // A kernel may lack extensions, and nft some of the words; what the tool takes it prints as it was read.
    [TestCase("crowdsec.nft")]
    [TestCase("firewalld.nft")]
    [TestCase("kube-proxy.nft")]
    public void The_real_tool_prints_the_same_in_JSON(string file)
    {
        var printed = PrivateNamespace.Run(
            "command -v nft >/dev/null || exit 77; nft -f rules; nft -j list ruleset", ("rules", Text(file)));

        Assert.That(
            Meaning(RuleReader.NftJson(printed, TestHost.Instance)),
            Is.EqualTo(Meaning(RuleReader.Nftables(Text(file), TestHost.Instance))));
    }

    private static string Meaning(RuleSet rules) => string.Join(
        '\n',
        rules.Chains.SelectMany(chain => chain.Rules.Select(rule => $"{chain.Id}: {rule.Text} -> {rule.Target}")));

    private static IEnumerable<string> Unknown(Match match) => match switch
    {
        UnknownMatch unknown => [unknown.Name],
        AnyOfMatch any => any.Alternatives.SelectMany(alternative => alternative.SelectMany(Unknown)),
        _ => [],
    };

    private static List<Rule> Rules(string file) =>
        [.. RuleReader.Nftables(Text(file), TestHost.Instance).Chains.SelectMany(chain => chain.Rules)];

    private static string Text(string file) =>
        File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "rulesets", file));
}
