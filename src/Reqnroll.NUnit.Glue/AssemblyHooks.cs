using Reqnroll;

/// <summary>
/// Each test assembly compiles its own, which no other sees; without a namespace NUnit runs it around all tests.
/// </summary>
[NUnit.Framework.SetUpFixture]
internal static class AssemblyHooks
{
    [NUnit.Framework.OneTimeSetUp]
    public static Task StartAsync() => TestRunnerManager.OnTestRunStartAsync(typeof(AssemblyHooks).Assembly);

    [NUnit.Framework.OneTimeTearDown]
    public static Task EndAsync() => TestRunnerManager.OnTestRunEndAsync(typeof(AssemblyHooks).Assembly);
}
