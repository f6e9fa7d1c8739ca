using System.Reflection;
using Reqnroll;

namespace Hooktrail.Fixtures;

public sealed class SpecFeature
{
    private readonly Assembly _assembly;

    /// <remarks><paramref name="uri"/>: the feature's path in the project, and the name of its resource.</remarks>
    public SpecFeature(Assembly assembly, string uri)
    {
        _assembly = assembly;
        using var reader = new StreamReader(assembly.GetManifestResourceStream(uri)!);
        File = new FeatureFile(uri, reader.ReadToEnd());
        var feature = File.Feature!;
        Info = new FeatureInfo(
            // Reqnroll's default for English features is the culture en-US.
            new CultureInfo(feature.Language == "en" ? "en-US" : feature.Language),
            Path.GetDirectoryName(uri),
            feature.Name,
            feature.Description,
            ProgrammingLanguage.CSharp,
            Names(feature.Tags),
            File);
    }

    internal FeatureFile File { get; }

    internal FeatureInfo Info { get; }

    internal ITestRunner Runner() => TestRunnerManager.GetTestRunnerForAssembly(_assembly, featureHint: Info);

    /// <summary>Runs the hooks after the feature, if one of its scenarios was run.</summary>
    public Task EndAsync() => TestRunnerManager.ReleaseFeatureAsync(Info, _assembly);

    internal static string[] Names(IEnumerable<Io.Cucumber.Messages.Types.Tag> tags) =>
        [.. tags.Select(tag => tag.Name[1..])];
}
