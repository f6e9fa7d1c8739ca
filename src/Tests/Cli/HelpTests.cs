namespace Hooktrail.Tests.Cli;

[TestFixture]
public class HelpTests
{
    [Test]
    public async Task It_names_every_verb_and_every_exit_code()
    {
        var ran = await Specs.Line("--help");
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.Zero);
            Assert.That(ran.Error, Is.Empty);
            Assert.That(ran.Output, Does.Contain("  predict ").And.Contain("  summary "));
            Assert.That(ran.Output, Does.Contain("Exit codes:\n  0  done"));
        });
    }

    [Test]
    public async Task The_commands_own_help_names_every_verb_too()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Ignore("The command ./specs is a script for Linux.");
        var script = await Specs.Start(Specs.Script, ["--help"]);
        Assert.That(script.ExitCode, Is.Zero, script.Error);

        var verbs = (await Specs.Line("--help")).Output.Split("Commands:\n")[1].Split("\n\n")[0].Split('\n')
            .Select(line => line.Trim().Split(' ')[0]).ToList();

        Assert.That(verbs, Is.Not.Empty);
        Assert.That(verbs.Where(verb => !script.Output.Contains($"\n  {verb} ")), Is.Empty);
    }

    [Test]
    public async Task A_verbs_help_needs_none_of_its_required_options() =>
        Assert.That((await Specs.Line("predict --from nobody --help")).ExitCode, Is.Zero);

    [TestCase("predict")]
    [TestCase("summary")]
    [TestCase("explain")]
    [TestCase("import")]
    [TestCase("compare")]
    [TestCase("host")]
    [TestCase("reach")]
    [TestCase("twin")]
    public async Task Every_example_of_a_verbs_help_is_understood(string verb)
    {
        var help = (await Specs.Line($"{verb} --help")).Output;
        var examples = help.Split('\n').Where(line => line.StartsWith("  ./specs ", StringComparison.Ordinal)).ToList();
        Assert.That(examples, Is.Not.Empty);

        foreach (var example in examples)
        {
            // The redirection after > belongs to the shell, and an example's file need not exist.
            var ran = await Specs.Line(example.Split('>')[0].Replace("./specs ", ""));
            Assert.That(
                ran.ExitCode == 0
                || ran.Error.Contains("there is no such file")
                || ran.Error.Contains("is neither a file"),
                Is.True,
                $"{example}: {ran.Error}");
        }
    }
}
