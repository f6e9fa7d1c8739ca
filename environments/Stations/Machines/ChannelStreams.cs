using System.IO.Pipelines;
using Hooktrail.Text;

namespace Hooktrail.Stations.Machines;

/// <summary>Disposing it ends the process's input by <paramref name="send"/> with no bytes.</summary>
internal sealed class ChannelWriterStream(Func<ReadOnlyMemory<byte>, Task> send) : ForwardStream
{
    private int _closed;

    public override bool CanWrite => _closed == 0;

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_closed != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (buffer.Length > 0)
            await send(buffer).ConfigureAwait(false);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override async ValueTask DisposeAsync()
    {
        await EndAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            EndAsync().GetAwaiter().GetResult();
        base.Dispose(disposing);
    }

    private async Task EndAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        try
        {
            await send(ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The other side has ended, and every process there with it.
        }
    }
}

/// <summary>Unlike <see cref="PipeReader.AsStream"/>, it may be disposed during a read; that read fails.</summary>
internal sealed class ChannelReaderStream(PipeReader pipe) : ForwardStream
{
    private readonly Stream _stream = pipe.AsStream(leaveOpen: true);

    public override bool CanRead => true;

    public static void Close(PipeReader pipe)
    {
        pipe.CancelPendingRead();
        pipe.Complete();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _stream.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _stream.ReadAsync(buffer, offset, count, cancellationToken);

    public override int Read(Span<byte> buffer) => _stream.Read(buffer);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Close(pipe);
        base.Dispose(disposing);
    }
}
