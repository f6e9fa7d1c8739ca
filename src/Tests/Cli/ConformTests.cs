namespace Hooktrail.Tests.Cli;

[TestFixture]
public class ConformTests
{
    [Test]
    public async Task It_lists_what_there_is_to_run_without_any_right()
    {
        var ran = await Specs.Run("conform", "--list", "--filter", "ICMP redirects");

        Assert.That(ran.ExitCode, Is.Zero, ran.Error);
        Assert.That(ran.Output, Does.Contain("a routed packet leaves by its bridge").And.Contains(
            "a translated packet leaves by its bridge"));
    }

    [TestCase("conform --lab moon", "Unknown lab \"moon\"")]
    [TestCase("conform --observer eye", "Unknown observer \"eye\"")]
    [TestCase("conform --sample few", "\"few\" is not a number of flows; write a whole number from 1 to 2147483647.")]
    [TestCase("conform --sample 5 --seed x", "\"x\" is not a seed")]
    [TestCase("conform --parallel 0", "\"0\" is not a number of labs; write a whole number from 1 to 64.")]
    [TestCase("conform --filter no-such-host", "The filter matches no host of the matrix; ./specs conform --list prints them all.")]
    public async Task A_mistake_is_one_sentence_and_exit_code_2(string line, string sentence)
    {
        var ran = await Specs.Line(line);

        Assert.That(ran.ExitCode, Is.EqualTo(2));
        Assert.That(ran.Error, Does.StartWith($"specs: {sentence}"));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task It_ends_with_a_table_and_writes_trails_json()
    {
        using var folder = new TemporaryFolder();
        var place = Path.GetDirectoryName(folder.Write("trails.json", ""))!;
        var ran = await Specs.Run("conform", "--filter", "ICMP redirects", "--mutate", "--out", place);
        if (ran.ExitCode == 2 && ran.Error.Contains("cannot create private namespaces", StringComparison.Ordinal))
            throw Skip.Because(ran.Error);

        Assert.That(ran.ExitCode, Is.Zero, ran.Error + ran.Output);
        Assert.That(
            ran.Output,
            Does.Contain("6 agreed, 0 diverged, 0 not predicted, 0 inconclusive").And.Contains("killing it needs"));
        var summary = await Specs.Run("summary", Path.Combine(place, "trails.json"));
        Assert.That(summary.ExitCode, Is.Zero, summary.Error);
        Assert.That(
            await File.ReadAllTextAsync(Path.Combine(place, "trails.mutants.txt")),
            Does.Contain("no Docker, ICMP redirects"));
    }
}
