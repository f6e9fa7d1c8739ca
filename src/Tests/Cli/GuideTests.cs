using System.Text.RegularExpressions;
using Hooktrail.Model;
using Hooktrail.Records;
using Match = System.Text.RegularExpressions.Match;

namespace Hooktrail.Tests.Cli;

/// <summary>Every command in docs exists and gives the output shown there.</summary>
public sealed partial class GuideTests
{
    private static readonly string Root = Repository();
    private static readonly string Figures = Path.Combine(Root, "docs", "figures");
    private static readonly string[] Documents = [.. Directory.GetFiles(Path.Combine(Root, "docs"), "*.md").Append(Path.Combine(Root, "README.md"))];

    private static IEnumerable<string> Observations => Directory.GetFiles(Figures, "*.json").Order(StringComparer.Ordinal);

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
                await File.ReadAllTextAsync(Path.Combine(Figures, Path.GetFileName(drawn))), Is.EqualTo(await File.ReadAllTextAsync(drawn)),
                $"{Path.GetFileName(drawn)}: draw the figures anew, ./specs figures docs/figures/*.json --out docs/figures");
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

    [TestCaseSource(nameof(Documents))]
    public void Every_link_leads_to_a_file_and_every_figure_says_what_it_shows(string document)
    {
        foreach (Match link in Link().Matches(File.ReadAllText(document)))
        {
            var target = link.Groups["target"].Value.Split('#')[0];
            if (target.Length == 0 || target.Contains("://", StringComparison.Ordinal))
                continue;
            var file = Path.Combine(Path.GetDirectoryName(document)!, target);
            Assert.That(File.Exists(file) || Directory.Exists(file), $"{Path.GetFileName(document)}: {target}");
            if (link.Value[0] == '!')
                Assert.That(link.Groups["text"].Value.Trim(), Has.Length.GreaterThan(8), target);
        }
    }

    [TestCase("guide.md")]
    [TestCase("guide.zh-TW.md")]
    public async Task Every_command_of_the_guide_is_understood(string name)
    {
        var commands = Commands(name);
        Assert.That(commands, Has.Count.GreaterThan(8));
        foreach (var command in commands)
        {
            var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
            if (words[0] == "predict")
            {
                var ran = await Specs.Run(words);
                Assert.That(ran.ExitCode, Is.Zero, $"{command}: {ran.Error}");
            }
            else if (words[0] == "observe")
            {
                // The flow of the figure beside it.
                var ran = await Specs.Run(["predict", .. words.Where(word => word is not ("observe" or "--lab" or "namespaces"))]);
                Assert.That(ran.ExitCode, Is.Zero, $"{command}: {ran.Error}");
            }
            else
            {
                Assert.That(words[0], Is.EqualTo("run"));
            }
        }
    }

    [Test]
    public void Every_scenario_that_the_guide_names_is_there()
    {
        var named = Named().Matches(File.ReadAllText(Path.Combine(Root, "docs", "guide.md")));
        Assert.That(named, Has.Count.GreaterThan(5));
        foreach (Match one in named)
            Assert.That(
                File.ReadAllText(Path.Combine(Root, one.Groups["file"].Value)), Does.Contain($"Scenario: {one.Groups["title"].Value}\n"), one.Value);
    }

    [Test]
    public void Both_editions_have_the_same_sections_figures_and_commands()
    {
        var (english, chinese) = (Text("guide.md"), Text("guide.zh-TW.md"));
        Assert.That(Heading().Count(chinese), Is.EqualTo(Heading().Count(english)));
        Assert.That(Shown(chinese), Is.EqualTo(Shown(english)));
        Assert.That(Commands("guide.zh-TW.md"), Is.EqualTo(Commands("guide.md")));
    }

    private static IEnumerable<string> Shown(string text) =>
        Link().Matches(text).Where(link => link.Value[0] == '!').Select(link => link.Groups["target"].Value);

    private static List<string> Commands(string document) =>
        [.. Text(document).Split('\n').Where(line => line.StartsWith("./specs ", StringComparison.Ordinal))];

    private static string Text(string document) => File.ReadAllText(Path.Combine(Root, "docs", document));

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Specs.sln")))
                return folder.FullName;
        throw new InvalidOperationException("These tests are run from a checkout.");
    }

    [GeneratedRegex(@"!?\[(?<text>[^\]]*)\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"«(?<title>[^»]+)» in (?<file>features/\S+\.feature)")]
    private static partial Regex Named();

    [GeneratedRegex(@"^#+ ", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
