using Reqnroll.BoDi;
using Reqnroll.Offline.Bindings;
using Reqnroll.Offline.Features;

namespace Reqnroll.Offline.Execution;

/// <summary>A feature: the hooks around it, and its scenarios one after the other.</summary>
internal sealed class FeatureRun
{
    private readonly string[] tags;

    public FeatureRun(TestRun run, FeatureFile file)
    {
        Run = run;
        File = file;
        Container = new ObjectContainer(run.Container);
        var feature = file.Document.Feature;
        tags = Pickle.Names(feature?.Tags ?? []);
        string folder = Path.GetDirectoryName(file.Uri)?.Replace('\\', '/') ?? "";
        Context = new FeatureContext(
            new FeatureInfo(folder, feature?.Name ?? "", feature?.Description ?? "", tags), Container);
        Container.RegisterInstanceAs(Context);
        Container.RegisterInstanceAs<IReqnrollOutputHelper>(new OutputHelper(run.Output, run.Messages));
    }

    /// <summary>The run.</summary>
    public TestRun Run { get; }

    /// <summary>The feature file.</summary>
    public FeatureFile File { get; }

    /// <summary>The objects that live as long as the feature.</summary>
    public ObjectContainer Container { get; }

    /// <summary>What the scenarios share.</summary>
    public FeatureContext Context { get; }

    /// <summary>Runs the hooks before the feature.</summary>
    public async Task StartAsync()
    {
        try
        {
            await Run.RunHooksAsync(HookKind.BeforeFeature, tags, Container);
        }
        catch (Exception error)
        {
            Context.TestError = error;
        }
    }

    /// <summary>Runs one scenario.</summary>
    /// <exception cref="Exception">The error that failed it, or NUnit's exception that skipped it.</exception>
    public async Task RunScenarioAsync(int pickleIndex)
    {
        if (Context.TestError is { } error)
            throw new ReqnrollException($"A hook before the feature failed: {error.Message}", error);
        await new ScenarioRun(this, File.Pickles[pickleIndex]).RunAsync();
    }

    /// <summary>Runs the hooks after the feature.</summary>
    public async Task EndAsync()
    {
        await Run.RunHooksAsync(HookKind.AfterFeature, tags, Container);
        Container.Dispose();
    }
}
