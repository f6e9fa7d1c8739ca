using System.Net;
using System.Threading.Channels;
using Docker.DotNet;

namespace Hooktrail.Docker.Engine;

/// <summary>
/// The main process of a running container, with its streams attached. Disposing the session closes the standard
/// input, waits up to <see cref="ContainerSpec.StopTimeout"/> for the process to end, then kills it. After the
/// disposal the container is gone.
/// </summary>
/// <remarks>
/// Created before the container starts, so that no output is missed; returned to callers when the process runs.
/// </remarks>
public sealed class ContainerSession : ISession
{
    // Killing and removing takes well under a second; a container that is still there after this is the Engine's fault.
    private static TimeSpan KillTimeout => Allowance.For(TimeSpan.FromSeconds(20));

    private readonly ContainerEngine _engine;
    private readonly MultiplexedStream _attachment;
    private readonly TimeSpan _stopTimeout;
    private readonly Task<int> _exit;
    private readonly LastLines _last = new();
    private readonly LineChannel _standardOutput;
    private readonly LineChannel _standardError;
    private readonly IByteSink _output;
    private readonly Task _pump;
    private int _disposed;

    internal ContainerSession(
        ContainerEngine engine, string id, ContainerSpec spec,
        MultiplexedStream attachment, Task<int> exit, IByteSink? output)
    {
        (_engine, Id, Name, _stopTimeout, _attachment, _exit) =
            (engine, id, spec.Name, spec.StopTimeout, attachment, exit);
        _standardOutput = new LineChannel($"the standard output of {Name}", _last);
        _standardError = new LineChannel($"the standard error of {Name}", _last);
        StandardInput = new StandardInputStream(attachment);
        _output = output ?? _standardOutput;
        _pump = Task.Run(PumpAsync);
    }

    /// <summary>64 hexadecimal digits.</summary>
    public string Id { get; }

    public string Name { get; }

    public SessionWords Words => EngineErrors.Container;

    public int ProcessId { get; private set; }

    /// <summary>Null on the networks <c>host</c> and <c>none</c>.</summary>
    public IPAddress? Address { get; private set; }

    /// <summary>Null where the network has no IPv6.</summary>
    public IPAddress? AddressV6 { get; private set; }

    public Stream StandardInput { get; }

    public ChannelReader<string> StandardOutput => _standardOutput.Reader;

    public ChannelReader<string> StandardError => _standardError.Reader;

    public IReadOnlyList<string> LastOutput => _last.Snapshot();

    internal void Started(int processId, string? address, string? addressV6)
    {
        ProcessId = processId;
        Address = IPAddress.TryParse(address, out var v4) ? v4 : null;
        AddressV6 = IPAddress.TryParse(addressV6, out var v6) ? v6 : null;
    }

    public async Task<HooktrailException> EndedAsync(CancellationToken cancellationToken = default)
    {
        var code = await WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return EngineErrors.Ended(Name, code, LastOutput);
    }

    /// <summary>Waits until the container is removed; returns the exit code.</summary>
    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken = default)
    {
        var code = await _exit.WaitAsync(cancellationToken).ConfigureAwait(false);
        // The last output may come after the event that reports the end; the caller may rely on having all of it.
        await _pump.WaitAsync(cancellationToken).ConfigureAwait(false);
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        try
        {
            await StandardInput.DisposeAsync().ConfigureAwait(false);
            if (await EndsWithinAsync(_stopTimeout).ConfigureAwait(false) == Ending.Known)
                return;
            await _engine.RemoveContainerAsync(Id).ConfigureAwait(false);
            if (await EndsWithinAsync(KillTimeout).ConfigureAwait(false) == Ending.Late)
                throw new HooktrailException(
                    $"The container {Name} cannot be removed: remove it with docker rm -f {Name}.");
        }
        finally
        {
            _attachment.Dispose();
            await _pump.ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Cuts the connection, as the kernel does when it kills a process; the Engine must notice by itself.
    /// </summary>
    internal ValueTask CutAsync()
    {
        _attachment.Dispose();
        return default;
    }

    internal async ValueTask AbandonAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _attachment.Dispose();
        await _pump.ConfigureAwait(false);
    }

    private async Task<Ending> EndsWithinAsync(TimeSpan time)
    {
        try
        {
            await _exit.WaitAsync(time).ConfigureAwait(false);
            return Ending.Known;
        }
        catch (TimeoutException)
        {
            return Ending.Late;
        }
        catch (HooktrailException)
        {
            return Ending.Unknown;
        }
    }

    private async Task PumpAsync()
    {
        Exception? error = null;
        try
        {
            var buffer = new byte[64 * 1024];
            while (await _attachment.ReadOutputAsync(
                buffer, 0, buffer.Length, default).ConfigureAwait(false) is { EOF: false } read)
            {
                var target = read.Target == MultiplexedStream.TargetStream.StandardError ? _standardError : _output;
                target.Write(buffer.AsSpan(0, read.Count));
                await target.FlushAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            // Readers must learn of any error, or they would wait endlessly. During disposal, reading ends this way
            // too; at any other time the connection broke under the reader.
            if (Volatile.Read(ref _disposed) == 0)
                error = new HooktrailException(
                    $"The connection to the container {Name} broke ({e.Message}): check the Docker Engine's log.", e);
        }

        await _output.CompleteAsync(error).ConfigureAwait(false);
        if (_output != _standardOutput)
            await _standardOutput.CompleteAsync(error).ConfigureAwait(false);
        await _standardError.CompleteAsync(error).ConfigureAwait(false);
    }

    private enum Ending
    {
        Known,
        Late,
        Unknown,
    }
}
