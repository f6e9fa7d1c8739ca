using System.Net.Sockets;

namespace Hooktrail.Docker.Engine.Api;

/// <summary>A connection that was upgraded from HTTP to a raw stream both ways.</summary>
internal sealed class RawConnection(HttpClient owner, Stream stream, Socket socket) : IAttachment
{
    public Stream Stream => stream;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        stream.WriteAsync(bytes, cancellationToken);

    public void CloseInput()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other end has gone already: there is no input left to close.
        }
    }

    public Task PumpAsync(IByteSink standardOutput, IByteSink standardError) =>
        OutputDemultiplexer.PumpAsync(stream, standardOutput, standardError, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync().ConfigureAwait(false);
        owner.Dispose();
    }
}
