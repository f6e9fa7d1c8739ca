using System.IO.Compression;
using System.Text;

namespace Hooktrail.Records;

/// <summary>
/// The evidence of a leg as bytes: a long run's lines would fill the memory, and resemble each other.
/// </summary>
internal sealed class PackedEvidence
{
    private readonly byte[] _bytes;

    public PackedEvidence(ImmutableArray<Evidence> lines)
    {
        using var bytes = new MemoryStream();
        using (var packed = new BinaryWriter(new DeflateStream(bytes, CompressionLevel.Optimal), Encoding.UTF8))
        {
            packed.Write(lines.Length);
            foreach (var line in lines)
            {
                packed.Write(line.Hop);
                packed.Write(line.Channel);
                packed.Write(line.Number);
                packed.Write(line.Line);
            }
        }

        _bytes = bytes.ToArray();
    }

    public ImmutableArray<Evidence> Lines()
    {
        using var unpacked = new BinaryReader(
            new DeflateStream(new MemoryStream(_bytes), CompressionMode.Decompress), Encoding.UTF8);
        var lines = ImmutableArray.CreateBuilder<Evidence>(unpacked.ReadInt32());
        for (var at = 0; at < lines.Capacity; at++)
            lines.Add(new(
                unpacked.ReadInt32(), unpacked.ReadString(), unpacked.ReadUInt64(), unpacked.ReadString()));
        return lines.MoveToImmutable();
    }
}
