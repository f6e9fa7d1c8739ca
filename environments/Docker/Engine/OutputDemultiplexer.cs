using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Hooktrail.Docker.Engine;

/// <summary>
/// Takes apart the Engine's stream of a process without a terminal: frames of an 8-byte header (stream 0, 1 or 2, three zero
/// bytes, the length as a big-endian 32-bit number) and the payload. Source: Engine API, ContainerAttach, «Stream format».
/// </summary>
internal static class OutputDemultiplexer
{
    private const int HeaderLength = 8;

    /// <summary>Reads to the end of the stream and hands each payload, in pieces as they come, to its sink.</summary>
    public static async Task PumpAsync(
        Stream source, IByteSink standardOutput, IByteSink standardError, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(source, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        IByteSink? target = null;
        long remaining = 0;
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            while (true)
            {
                if (remaining > 0)
                {
                    var payload = buffer.Slice(0, Math.Min(remaining, buffer.Length));
                    foreach (var segment in payload)
                        target!.Write(segment.Span);
                    await target!.FlushAsync(cancellationToken).ConfigureAwait(false);
                    remaining -= payload.Length;
                    buffer = buffer.Slice(payload.End);
                    if (remaining > 0)
                        break;
                }

                if (!TryReadHeader(ref buffer, out var stream, out remaining))
                    break;
                target = stream switch
                {
                    0 or 1 => standardOutput,
                    2 => standardError,
                    _ => throw new InvalidDataException($"The Engine's output has a frame of stream {stream}, which is none of 0, 1, 2."),
                };
            }

            if (result.IsCompleted)
                return;
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static bool TryReadHeader(ref ReadOnlySequence<byte> buffer, out byte stream, out long length)
    {
        (stream, length) = (0, 0);
        if (buffer.Length < HeaderLength)
            return false;
        Span<byte> header = stackalloc byte[HeaderLength];
        buffer.Slice(0, HeaderLength).CopyTo(header);
        buffer = buffer.Slice(HeaderLength);
        stream = header[0];
        length = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        return true;
    }
}
