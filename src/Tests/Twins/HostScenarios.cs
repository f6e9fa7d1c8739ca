using System.Reflection;
using System.Runtime.CompilerServices;
using Hooktrail.Questions;
using Hooktrail.Records;
using Hooktrail.Specs.Run;
using Hooktrail.Verification;
using Reqnroll;

namespace Hooktrail.Tests.Twins;

/// <summary>
/// The scenarios of features/hosts run here by the same steps. After each, the packet that it asks about is sent through
/// a twin of its host, with the scenario's rules and switches, and each leg goes as predicted.
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
        var profile = TwinOfHost.OnKernelOf(twin, host.Profile);
        Assert.That(
            Answer.Of(profile, host.Question).Says, Is.EqualTo(host.Answer.Says),
            $"Linux {profile.Kernel} has another answer than the snapshot's {host.Profile.Kernel}.");
        var flow = host.Question.Flow;
        var seen = await TwinObservation.OfAsync(twin, profile, flow);
        Assert.That(Judged.Differences(flow, seen), Is.Empty);
        Assert.That(
            seen.Legs.Where(leg => leg.Verdict != LegVerdict.Agreed)
                .Select(leg => $"{leg.Leg} {leg.Verdict}: {leg.Reason}"),
            Is.Empty);
        Assert.That(seen.Legs, Is.Not.Empty);
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
