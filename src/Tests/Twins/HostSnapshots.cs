using Hooktrail.Hosts;

namespace Hooktrail.Tests.Twins;

/// <summary>The snapshots of features/hosts.</summary>
internal static class HostSnapshots
{
    private static readonly string Folder =
        Path.Combine(TestContext.CurrentContext.TestDirectory, "features", "hosts");

    public static IEnumerable<string> Names => Directory
        .GetFiles(Folder, "*.snapshot")
        .Select(path => Path.GetFileNameWithoutExtension(path))
        .Order(StringComparer.Ordinal);

    public static Snapshot Read(string name)
    {
        using var file = File.OpenRead(Path.Combine(Folder, name + ".snapshot"));
        return SnapshotJson.Read(file, name);
    }
}
