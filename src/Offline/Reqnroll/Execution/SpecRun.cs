using System.Reflection;
using Reqnroll.Offline.Bindings;
using Reqnroll.Offline.Features;
using Reqnroll.Offline.Messages;

namespace Reqnroll.Offline.Execution;

/// <summary>The run of a test assembly: what the generated code calls before and after everything.</summary>
public static class SpecRun
{
    private static TestRun? current;

    internal static TestRun Current => current
        ?? throw new ReqnrollException("The run has not started; is the generated assembly fixture missing?");

    /// <summary>Reads bindings and settings of the assembly and runs the hooks before the run.</summary>
    public static async Task StartAsync(Assembly assembly)
    {
        var settings = Settings.OfThisProcess();
        var messages = new RunMessages(new MessageWriter(Open(settings.MessagesPath)), TimeProvider.System);
        current = new TestRun(new BindingRegistry(assembly.GetTypes()), messages, new NUnitOutput());
        await current.StartAsync();
    }

    /// <summary>Runs the hooks after the run and closes what it writes.</summary>
    public static Task EndAsync() => current?.EndAsync() ?? Task.CompletedTask;

    private static Stream Open(string? path)
    {
        if (path is null)
            return Stream.Null;
        string file = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        return new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read);
    }
}

/// <summary>One feature of a test assembly: what the generated fixture calls for each scenario.</summary>
/// <param name="assembly">Holds the feature as a resource.</param>
/// <param name="uri">The name of the resource: the path of the feature in the project.</param>
public sealed class SpecFeature(Assembly assembly, string uri)
{
    // Of all features: the messages and the hooks around a feature know one place at a time.
    private static int running;
    private FeatureRun? feature;

    /// <summary>Runs a scenario, and before the first one the hooks before the feature.</summary>
    /// <param name="pickleIndex">The scenario's, or the row's, place in the feature.</param>
    public async Task RunAsync(string pickleIndex)
    {
        if (Interlocked.Exchange(ref running, 1) == 1)
            throw new ReqnrollException("The offline profile runs one scenario at a time; do not make features parallel.");
        try
        {
            feature ??= await SpecRun.Current.StartFeatureAsync(FeatureFile.Parse(uri, Text()));
            await feature.RunScenarioAsync(int.Parse(pickleIndex));
        }
        finally
        {
            running = 0;
        }
    }

    /// <summary>Runs the hooks after the feature, if any of its scenarios was run.</summary>
    public Task EndAsync() => feature?.EndAsync() ?? Task.CompletedTask;

    private string Text()
    {
        using var stream = assembly.GetManifestResourceStream(uri)
            ?? throw new ReqnrollException($"{assembly.GetName().Name} holds no resource {uri}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
