using System.Text;
using System.Threading.Channels;
using Hooktrail.Stations.Machines;

namespace Hooktrail.Namespaces;

/// <summary>
/// A perl program in the host's namespaces. It ends with its standard input, and so with this program, however that
/// ends; if it hangs, it ends with the lab's process 1, like all of its pid namespace.
/// </summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly IMachineProcess _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Task _pump;

    private HostProcess(IMachineProcess process)
    {
        _process = process;
        Input = new StreamWriter(process.WriterTo(MachineProgram.Input), new UTF8Encoding(false));
        _pump = PumpAsync();
    }

    public TextWriter Input { get; }

    /// <summary>Its output; completes when it has ended.</summary>
    public ChannelReader<string> Lines => _lines.Reader;

    /// <summary>Starts a program beside the host's agent.</summary>
    /// <exception cref="HooktrailException">The program nsenter is missing.</exception>
    public static async Task<HostProcess> StartAsync(
        NamespaceHost host, string script, CancellationToken cancellation, params ImmutableArray<string> arguments) =>
        // Root's lab has no user namespace.
        new(await host.Machine.StartAsync(
            new MachineProgram(
            [
                "nsenter", .. host.Machine.IsRoot ? Array.Empty<string>() : ["--user", "--preserve-credentials"],
                "--net", "--pid", "--target", $"{host.Host.Session.ProcessId}", "perl", "-e", script, .. arguments,
            ]),
            cancellation).ConfigureAwait(false));

    /// <summary>Ends it, by the end of its input.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Input.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It has ended already.
        }

        await _pump.ConfigureAwait(false);
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await _process.DisposeAsync().ConfigureAwait(false);
    }

    private async Task PumpAsync()
    {
        using var output = new StreamReader(_process.ReaderOf(MachineProgram.Output));
        try
        {
            while (await output.ReadLineAsync().ConfigureAwait(false) is { } line)
                _lines.Writer.TryWrite(line);
        }
        finally
        {
            _lines.Writer.Complete();
        }
    }
}
