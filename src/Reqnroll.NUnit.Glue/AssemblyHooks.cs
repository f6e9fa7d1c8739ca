using NUnit.Framework;
using Reqnroll;

/// <summary>
/// Starts and ends Reqnroll's test run. Each test assembly compiles it; without a namespace NUnit runs it around all tests.
/// </summary>
[SetUpFixture]
public static class AssemblyHooks
{
    /// <summary>Loads plugins and bindings, and runs the hooks before the run.</summary>
    [OneTimeSetUp]
    public static Task StartAsync() => TestRunnerManager.OnTestRunStartAsync(typeof(AssemblyHooks).Assembly);

    /// <summary>Runs the hooks after the run, and ends the formatters.</summary>
    [OneTimeTearDown]
    public static Task EndAsync() => TestRunnerManager.OnTestRunEndAsync(typeof(AssemblyHooks).Assembly);
}
