using Reqnroll;

namespace Hooktrail.Sample;

[Binding]
public static class Hooks
{
    [BeforeFeature("before-feature-fails")]
    public static void BeforeFeature() => throw new InvalidOperationException("before the feature");

    [BeforeScenario("before-fails")]
    public static void Before() => throw new InvalidOperationException("before the scenario");

    [AfterScenario("after-fails")]
    public static void After() => throw new InvalidOperationException("after the scenario");

    /// <summary>The file shows the run's end to the tests.</summary>
    [AfterTestRun]
    public static void AfterRun()
    {
        if (Environment.GetEnvironmentVariable("SAMPLE_END") is { } file)
            File.WriteAllText(file, "the run has ended");
    }
}
