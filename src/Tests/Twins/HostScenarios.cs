using System.Reflection;
using System.Runtime.CompilerServices;
using Hooktrail.Specs.Run;
using Reqnroll;

namespace Hooktrail.Tests.Twins;

/// <summary>
/// The scenarios of features/hosts run here by the same steps. After each, the packet that it asks about is sent through
/// a twin of its host, with the scenario's rules and switches: hop by hop and rule by rule, it goes as predicted.
/// </summary>
[Binding]
public sealed class HostScenarios(HostUnderQuestion host, ScenarioContext scenario)
{
    [BeforeScenario]
    public static Task NeedsTwinsAsync() => LiveTwin.NeedAsync();

    [AfterScenario]
    public async Task SendAsync()
    {
        if (scenario.ScenarioExecutionStatus != ScenarioExecutionStatus.OK)
            return;
        var twin = await SharedTwins.OfAsync(host);
        var verified = await twin.AskAsync(host.Question.Flow);
        Assert.That(verified.Agrees, Is.True, $"{host.Answer.Says}: {verified.Says}");
    }

    [AfterFeature]
    public static Task EndTwinsAsync() => SharedTwins.EndAsync();

    /// <summary>The files of the features' own run are not to be written over.</summary>
    [ModuleInitializer]
    internal static void WithoutFiles()
    {
        Environment.SetEnvironmentVariable("SPECS_OUT", null);
        Environment.SetEnvironmentVariable("REQNROLL_TELEMETRY_ENABLED", "0");
    }
}

[TestFixture]
internal sealed class HostScenariosTests
{
    private static readonly Assembly Own = typeof(HostScenariosTests).Assembly;

    [Test]
    public void Every_scenario_of_every_feature_is_sent()
    {
        var folder = Own.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == "Features").Value!;
        var written = Directory.GetFiles(folder, "*.feature")
            .SelectMany(File.ReadLines)
            .Count(line => line.TrimStart().StartsWith("Scenario", StringComparison.Ordinal));
        var tests = Own.GetTypes()
            .Where(type => type.GetCustomAttributes<CategoryAttribute>().Any(one => one.Name == "host"))
            .SelectMany(type => type.GetMethods())
            .Count(method => method.IsDefined(typeof(TestAttribute)));
        Assert.That(tests, Is.EqualTo(written).And.GreaterThan(0));
    }
}
