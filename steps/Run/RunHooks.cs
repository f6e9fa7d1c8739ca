using System.Runtime.CompilerServices;
using Reqnroll;

namespace Hooktrail.Specs.Run;

[Binding]
public static class RunHooks
{
    [AfterTestRun]
    public static Task EndAsync() => SpecsRun.Current.EndAsync();

    /// <summary>Turns off Reqnroll's telemetry for every way to start the tests.</summary>
    [ModuleInitializer]
    internal static void WithoutTelemetry() => Environment.SetEnvironmentVariable("REQNROLL_TELEMETRY_ENABLED", "0");
}
