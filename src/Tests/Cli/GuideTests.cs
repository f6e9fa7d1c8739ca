using System.Text.RegularExpressions;
using Hooktrail.Model;
using Hooktrail.Records;
using Match = System.Text.RegularExpressions.Match;

namespace Hooktrail.Tests.Cli;

/// <summary>
/// The guide's figures, flows and scenarios are what they were observed to be; both editions have the same.
/// </summary>
public sealed partial class GuideTests
{
    private static readonly string Figures = Path.Combine(Document.Root, "docs", "figures");

    private static IEnumerable<string> Observations =>
        Directory.GetFiles(Figures, "*.json").Order(StringComparer.Ordinal);

    [Test]
    public async Task Every_figure_is_drawn_from_an_observation_and_none_by_hand()
    {
        using var folder = new TemporaryFolder();
        var ran = await Specs.Run(["figures", .. Observations, "--out", folder.Name]);
        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(
            Directory.GetFiles(folder.Name).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            Is.EqualTo(Directory.GetFiles(Figures, "*.svg").Select(Path.GetFileName).Order(StringComparer.Ordinal)));
        foreach (var drawn in Directory.GetFiles(folder.Name))
            Assert.That(
                await File.ReadAllTextAsync(Path.Combine(Figures, Path.GetFileName(drawn))),
                Is.EqualTo(await File.ReadAllTextAsync(drawn)),
                $"{Path.GetFileName(drawn)}: redraw the figures with ./specs figures docs/figures/*.json --out docs/figures");
    }

    [TestCaseSource(nameof(Observations))]
    public void What_was_observed_is_still_predicted(string path)
    {
        using var stream = File.OpenRead(path);
        var file = TrailsJson.Read(stream, path);
        Assert.That(file.Legs, Is.Not.Empty);
        foreach (var leg in file.Legs)
        {
            Assert.That(leg.Verdict, Is.EqualTo(LegVerdict.Agreed));
            var predicted = Prediction.Of(leg.HostProfile ?? file.HostProfile, leg.Flow, leg.Leg);
            Assert.That(predicted.Hops, Is.EqualTo(leg.Observed!.Hops), $"{leg.Leg} of {leg.Flow}");
            Assert.That(predicted.Outcome.LooksLike(leg.Observed.Outcome), $"{leg.Leg} of {leg.Flow}");
        }
    }

    [TestCase("guide.md")]
    [TestCase("guide.zh-TW.md")]
    public void It_names_the_kernel_and_the_tools_that_the_figures_are_of(string name)
    {
        foreach (var path in Observations)
        {
            using var stream = File.OpenRead(path);
            var file = TrailsJson.Read(stream, path);
            Assert.That(
                file.Facts.Single(fact => fact.Name == "iptables").Value, Does.StartWith("iptables v1.8.9"), path);
            Assert.That(file.Facts.Single(fact => fact.Name == "kernel").Value, Does.StartWith("6.18."), path);
        }
        Assert.That(Text(name), Does.Contain("iptables-nft 1.8.9").And.Contain("6.18"));
    }

    [Test]
    public void Every_scenario_that_the_guide_names_is_there()
    {
        var named = Named().Matches(File.ReadAllText(Path.Combine(Document.Root, "docs", "guide.md")));
        Assert.That(named, Has.Count.GreaterThan(5));
        foreach (Match one in named)
            Assert.That(
                File.ReadAllText(Path.Combine(Document.Root, one.Groups["file"].Value)),
                Does.Contain($"Scenario: {one.Groups["title"].Value}\n"),
                one.Value);
    }

    [Test]
    public void Both_editions_have_the_same_sections_figures_and_commands()
    {
        const string English = "guide.md", Chinese = "guide.zh-TW.md";
        Assert.That(Heading().Count(Text(Chinese)), Is.EqualTo(Heading().Count(Text(English))));
        Assert.That(Shown(Chinese), Is.EqualTo(Shown(English)));
        Assert.That(
            Document.Read($"docs/{Chinese}").Commands,
            Is.EqualTo(Document.Read($"docs/{English}").Commands).And.Count.GreaterThan(8));
    }

    private static IEnumerable<string> Shown(string name) =>
        Document.Read($"docs/{name}").Links.Where(link => link.IsFigure).Select(link => link.Target);

    private static string Text(string name) => Document.Read($"docs/{name}").Text;

    [GeneratedRegex(@"«(?<title>[^»]+)» in (?<file>features/\S+\.feature)")]
    private static partial Regex Named();

    [GeneratedRegex(@"^#+ ", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
