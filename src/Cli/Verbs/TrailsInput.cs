using Hooktrail.Records;

namespace Hooktrail.Cli.Verbs;

/// <summary>Reads the trails files that a user names.</summary>
internal static class TrailsInput
{
    /// <summary>Stands for standard input in place of a path.</summary>
    public const string StandardInput = InputFile.StandardInput;

    /// <exception cref="HooktrailException">The file cannot be read, or is no trails file.</exception>
    public static TrailsFile Read(string path) => InputFile.Read(
        path,
        "name a trails.json from a run or predict --json",
        stream => TrailsJson.Read(stream, path == StandardInput ? "standard input" : path));
}
