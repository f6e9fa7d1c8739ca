using System.Text.RegularExpressions;
using Hooktrail.Cli;
using Hooktrail.Report;
using Match = System.Text.RegularExpressions.Match;

namespace Hooktrail.Tests.Cli;

/// <summary>What README and docs promise is there: files, commands, their output, scenarios.</summary>
public sealed partial class DocumentTests
{
    private static IEnumerable<string> Documents => Document.Names;

    [Test]
    public void Readme_is_one_screen_and_a_half()
    {
        var lines = Document.Read("README.md").Text.TrimEnd('\n').Split('\n');
        Assert.That(lines, Has.Length.LessThanOrEqualTo(120));
        Assert.That(lines.Where(line => line.Length > 120), Is.Empty);
    }

    [TestCaseSource(nameof(Documents))]
    public void Every_link_leads_somewhere_and_every_figure_says_what_it_shows(string name)
    {
        var document = Document.Read(name);
        foreach (var (words, target, isFigure) in document.Links.Where(
            link => !link.Target.Contains("://", StringComparison.Ordinal)))
        {
            var parts = target.Split('#');
            var path = parts[0].Length == 0 ? name : Path.Combine(Path.GetDirectoryName(name)!, parts[0]);
            var file = Path.GetFullPath(path, Document.Root);
            Assert.That(File.Exists(file) || Directory.Exists(file), $"{name}: {target}");
            if (parts.Length > 1)
                Assert.That(
                    Document.Read(Path.GetRelativePath(Document.Root, file)).Anchors,
                    Does.Contain(parts[1]),
                    $"{name}: {target}");
            if (isFigure)
                Assert.That(words.Trim(), Has.Length.GreaterThan(8), target);
        }
    }

    [TestCaseSource(nameof(Documents))]
    public async Task Every_command_is_understood(string name)
    {
        foreach (var command in Document.Read(name).Commands)
        {
            var calls = Document.Calls(command).ToList();
            Assert.That(calls, Is.Not.Empty, command);
            foreach (var words in calls)
                Assert.That(await Mistakes(words), Is.Empty, $"{name}: {command}");
        }
    }

    [TestCaseSource(nameof(Documents))]
    public async Task Every_verb_and_option_that_the_text_mentions_is_there(string name)
    {
        foreach (var mention in Document.Read(name).Mentions.Where(one => !one.Contains('…')))
            foreach (var words in Document.Calls(mention))
                // It need not be complete.
                Assert.That(
                    (await Mistakes(words)).Where(one => !one.Contains("equired", StringComparison.Ordinal)),
                    Is.Empty,
                    $"{name}: {mention}");
    }

