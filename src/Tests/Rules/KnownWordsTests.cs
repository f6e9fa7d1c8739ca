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
        var target = Read(layer, printed).Target;

        Assert.That(target is UnknownTarget, Is.EqualTo(knowledge == Knowledge.EndsPrediction));
        if (knowledge == Knowledge.WithoutEffect && layer == Layer.Iptables)
            Assert.That(target, Is.InstanceOf<ContinueTarget>());
    }

    private static IEnumerable<TestCaseData> Examples(Layer layer, ImmutableArray<KnownWord> words) =>
        words.SelectMany(word => word.Examples.Select(example => new TestCaseData(layer, example, word.Knowledge)));

    private static Rule Read(Layer layer, string rule) => RuleReader.Xtables(
        layer, ["*filter", ":CALLER -", ":OWN -", $"-A CALLER {rule}"], TestHost.Instance, "a file", Sets)
        .Find(new(layer, "filter", "CALLER"))!.Rules.Single();
}
