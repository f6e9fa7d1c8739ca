using Hooktrail.Hosts;

namespace Hooktrail.Cli.Verbs;

/// <summary>Reads a snapshot that a user names.</summary>
internal static class SnapshotInput
{
    /// <exception cref="HooktrailException">The file cannot be read, or is no snapshot.</exception>
    public static Snapshot Read(string path) => InputFile.Read(
        path,
        "name a snapshot that ./specs snapshot wrote",
        stream => SnapshotJson.Read(stream, InputFile.NameOf(path)));
}
