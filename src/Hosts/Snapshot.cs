using Hooktrail.Text;

namespace Hooktrail.Hosts;

/// <summary>All that decides a packet's way on a host, as the host's own tools printed it.</summary>
public sealed record Snapshot(ImmutableArray<SnapshotPart> Parts)
{
    /// <summary>The POSIX shell script that prints a snapshot. It changes nothing on the host.</summary>
    public static string Script { get; } = EmbeddedText.Of(typeof(Snapshot).Assembly, "snapshot.sh");

    /// <summary>What could not be read, a sentence each.</summary>
    public IEnumerable<string> Failures => Parts.Select(part => part.Failure).OfType<string>();

    /// <summary>The part; null if the host's kernel or tools have nothing of it.</summary>
    public SnapshotPart? Find(string name) => Parts.FirstOrDefault(part => part.Name == name);

    /// <summary>What the command printed; empty if it was not run.</summary>
    public ImmutableArray<string> Lines(string name) => Find(name)?.Lines ?? [];
}
