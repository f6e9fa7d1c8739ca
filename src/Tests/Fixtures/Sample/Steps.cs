using Reqnroll;
using Reqnroll.UnitTestProvider;

namespace Hooktrail.Sample;

[Binding]
public sealed class Steps(ScenarioContext scenario, IReqnrollOutputHelper output, IUnitTestRuntimeProvider nunit)
{
    [StepDefinition("fine")]
    public void Fine()
    {
    }

    [StepDefinition("it fails")]
    public void Fails() => throw new InvalidOperationException("broken on purpose");

    [Given("a table")]
    public void Table(DataTable table) => Assert.That(table.Rows.Single()["port"], Is.EqualTo("8080"));

    [Given("a text")]
    public void Text(string text) => Assert.That(text, Is.EqualTo("two\nlines"));

    [Given("pending")]
    public void Pending() => throw new PendingStepException();

    [Given("ambiguous")]
    public void Ambiguous()
    {
    }

    [Given("^ambig.*$")]
    public void AmbiguousToo()
    {
    }

    [Given("skipped because of {}")]
    public void Skipped(string reason) => Assert.Ignore($"because of {reason}");

    [Given("inconclusive")]
    public async Task InconclusiveAsync()
    {
        await Task.Yield();
        Assert.Inconclusive("proves nothing");
    }

    [Given("Reqnroll skips it")]
    public void SkippedByReqnroll() => nunit.TestIgnore("not here");

    [Given("Reqnroll has it pending")]
    public void PendingForReqnroll() => nunit.TestPending("not yet");

    [Given("the file {string} attached")]
    public void Attached(string name)
    {
        string path = Path.Combine(Path.GetTempPath(), name);
        File.WriteAllText(path, "證據");
        output.WriteLine("said by a step");
        output.AddAttachment(path);
    }

    [Then("the arguments are {string} and {string}")]
    public void ArgumentsAre(string first, string second)
    {
        string[] values = [.. scenario.ScenarioInfo.Arguments.Values.Cast<string>()];
        Assert.That(values[0], Is.EqualTo(first));
        Assert.That(values.ElementAtOrDefault(1) ?? "ä", Is.EqualTo(second));
    }

    [Given("in a rule")]
    public void InRule() => Assert.That(scenario.RuleInfo.Title, Does.StartWith("Rules have"));

    [Then("the tags are {string}")]
    public void TagsAre(string tags) =>
        Assert.That(string.Join(", ", scenario.ScenarioInfo.CombinedTags), Is.EqualTo(tags));
}
