using System.Buffers.Binary;
using System.Text;

namespace Hooktrail.Tests.Docker;

/// <summary>An 8-byte header and the payload, as an Engine writes them.</summary>
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

    /// <summary>Repeats each line, and says «bye» at the end.</summary>
    public static async Task EchoAsync(Stream stream)
    {
        using var input = new StreamReader(stream, leaveOpen: true);
        while (await input.ReadLineAsync() is { } line)
            await stream.WriteAsync(Of(1, Encoding.UTF8.GetBytes(line + "\n")));
        await stream.WriteAsync(Of(1, "bye\n"u8));
    }
}
