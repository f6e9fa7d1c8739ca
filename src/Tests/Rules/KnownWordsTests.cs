using Hooktrail.Rules.Known;

namespace Hooktrail.Tests.Rules;

/// <summary>The readers do with each match and target what the table says.</summary>
public class KnownWordsTests
{
    private static readonly ImmutableArray<IpSet> Sets = RuleReader.Sets(
        ["create known hash:ip family inet", "add known 172.30.0.2"], TestHost.Instance, "ipset save");

    private static IEnumerable<TestCaseData> Matches => Examples(Layer.Iptables, XtablesWords.Matches)
        .Concat(Examples(Layer.Ebtables, EbtablesWords.Matches));

    private static IEnumerable<TestCaseData> Targets => Examples(Layer.Iptables, XtablesWords.Targets)
        .Concat(Examples(Layer.Ebtables, EbtablesWords.Targets));

    [TestCaseSource(nameof(Matches))]
    public void A_match(Layer layer, string printed, Knowledge knowledge)
    {
        var rule = Read(layer, $"{printed} -j DROP");

        Assert.That(rule.Target, Is.EqualTo(new DropTarget()));
        Assert.That(rule.Matches.Any(match => match is UnknownMatch), Is.EqualTo(knowledge == Knowledge.BothWays));
        if (knowledge == Knowledge.WithoutEffect)
            Assert.That(rule.Matches.Where(match => match is not (FrameProtocolMatch or ProtocolMatch)), Is.Empty);
        else if (!printed.EndsWith("--pol none", StringComparison.Ordinal))
            Assert.That(rule.Matches, Is.Not.Empty);
    }

    [TestCaseSource(nameof(Targets))]
    public void A_target(Layer layer, string printed, Knowledge knowledge)
    {
        if (knowledge == Knowledge.BothWays)
        {
            // One rule for each address or port that NAT may choose.
            Assert.That(() => Read(layer, printed), Throws.InvalidOperationException);
            return;
        }

        var target = Read(layer, printed).Target;

        Assert.That(target is UnknownTarget, Is.EqualTo(knowledge == Knowledge.EndsPrediction));
        if (knowledge == Knowledge.WithoutEffect && layer == Layer.Iptables)
            Assert.That(target, Is.InstanceOf<ContinueTarget>());
    }

    [TestCaseSource(nameof(Expressions))]
    public void An_expression_of_nft(string printed, Knowledge knowledge)
    {
        var rules = Nft(printed);

        Assert.That(
            rules.Any(rule => rule.Matches.Any(match => match is UnknownMatch)),
            Is.EqualTo(knowledge == Knowledge.BothWays));
        Assert.That(rules.Any(rule => rule.Target is UnknownTarget), Is.False);
    }

    [TestCaseSource(nameof(Statements))]
    public void A_statement_of_nft(string printed, Knowledge knowledge)
    {
        var rules = Nft(printed);

        Assert.That(
            rules.Any(rule => rule.Target is UnknownTarget), Is.EqualTo(knowledge == Knowledge.EndsPrediction));
        if (knowledge == Knowledge.WithoutEffect)
            Assert.That(rules.Select(rule => rule.Target), Is.All.InstanceOf<ContinueTarget>());
    }

    [Test]
    public void The_page_of_the_docs_is_made_of_the_tables()
    {
        var made = Path.Combine(TestContext.CurrentContext.WorkDirectory, "matches.md");
        File.WriteAllText(made, KnownWordsPage.Markdown());

        Assert.That(
            File.ReadAllText(Path.Combine(Checkout, "docs", "matches.md")),
            Is.EqualTo(KnownWordsPage.Markdown()),
            $"copy {made} to docs/matches.md");
    }

    private static IEnumerable<TestCaseData> Expressions => Examples(NftWords.Matches);

    private static IEnumerable<TestCaseData> Statements => Examples(NftWords.Statements);

    private static string Checkout
    {
        get
        {
            var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Specs.sln")))
                folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run in a checkout.");
            return folder.FullName;
        }
    }

    private static IEnumerable<TestCaseData> Examples(ImmutableArray<KnownWord> words) =>
        words.SelectMany(word => word.Examples.Select(example => new TestCaseData(example, word.Knowledge)));

    private static ImmutableArray<Rule> Nft(string rule) => RuleReader.Nftables(
        $"table inet t {{\nset growing {{\ntype ipv4_addr\nflags dynamic,timeout\n}}\nchain other {{\n}}\nchain c {{\n{rule}\n}}\n}}",
        TestHost.Instance).Find(new(Layer.Nftables, "inet t", "c"))!.Rules;

    private static IEnumerable<TestCaseData> Examples(Layer layer, ImmutableArray<KnownWord> words) =>
        words.SelectMany(word => word.Examples.Select(example => new TestCaseData(layer, example, word.Knowledge)));

    private static Rule Read(Layer layer, string rule) => RuleReader.Xtables(
        layer, ["*filter", ":CALLER -", ":OWN -", $"-A CALLER {rule}"], TestHost.Instance, "a file", Sets)
        .Find(new(layer, "filter", "CALLER"))!.Rules.Single();
}
