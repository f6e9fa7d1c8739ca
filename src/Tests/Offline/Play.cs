using NUnit.Framework.Internal;
using Reqnroll.Offline.Bindings;
using Reqnroll.Offline.Execution;
using Reqnroll.Offline.Features;
using Reqnroll.Offline.Messages;

namespace Hooktrail.Tests.Offline;

/// <summary>What came of features that a test has run.</summary>
/// <param name="Messages">The Cucumber Messages, a line each.</param>
/// <param name="Output">The lines of output, of all scenarios.</param>
/// <param name="Errors">For each scenario what its test would throw; null where it passed.</param>
/// <param name="RunError">What the hooks around run and features threw.</param>
internal sealed record Played(
    IReadOnlyList<string> Messages,
    IReadOnlyList<string> Output,
    IReadOnlyList<Exception?> Errors,
    Exception? RunError);

/// <summary>Runs features inside of a test.</summary>
internal static class Play
{
    /// <summary>Runs one feature.</summary>
    public static Task<Played> FeatureAsync(string gherkin, params Type[] bindings) =>
        FeaturesAsync([FeatureFile.Parse("features/played.feature", gherkin)], bindings, run => { });

    /// <summary>Runs features one after the other.</summary>
    public static async Task<Played> FeaturesAsync(
        IEnumerable<FeatureFile> features, Type[] bindings, Action<TestRun> prepare)
    {
        var stream = new MemoryStream();
        var output = new RecordedOutput();
        var errors = new List<Exception?>();
        var run = new TestRun(
            new BindingRegistry(bindings), new RunMessages(new MessageWriter(stream), TimeProvider.System), output);
        prepare(run);
        // Assertions of the steps count for the scenario, not for the test that runs it.
        using var isolated = new TestExecutionContext.IsolatedContext();
        var runError = await ErrorOfAsync(run.StartAsync);
        foreach (var file in runError is null ? features : [])
        {
            var feature = await run.StartFeatureAsync(file);
            foreach (var pickle in file.Pickles)
                errors.Add(await ErrorOfAsync(() => feature.RunScenarioAsync(pickle.Index)));
            runError ??= await ErrorOfAsync(feature.EndAsync);
        }
        runError ??= await ErrorOfAsync(run.EndAsync);
        string text = System.Text.Encoding.UTF8.GetString(stream.ToArray());
        return new Played(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), output.Lines, errors, runError);
    }

    private static async Task<Exception?> ErrorOfAsync(Func<Task> action)
    {
        try
        {
            await action();
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }

    private sealed class RecordedOutput : ITestOutput
    {
        public List<string> Lines { get; } = [];

        public void WriteLine(string text) => Lines.AddRange(text.ReplaceLineEndings("\n").Split('\n'));

        public void AddAttachment(string path) => Lines.Add($"[{Path.GetFileName(path)}]");
    }
}
