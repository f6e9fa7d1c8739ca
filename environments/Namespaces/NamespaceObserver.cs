using System.Collections.Immutable;
using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;
using Hooktrail.Stations;
using Hooktrail.Trails;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Namespaces;

/// <summary>
/// The NFLOG observer of a namespace lab: one program on the log group, and private nft tables. Of two chains at one priority the one
/// registered last runs first; so what records a chain is registered right behind it, and before whatever comes next.
/// </summary>
internal sealed class NamespaceObserver : IAsyncDisposable
{
    private static TimeSpan Patience => Allowance.For(TimeSpan.FromSeconds(20));

    private readonly NamespaceHost _host;
    private readonly RunId _run;
    private readonly HostProcess _program;
    private readonly NflogReader _reader;
    private readonly Task _pump;
    private readonly ImmutableArray<NflogPlace> _tools;
    private readonly List<NflogTable> _users = [];
    private int _group;
    private int _fence;
    private int _parts;

    private NamespaceObserver(NamespaceHost host, HostProcess program, RunId run, Backend iptables, Backend ebtables)
    {
        (_host, _program, _run) = (host, program, run);
        _tools = NflogPlaces.OfTools(iptables, iptables, ebtables);
        _reader = new(run, _tools);
        _pump = PumpAsync();
    }

    /// <summary>Starts the program; nothing is recorded yet.</summary>
    public static async Task<NamespaceObserver> StartAsync(NamespaceHost host, RunId run, Backend iptables, Backend ebtables, CancellationToken cancellation)
    {
        var program = await HostProcess.StartAsync(host, NflogProgram.Script, cancellation, "0").ConfigureAwait(false);
        var observer = new NamespaceObserver(host, program, run, iptables, ebtables);
        try
        {
            observer._group = await observer._reader.Group.WaitAsync(Patience, cancellation).ConfigureAwait(false);
            return observer;
        }
        catch
        {
            await observer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Records at the tools' chains from now on; to be called when they are there, and every device.</summary>
    public async Task RecordToolsAsync(CancellationToken cancellation)
    {
        _reader.Know(DeviceNames.Parse(
            string.Join('\n', await _host.Host.RunAsync("list the links", "ip -o link", cancellation).ConfigureAwait(false))));
        await LoadAsync(Table(_tools).Install(), cancellation).ConfigureAwait(false);
    }

    /// <summary>Records at the users' base chains that are new, and no more at those that are gone.</summary>
    /// <param name="rules">The rules of the host.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task RecordUsersAsync(RuleSet rules, CancellationToken cancellation)
    {
        var wanted = NflogPlaces.OfUser(rules);
        var gone = _users.Where(table => !table.Places.Any(wanted.Contains)).ToList();
        ImmutableArray<NflogPlace> come = [.. wanted.Except(_users.Except(gone).SelectMany(table => table.Places))];
        if (gone.Count == 0 && come.IsEmpty)
            return;
        var text = string.Concat(gone.Select(table => table.Remove()));
        _users.RemoveAll(gone.Contains);
        if (!come.IsEmpty)
        {
            _reader.Expect(come);
            _users.Add(Table(come));
            text += _users[^1].Install();
        }

        await LoadAsync(text, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc cref="NflogReader.Listener"/>
    public Action<Sighting>? Listener
    {
        set => _reader.Listener = value;
    }

    /// <summary>Gives what was recorded since the last time.</summary>
    public async Task<LogWindow> ReadAsync(CancellationToken cancellation)
    {
        await _program.Input.WriteLineAsync(NflogReader.Fence(++_fence).AsMemory(), cancellation).ConfigureAwait(false);
        await _program.Input.FlushAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await _reader.ReadUntilFence(_fence, cancellation).WaitAsync(Patience, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new HooktrailException(
                $"The log group did not show within {Patience.TotalSeconds:0} seconds that it was read; see whether the machine is overloaded, and run again.");
        }
    }

    /// <summary>Ends the program; the table goes with the namespace.</summary>
    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync().ConfigureAwait(false);
        await _pump.ConfigureAwait(false);
    }

    private NflogTable Table(ImmutableArray<NflogPlace> places) => new(_run, _group, NflogTraffic.Everything, places) { Part = _parts++ };

    private Task LoadAsync(string text, CancellationToken cancellation) =>
        _host.Host.RunAsync("record packets", $"nft -f - <<'END'\n{text}END\n", cancellation);

    private async Task PumpAsync()
    {
        await foreach (var line in _program.Lines.ReadAllAsync().ConfigureAwait(false))
            _reader.Accept(line);
        _reader.Close("The program that reads the log group has ended; see whether perl is installed, and run again.");
    }
}
