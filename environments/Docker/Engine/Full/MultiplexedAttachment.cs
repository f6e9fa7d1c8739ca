using System.Net.Sockets;
using System.Runtime.InteropServices;
using Docker.DotNet;

namespace Hooktrail.Docker.Engine.Full;

/// <summary>A container's streams as Docker.DotNet gives them.</summary>
internal sealed class MultiplexedAttachment(MultiplexedStream stream) : IAttachment
{
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var array = MemoryMarshal.TryGetArray(bytes, out var segment) ? segment : bytes.ToArray();
        return new ValueTask(stream.WriteAsync(array.Array!, array.Offset, array.Count, cancellationToken));
    }

    public void CloseInput()
    {
        try
        {
            stream.CloseWrite();
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // The other end has gone already: there is no input left to close.
        }
    }

    public async Task PumpAsync(IByteSink standardOutput, IByteSink standardError)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var read = await stream.ReadOutputAsync(buffer, 0, buffer.Length, CancellationToken.None).ConfigureAwait(false);
            if (read.EOF)
                return;
            var target = read.Target == MultiplexedStream.TargetStream.StandardError ? standardError : standardOutput;
            target.Write(buffer.AsSpan(0, read.Count));
            await target.FlushAsync().ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync()
    {
        stream.Dispose();
        return ValueTask.CompletedTask;
    }
}
