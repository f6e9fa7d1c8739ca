using Hooktrail.Judging.Comparison;
using Hooktrail.Judging.Comparison.Baselines;

namespace Hooktrail.Cli.Verbs;

/// <summary>Reads the runs that a user names: by a file, by a run's folder, or by a baseline's name.</summary>
internal static class RunInput
{
    public const string TrailsName = "trails.json";

    /// <summary>The folder of the features' last run: SPECS_OUT, or ./out.</summary>
    public static string LastRun =>
        Environment.GetEnvironmentVariable("SPECS_OUT") is { Length: > 0 } folder ? folder : "out";

    /// <summary>Reads a file, a folder or a baseline; - is standard input.</summary>
    /// <exception cref="HooktrailException">The text names none of these, or the file cannot be read.</exception>
    public static ComparedRun Read(string said, BaselineFolder baselines)
    {
        var path = PathOf(said, baselines);
        return new(said, LabelOf(path), TrailsInput.Read(path));
    }

    /// <exception cref="HooktrailException">The text names no file, folder or baseline.</exception>
    public static string PathOf(string said, BaselineFolder baselines)
    {
        if (said == TrailsInput.StandardInput || File.Exists(said))
            return said;
        if (Directory.Exists(said))
            return Path.Combine(said, TrailsName) is var trails && File.Exists(trails)
                ? trails
                : throw new HooktrailException(
                    $"The folder \"{said}\" has no {TrailsName}; name an output folder of a run, or a file.");
        if (BaselineFolder.IsName(said) && baselines.FileOf(said) is var file && File.Exists(file))
            return file;
        var there = baselines.Names.IsEmpty
            ? $"the folder {baselines.Path} is empty"
            : $"the folder {baselines.Path} has {string.Join(", ", baselines.Names)}";
        throw new HooktrailException(
            $"\"{said}\" is neither a file, nor an output folder of a run, nor a baseline: {there}; name one of these, and see ./specs baseline --help.");
    }

    // The files of all runs have the same name; their folders distinguish them.
    private static string LabelOf(string path) =>
        path == TrailsInput.StandardInput ? "standard input"
        : Path.GetFileName(path) == TrailsName
            && Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))) is { Length: > 0 } folder
        ? folder
        : Path.GetFileNameWithoutExtension(path);
}
