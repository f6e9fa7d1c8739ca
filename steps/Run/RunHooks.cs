using System.Runtime.CompilerServices;
using Reqnroll;

namespace Hooktrail.Specs.Run;

[Binding]
public static class RunHooks
{
    /// <summary>The tag of a scenario that names rules: the kernel's trace is read.</summary>
    public const string Trace = "@trace";

    /// <summary>Tells who waits for the run that one more scenario has ended.</summary>
    [AfterScenario(Order = int.MaxValue)]
    public static void CountScenario() => SpecsRun.Current.CountScenario();

    /// <summary>A scenario with this tag sends no packet, so that it proves nothing of a kernel.</summary>
    [AfterScenario("@model")]
    public static void CountPrediction(ScenarioContext scenario, FeatureContext feature)
    {
        if (scenario.ScenarioExecutionStatus == ScenarioExecutionStatus.OK)
            SpecsRun.Current.CountPrediction(feature.FeatureInfo.Title);
    }

    [AfterTestRun]
    public static Task EndAsync() => SpecsRun.Current.EndAsync();

    /// <summary>Turns off Reqnroll's telemetry for every way to start the tests.</summary>
    [ModuleInitializer]
    internal static void WithoutTelemetry() => Environment.SetEnvironmentVariable("REQNROLL_TELEMETRY_ENABLED", "0");
}
