using System.Runtime.CompilerServices;
using Reqnroll;

namespace Hooktrail.Specs.Run;

[Binding]
public static class RunHooks
{
    /// <summary>Tells who waits for the run that one more scenario has ended.</summary>
    [AfterScenario(Order = int.MaxValue)]
    public static void CountScenario() => SpecsRun.Current.CountScenario();

    [AfterTestRun]
    public static Task EndAsync() => SpecsRun.Current.EndAsync();

    /// <summary>Turns off Reqnroll's telemetry for every way to start the tests.</summary>
    [ModuleInitializer]
    internal static void WithoutTelemetry() => Environment.SetEnvironmentVariable("REQNROLL_TELEMETRY_ENABLED", "0");
}
