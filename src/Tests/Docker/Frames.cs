using System.Buffers.Binary;

namespace Hooktrail.Tests.Docker;

/// <summary>Writes what an Engine would: an 8-byte header and the payload.</summary>
internal static class Frames
{
    public static byte[] Of(byte stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[8 + payload.Length];
        frame[0] = stream;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), payload.Length);
        payload.CopyTo(frame.AsSpan(8));
        return frame;
    }
}
