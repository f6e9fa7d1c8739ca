using Hooktrail.Records;

namespace Hooktrail.Cli.Verbs;

/// <summary>Reads the trails files that a user names.</summary>
internal static class TrailsInput
{
    /// <summary>Stands for standard input in place of a path.</summary>
    public const string StandardInput = "-";

    /// <exception cref="HooktrailException">The file cannot be read, or is no trails file.</exception>
    public static TrailsFile Read(string path)
    {
        try
        {
            using var stream = path == StandardInput ? Console.OpenStandardInput() : File.OpenRead(path);
            return TrailsJson.Read(stream, path == StandardInput ? "standard input" : path);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var why = File.Exists(path) ? wrong.Message.TrimEnd('.')
                : Directory.Exists(path) ? "it is a directory"
                : "there is no such file";
            throw new HooktrailException(
                $"\"{path}\" cannot be read: {why}; name a trails.json from a run or predict --json.", wrong);
        }
    }
}
