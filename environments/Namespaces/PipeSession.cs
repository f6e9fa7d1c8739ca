using System.Threading.Channels;
using Hooktrail.Stations;

namespace Hooktrail.Namespaces;

/// <summary>A station's session, over three pipes of the lab's <see cref="ProcessTree"/>.</summary>
internal sealed class PipeSession : ISession
{
    private static readonly SessionWords Namespace = new(
        "station",
        "a script printed output after its end; check which processes the scripts leave running.",
        "the lab needs all capabilities in its network namespaces; find out what on this machine denies them (a container, AppArmor, SELinux)");

    private readonly LastLines _last = new();
    private readonly LineChannel _standardOutput;
    private readonly LineChannel _standardError;
    private readonly Stream _output;
    private readonly Stream _error;
    private readonly Task _pump;

    public PipeSession(string name, Stream input, Stream output, Stream error)
    {
        (Name, StandardInput, _output, _error) = (name, input, output, error);
        _standardOutput = new LineChannel($"the standard output of {name}", _last);
        _standardError = new LineChannel($"the standard error of {name}", _last);
        _pump = Task.WhenAll(PumpAsync(output, _standardOutput), PumpAsync(error, _standardError));
    }

    public string Name { get; }

    public SessionWords Words => Namespace;

    public int ProcessId { get; private set; }

    public Stream StandardInput { get; }

    public ChannelReader<string> StandardOutput => _standardOutput.Reader;

    public ChannelReader<string> StandardError => _standardError.Reader;

    public IReadOnlyList<string> LastOutput => _last.Snapshot();

    /// <summary>Called when the agent runs; this is its process id on the lab's machine.</summary>
    public void Started(int processId) => ProcessId = processId;

    public async Task<HooktrailException> EndedAsync(CancellationToken cancellationToken = default)
    {
        await _pump.WaitAsync(cancellationToken).ConfigureAwait(false);
        var last = LastOutput;
        return new HooktrailException(
            $"The station {Name} of the namespace lab ended unexpectedly: "
            + (last.Count == 0 ? "it printed nothing." : $"its last output was «{string.Join(" | ", last)}»."));
    }

    /// <summary>Closes the standard input, which ends the agent. Waits only for the end of the output.</summary>
    public async ValueTask DisposeAsync()
    {
        await StandardInput.DisposeAsync().ConfigureAwait(false);
        await _output.DisposeAsync().ConfigureAwait(false);
        await _error.DisposeAsync().ConfigureAwait(false);
        await _pump.ConfigureAwait(false);
    }

    private static async Task PumpAsync(Stream pipe, LineChannel lines)
    {
        // A pipe holds at most 64 KiB: one read takes everything that was written meanwhile.
        var buffer = new byte[1 << 16];
        try
        {
            for (int read; (read = await pipe.ReadAsync(buffer).ConfigureAwait(false)) > 0;)
            {
                lines.Write(buffer.AsSpan(0, read));
                await lines.FlushAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException or IOException)
        {
            // The session was disposed during a read, which is how reading ends.
        }

        await lines.CompleteAsync().ConfigureAwait(false);
    }
}
