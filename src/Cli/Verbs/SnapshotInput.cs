using Hooktrail.Hosts;
using Hooktrail.Snapshots;

namespace Hooktrail.Cli.Verbs;

/// <summary>Reads a snapshot that a user names.</summary>
internal static class SnapshotInput
{
    /// <exception cref="HooktrailException">The file cannot be read, or is no snapshot.</exception>
    public static Snapshot Read(string path) => InputFile.Read(
        path,
        "name a snapshot that ./specs snapshot wrote",
        stream => SnapshotJson.Read(stream, InputFile.NameOf(path)));

    /// <summary>A snapshot; without a path, of this host as it is now.</summary>
    /// <exception cref="HooktrailException">The file cannot be read, or the host cannot.</exception>
    public static async Task<Snapshot> SnapshotAsync(string? path, CancellationToken cancellation) =>
        path is not null ? Read(path) : await SnapshotTaking.OfThisHostAsync(cancellation);

    /// <exception cref="HooktrailException">A part is not what its command prints.</exception>
    public static HostProfile HostOf(Snapshot snapshot)
    {
        var topology = TopologyReader.Of(snapshot);
        return SnapshotProfile.Of(snapshot, topology) with { Topology = topology };
    }
}
