using System.Text;
using Hooktrail.Hosts;

namespace Hooktrail.Tests.Hosts;

/// <summary>Snapshots that the script takes in private namespaces.</summary>
internal static class Taken
{
    /// <summary>A snapshot of a namespace after a shell script that prints nothing.</summary>
    public static Snapshot In(string setup, params IEnumerable<(string Name, string Text)> files) =>
        Read(PrivateNamespace.Run($"{setup}\nsh snapshot.sh namespace", [("snapshot.sh", Snapshot.Script), .. files]));

    public static Snapshot Read(string text) =>
        SnapshotJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "the snapshot");

    public static string Written(Snapshot snapshot)
    {
        using var stream = new MemoryStream();
        SnapshotJson.Write(stream, snapshot);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>A snapshot of one part that succeeded.</summary>
    public static Snapshot Of(params IEnumerable<(string Part, string Text)> parts) => new(
    [
        .. parts.Select(one => new SnapshotPart(one.Part, one.Part, 0, [.. one.Text.Split('\n')], [])),
    ]);

    public static string RuleSet(string name) =>
        File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "rulesets", name));
}
