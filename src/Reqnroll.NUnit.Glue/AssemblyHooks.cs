using NUnit.Framework;
using Reqnroll;

/// <summary>Each test assembly compiles it; without a namespace NUnit runs it around all tests.</summary>
[SetUpFixture]
public static class AssemblyHooks
{
    [OneTimeSetUp]
    public static Task StartAsync() => TestRunnerManager.OnTestRunStartAsync(typeof(AssemblyHooks).Assembly);

    [OneTimeTearDown]
    public static Task EndAsync() => TestRunnerManager.OnTestRunEndAsync(typeof(AssemblyHooks).Assembly);
}
