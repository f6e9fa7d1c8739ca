using System.Net.Sockets;
using System.Runtime.InteropServices;
using Docker.DotNet;

namespace Hooktrail.Docker.Engine;

/// <summary>Disposing it closes the process's standard input.</summary>
internal sealed class StandardInputStream(MultiplexedStream attachment) : Stream
{
    private bool _closed;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => !_closed;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        var bytes = MemoryMarshal.TryGetArray(buffer, out var segment) ? segment : buffer.ToArray();
        try
        {
            await attachment.WriteAsync(
                bytes.Array!, bytes.Offset, bytes.Count, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            throw new IOException("The connection to the container is closed.", e);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (!_closed && disposing)
        {
            _closed = true;
            try
            {
                attachment.CloseWrite();
            }
            catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
            {
                // The other end is gone already: there is no input to close.
            }
        }

        base.Dispose(disposing);
    }
}
