using Reqnroll;

namespace Hooktrail.Specs.Run;

/// <summary>What is done around a run.</summary>
[Binding]
public static class RunHooks
{
    /// <summary>Takes the lab down and writes the run's files.</summary>
    [AfterTestRun]
    public static Task EndAsync() => SpecsRun.Current.EndAsync();
}