    [TestCaseSource(nameof(Documents))]
    public async Task Output_is_shown_as_it_is(string name)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Name, "specs"), $"#!/bin/sh\nexec dotnet '{Specs.Path}' \"$@\"\n");
        foreach (var (_, lines) in Document.Read(name).Blocks
            .Where(block => block.Lines[0].StartsWith("$ ", StringComparison.Ordinal)))
        {
            // A lab is not there for every test.
            if (lines.Any(line => line.StartsWith("$ ./specs run", StringComparison.Ordinal)
                || line.StartsWith("$ ./specs observe", StringComparison.Ordinal)))
                continue;
            if (!OperatingSystem.IsLinux())
                Assert.Ignore("The commands are for a shell.");
            for (var i = 0; i < lines.Length;)
            {
                var command = lines[i][2..];
                var shown = lines.Skip(i + 1)
                    .TakeWhile(line => !line.StartsWith("$ ", StringComparison.Ordinal))
                    .ToList();
                i += 1 + shown.Count;
                var ran = await Specs.Start(
                    "bash", ["-c", $"cd '{folder.Name}' && {command.Replace("./specs ", "sh ./specs ")}"]);
                Assert.That(ran.Error, Is.Empty, command);
                Assert.That(ran.Output.TrimEnd('\n'), Does.Match(Pattern(shown)), $"{name}: {command}");
            }
        }
    }

    [Test]
    public void The_end_of_a_run_in_Readme_is_what_the_script_prints()
    {
        var run = Document.Read("README.md").Blocks.Single(block => block.Lines[0] == "$ ./specs run").Lines;
        var script = File.ReadAllText(Path.Combine(Document.Root, "environments", "prepare", "tests.sh"));
        var beginnings = run.Skip(1)
            .Select(line => Beginning().Match(line).Value)
            .Where(words => words.Trim().Length > 0)
            .ToList();
        Assert.That(beginnings, Has.Count.GreaterThan(4));
        Assert.That(beginnings.Where(words => !script.Contains(words, StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void The_end_of_a_run_finds_in_the_summary_how_many_scenarios_are_predicted_only()
    {
        const string words = " asked only the model, and sent no packet";
        var script = File.ReadAllText(Path.Combine(Document.Root, "environments", "prepare", "tests.sh"));
        Assert.That(script, Does.Contain($"sed -n 's/{words}\\.$/: predicted only./p'"));
        Assert.That(
            MarkdownSummary.Of(new(HostProfile.Default, []), predictions: new Dictionary<string, int> { ["A"] = 2 }),
            Does.Contain($"\n2 scenarios{words}.\n"));
    }

    [TestCaseSource(nameof(Documents))]
    public void Gherkin_is_quoted_from_a_feature(string name)
    {
        var features = Directory.GetFiles(
            Path.Combine(Document.Root, "features"), "*.feature", SearchOption.AllDirectories)
            .Select(File.ReadAllText)
            .ToList();
        foreach (var (_, lines) in Document.Read(name).Blocks.Where(block => block.Language == "gherkin"))
            Assert.That(
                features.Any(feature => feature.Contains(string.Join('\n', lines), StringComparison.Ordinal)),
                $"{name}: {lines[0].Trim()}");
    }

    [Test]
    public void Every_question_leads_to_a_scenario()
    {
        var rows = Question().Matches(Document.Read("docs/questions.md").Text);
        Assert.That(rows, Has.Count.GreaterThan(20));
        foreach (Match row in rows)
        {
            // Of an outline, the words before its first parameter.
            var title = row.Groups["title"].Value.Split('…')[0];
            Assert.That(
                File.ReadAllText(Path.Combine(Document.Root, "docs", row.Groups["feature"].Value)),
                Does.Match(
                    $@"Scenario(?: Outline)?: {Regex.Escape(title)}{(title == row.Groups["title"].Value ? @"\n" : "")}"),
                row.Value);
        }
    }

    /// <summary>
    /// What is wrong with a call; of <c>predict</c> and <c>observe</c>, with the flow and the host, too.
    /// </summary>
    private static async Task<IReadOnlyList<string>> Mistakes(string[] words)
    {
        switch (words)
        {
            // These are the script's. With --help it does nothing, and reads all options before.
            case ["run" or "test" or "prepare", ..]:
            case ["--version" or "--help"]:
                if (!OperatingSystem.IsLinux())
                    return [];
                var script = await Specs.Start(Specs.Script, [.. words, "--help"]);
                return script.ExitCode == 0 ? [] : [script.Error];
            case ["clean", "--engine"]:
                words = ["clean"];
                break;
        }
        var line = CommandLine.Parse(words);
        if (line.Errors.Count > 0)
            return [.. line.Errors.Select(error => error.Message)];
        if (words[0] is not ("predict" or "observe") || words is [_, "--help"])
            return [];
        var ran = await Specs.Run(
            ["predict", .. words.Skip(1).Where(word => word is not ("--lab" or "namespaces" or "docker" or "--json"))]);
        return ran.ExitCode == 0 ? [] : [ran.Error];
    }

    // «…» is left out: lines, where nothing else is in its line, else a part of the line.
    private static string Pattern(IEnumerable<string> shown) =>
        $@"\A{string.Join(@"\n", shown.Select(line => line.Trim() == "…" ? @"(?s:.*)" : Regex.Escape(line).Replace("…", ".*")))}\z";

    [GeneratedRegex(@"^[^…/0-9:]*:?")]
    private static partial Regex Beginning();

    [GeneratedRegex(@"^\| [^|]+ \| \[[^\]]+\]\((?<feature>[^)]+)\): (?<title>[^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Question();
}
