using System.Text;
using System.Threading.Channels;
using Hooktrail.Stations;
using Hooktrail.Stations.Machines;

namespace Hooktrail.Namespaces;

/// <summary>
/// A perl program in the host's namespaces. It ends when its standard input does, and so when this program ends for any
/// reason. If it hangs, it ends with the lab's process 1, like everything in that pid namespace.
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

    /// <summary>The process id on the machine.</summary>
    public int ProcessId => _process.ProcessId;

    /// <summary>The program's output; completes when the program has ended.</summary>
    public ChannelReader<string> Lines => _lines.Reader;

    /// <summary>Starts a program beside the host's agent.</summary>
    /// <exception cref="HooktrailException">The program nsenter is missing.</exception>
    public static Task<HostProcess> StartAsync(
        NamespaceHost host, string script, CancellationToken cancellation, params ImmutableArray<string> arguments) =>
        StartAsync(host.Machine, host.Host.Session, script, cancellation, arguments);

    /// <summary>Starts a program beside the agent of a station.</summary>
    /// <exception cref="HooktrailException">The program nsenter is missing.</exception>
    public static async Task<HostProcess> StartAsync(
        IMachine machine, ISession beside, string script, CancellationToken cancellation,
        params ImmutableArray<string> arguments) =>
        // A lab that root starts has no user namespace.
        await StartAsync(
            machine,
            [
                "nsenter", .. machine.IsRoot ? Array.Empty<string>() : ["--user", "--preserve-credentials"],
                "--net", "--pid", "--target", $"{beside.ProcessId}", "perl", "-e", script, .. arguments,
            ],
            cancellation).ConfigureAwait(false);

    /// <summary>Starts any program that ends with its standard input.</summary>
    /// <exception cref="HooktrailException">The program is missing.</exception>
    public static async Task<HostProcess> StartAsync(
        IMachine machine, ImmutableArray<string> command, CancellationToken cancellation) =>
        new(await machine.StartAsync(new MachineProgram(command), cancellation).ConfigureAwait(false));

    /// <summary>Closes the program's input, which ends the program.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Input.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The program has ended already.
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
