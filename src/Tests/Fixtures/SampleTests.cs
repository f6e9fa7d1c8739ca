namespace Hooktrail.Tests.Fixtures;

/// <summary>What NUnit is told of each outcome, in a run of the sample project.</summary>
[TestFixture]
public sealed class SampleTests
{
    private const string Outcomes = "Outcomes";
    private const string Names = "Bridge.NamesOnTheBridge";
    private static SampleRun _run = null!;

    [OneTimeSetUp]
    public static async Task RunAsync() => _run = await SampleRun.StartAsync();

    [TestCase(Outcomes, "Passed")]
    [TestCase(Outcomes, "Attached")]
    [TestCase(Names, "TheReplySkipsNatBecauseItsConnectionIsKnown")]
    [TestCase(Names, "OverProtocolToToPort(\"icmp\",\"1\",\"1\",null)")]
    [TestCase(Names, "OverProtocolToToPort(\"t\\\\c → p\",\"2\",\"2\",[\"v6\", \"ping\"])")]
    [TestCase(Names, "WithinARule")]
    [TestCase("PrufungDerBrucke封包", "GroBe")]
    [TestCase("PrufungDerBrucke封包", "經過Kette(\"轉送\",\"1\",null)")]
    public void What_passes_has_the_name_that_filters_know(string feature, string test) =>
        Assert.That(Of(feature, test).Outcome, Is.EqualTo("Passed"), Of(feature, test).Message);

    [TestCase("Failed", "broken on purpose")]
    [TestCase("Undefined", "No matching step definition found")]
    [TestCase("Pending", "The step definition is not implemented")]
    [TestCase("Ambiguous", "Ambiguous step definitions found for step 'Given ambiguous'")]
    [TestCase("AHookBeforeItFails", "before the scenario")]
    [TestCase("AHookAfterItFails", "after the scenario")]
    [TestCase("ItFailsAndAHookAfterItToo", "broken on purpose")]
    [TestCase("ItFailsAndAHookAfterItToo", "after the scenario")]
    [TestCase("ItIsSkippedAndAHookAfterItFails", "after the scenario")]
    public void What_fails_says_why(string test, string why)
    {
        Assert.That(Of(Outcomes, test).Outcome, Is.EqualTo("Failed"));
        Assert.That(Of(Outcomes, test).Message, Does.Contain(why));
    }

    [TestCase(Outcomes, "Skipped", "because of the host")]
    [TestCase(Outcomes, "Inconclusive", "proves nothing")]
    [TestCase(Outcomes, "SkippedByReqnroll", "not here")]
    [TestCase(Outcomes, "PendingForReqnroll", "not yet")]
    [TestCase(Outcomes, "Ignored", "Ignored scenario")]
    [TestCase(Names, "OverProtocolToToPort(\"udp\",\"3\",\"3\",null)", "Ignored by @ignore tag")]
    public void What_is_skipped_says_why(string feature, string test, string why)
    {
        Assert.That(Of(feature, test).Outcome, Is.EqualTo("NotExecuted"));
        Assert.That(Of(feature, test).Message, Is.EqualTo(why));
    }

    [TestCase("NoneOfItsScenariosPasses")]
    [TestCase("NorTheNext")]
    public void No_scenario_passes_after_a_failed_hook_before_its_feature(string test)
    {
        Assert.That(Of("AHookBeforeTheFeatureFails", test).Outcome, Is.EqualTo("Failed"));
        Assert.That(Of("AHookBeforeTheFeatureFails", test).Message, Does.Contain("before the feature"));
    }

    [Test]
    public void The_stack_trace_names_the_line_of_the_step_that_failed() =>
        Assert.That(
            Of(Outcomes, "Failed").StackTrace,
            Does.Contain(Path.Combine(SampleRun.Project, "features/outcomes.feature:line 18")));

    [Test]
    public void The_output_has_each_step_with_its_outcome() =>
        Assert.That(Of(Outcomes, "Failed").Output, Does.Match("""
            ^Given fine
            -> done: Steps\.Fine\(\) \(\d\.\ds\)
            When it fails
            -> error: broken on purpose \(\d\.\ds\)
            Then fine
            -> skipped because of previous errors\s*$
            """));

    [Test]
    public void An_undefined_step_comes_with_the_code_that_it_needs() =>
        Assert.That(Of(Outcomes, "Undefined").Output, Does.Contain("[Given(\"nobody {string} {int} of these\")]"));

    [Test]
    public void What_a_step_says_and_attaches_is_the_tests()
    {
        Assert.That(Of(Outcomes, "Attached").Output, Does.Contain("said by a step"));
        Assert.That(Of(Outcomes, "Attached").Attachments, Is.EqualTo(new[] { "evidence.txt" }));
    }

    [Test]
    public void The_run_ends_with_its_hooks_and_formatters()
    {
        Assert.That(_run.ExitCode, Is.EqualTo(1));
        Assert.That(_run.End, Is.EqualTo("the run has ended"));
        Assert.That(_run.Report, Does.Contain("Within a rule"));
        string[] messages = _run.Messages.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(
            messages.Count(line => line.StartsWith("{\"testCaseFinished\"")),
            Is.EqualTo(20),
            "all but the ignored, and those that never began");
        Assert.That(messages[^1], Does.StartWith("{\"testRunFinished\""));
    }

    [Test]
    public async Task A_feature_that_is_not_gherkin_fails_the_build_with_its_place()
    {
        var (exitCode, output) = await SampleRun.DotnetAsync([
            "msbuild", "Sample.csproj", "-t:WriteFixtures", "-p:Broken=true",
            "-p:BuildProjectReferences=false", "-nologo", "-v:q", "-nr:false",
        ]);
        Assert.That(exitCode, Is.EqualTo(1), output);
        Assert.That(output, Does.Contain($"{SampleRun.Project}/broken/broken.feature(4,3): error GHERKIN: expected: "));
    }

    private static Result Of(string feature, string test) =>
        _run.Results[$"Hooktrail.Sample.Features.{feature}Feature.{test}"];
}
