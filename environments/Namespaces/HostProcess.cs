using System.Collections.Immutable;
using System.Text;
using System.Threading.Channels;
using Hooktrail.Stations.Machines;
using Hooktrail.Trails;

namespace Hooktrail.Namespaces;

/// <summary>
/// A perl program in the namespaces of the host. It ends with its standard input, and so with this program, however that ends; and if it hung,
/// it would end with the lab's process 1, as everybody in its pid namespace does.
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

    /// <summary>What it reads.</summary>
    public TextWriter Input { get; }

    /// <summary>What it writes, by lines; completes when it has ended.</summary>
    public ChannelReader<string> Lines => _lines.Reader;

    /// <summary>Starts a program next to the agent of the host.</summary>
    /// <exception cref="HooktrailException">The program nsenter is missing.</exception>
    public static async Task<HostProcess> StartAsync(
        NamespaceHost host, string script, CancellationToken cancellation, params ImmutableArray<string> arguments) =>
        // Root's lab has no user namespace of its own.
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
