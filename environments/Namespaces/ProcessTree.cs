using Hooktrail.Stations;
using Hooktrail.Stations.Machines;
using Hooktrail.Text;

namespace Hooktrail.Namespaces;

/// <summary>
/// The processes of one lab: <c>unshare</c>, below it process 1 of a pid namespace (init.sh), and below that an agent
/// for each station. Process 1 reads a pipe that this program holds open. When this program ends for any reason, the
/// kernel closes the pipe, process 1 ends, the kernel kills the rest of its pid namespace, and the network namespaces
/// end with their last process. Nothing has a name outside: the process has its pipes before anything is unshared.
/// </summary>
internal sealed class ProcessTree : IAsyncDisposable
{
    private static TimeSpan Patience => Allowance.For(TimeSpan.FromSeconds(20));

    // The descriptor of the first station's first pipe; init.sh contains the same number.
    private const int FirstPipe = 20;

    private readonly IMachineProcess _process;
    private readonly StreamReader _said;
    private readonly Task<string> _error;

    private ProcessTree(IMachine machine, IMachineProcess process, ImmutableArray<string> stations)
    {
        (Machine, _process) = (machine, process);
        _said = new StreamReader(process.ReaderOf(MachineProgram.Output));
        _error = new StreamReader(process.ReaderOf(MachineProgram.Error)).ReadToEndAsync();
        Sessions =
        [
            .. stations.Select((name, index) => new PipeSession(
                name, process.WriterTo(Pipe(index, 0)),
                process.ReaderOf(Pipe(index, 1)), process.ReaderOf(Pipe(index, 2)))),
        ];
    }

    public IMachine Machine { get; }

    /// <summary>The agents, in the order of the stations.</summary>
    public ImmutableArray<PipeSession> Sessions { get; }

    /// <summary>The id of <c>unshare</c> on the machine.</summary>
    public int ProcessId => _process.ProcessId;

    /// <summary>Starts the processes; the namespaces are still empty.</summary>
    /// <exception cref="HooktrailException">
    /// The machine or the user's rights do not allow private namespaces, or not so many.
    /// </exception>
    public static async Task<ProcessTree> StartAsync(
        IMachine machine, ImmutableArray<string> stations, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (Pipe(stations.Length, 0) > machine.DescriptorLimit)
            throw new HooktrailException(string.Create(
                CultureInfo.InvariantCulture,
                $"A host with {stations.Length} namespaces does not fit {machine.Place}, where there is room for {(machine.DescriptorLimit - FirstPipe) / 3}."));
        var tree = new ProcessTree(
            machine,
            await machine.StartAsync(Unshare(machine, stations), cancellation).ConfigureAwait(false),
            stations);
        try
        {
            await tree.ReadProcessIdsAsync(cancellation).ConfigureAwait(false);
            return tree;
        }
        catch
        {
            await tree.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Closes the lifeline and waits until every process has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var session in Sessions)
            await session.DisposeAsync().ConfigureAwait(false);
        try
        {
            await _process.WriterTo(MachineProgram.Input).DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The process has ended already.
        }

        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(); // unshare takes process 1 with it (--kill-child)
        }

        await _process.DisposeAsync().ConfigureAwait(false);
    }

    private static int Pipe(int station, int which) => FirstPipe + 3 * station + which;

    private static MachineProgram Unshare(IMachine machine, ImmutableArray<string> stations)
    {
        // In another session: Ctrl-C at the terminal reaches only this program, which then ends the tree.
        var open = $$"""
            PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
            for program in setsid unshare; do
                [ -x "$(type -P $program)" ] || { echo "there is no program $program here" >&2; exit 1; }
            done
            exec setsid unshare {{(machine.IsRoot ? "" : "--user --map-root-user ")}}--net --mount --pid --fork --kill-child -- bash -c "$HOOKTRAIL_INIT" hooktrail "$@"
            """;
        var program = new MachineProgram(["bash", "--noprofile", "--norc", "-c", open, "hooktrail", .. stations]);
        return program with
        {
            Environment = program.Environment
                .Add("HOOKTRAIL_INIT", EmbeddedText.Of(typeof(ProcessTree).Assembly, "init.sh"))
                .Add("HOOKTRAIL_AGENT", Agent.Script),
            Reads = [MachineProgram.Input, .. stations.Select((_, index) => Pipe(index, 0))],
            Writes =
            [
                MachineProgram.Output,
                MachineProgram.Error,
                .. stations.SelectMany((_, index) => new[] { Pipe(index, 1), Pipe(index, 2) })
            ],
        };
    }

    private async Task ReadProcessIdsAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        var waiting = Sessions.ToDictionary(session => session.Name);
        try
        {
            while (waiting.Count > 0)
            {
                var line = await _said.ReadLineAsync(limit.Token).ConfigureAwait(false)
                    ?? throw Refused(await _error.WaitAsync(limit.Token).ConfigureAwait(false));
                var fields = line.Split(' ');
                if (waiting.Remove(fields[0], out var session))
                    session.Started(int.Parse(fields[1], CultureInfo.InvariantCulture));
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new HooktrailException(
                $"The namespace lab did not start within {Patience.TotalSeconds:0} seconds; check whether the machine is overloaded, and run again.");
        }
    }

    /// <summary>The error from the programs' last messages, with the user's remedy.</summary>
    private HooktrailException Refused(string error)
    {
        var said = string
            .Join(" | ", error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .TrimEnd('.');
        var advice = said.Contains("there is no program", StringComparison.Ordinal)
            ? "install iproute2, iptables, ebtables, arptables, nftables, perl and util-linux"
            : said.Contains("No space left", StringComparison.Ordinal)
                ? "raise the sysctls user.max_net_namespaces and user.max_user_namespaces, or stop the programs that use up the namespaces"
                : Machine.Advice;
        return new HooktrailException(
            $"The namespace lab cannot create private namespaces {Machine.Place} ({(said.Length == 0 ? "no reason given" : said)}): {advice}.");
    }
}
