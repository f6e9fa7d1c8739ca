// Without a namespace, so that NUnit runs it around every test of the assembly that compiles it.
/// <summary>The hooks around the run.</summary>
[NUnit.Framework.SetUpFixture]
public static class OfflineAssemblyHooks
{
    /// <summary>Before everything.</summary>
    [NUnit.Framework.OneTimeSetUp]
    public static Task BeforeTestRunAsync() =>
        Reqnroll.Offline.Execution.SpecRun.StartAsync(typeof(OfflineAssemblyHooks).Assembly);

    /// <summary>After everything.</summary>
    [NUnit.Framework.OneTimeTearDown]
    public static Task AfterTestRunAsync() => Reqnroll.Offline.Execution.SpecRun.EndAsync();
}
