using System.Threading.Channels;
using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;
using Hooktrail.Stations;

namespace Hooktrail.Labs;

/// <summary>A running <see cref="NflogProgram"/>.</summary>
/// <param name="Input">The program's standard input.</param>
/// <param name="Lines">
/// Completes when the program ends, with a <see cref="HooktrailException"/> if the reason is known.
/// </param>
/// <param name="Ended">The message if the reason is unknown.</param>
/// <param name="Owner">Ends the program.</param>
public sealed record NflogProcess(TextWriter Input, ChannelReader<string> Lines, string Ended, IAsyncDisposable Owner)
{
    /// <summary>
    /// Whether every packet that is recorded is traced. The program has to be started with the argument <c>trace</c>.
    /// </summary>
    public bool Traces { get; init; }

    /// <summary>
    /// Whether the program reads the trace only while it is asked for: on a host with other programs, their traces come
    /// too.
    /// </summary>
    public bool JoinsTrace { get; init; }

    /// <summary>
    /// Loads the tables by a socket that then owns them, so that they go with it; null where they go with the host.
    /// </summary>
    public Func<string, CancellationToken, Task>? OwnedLoad { get; init; }

    /// <summary>As <see cref="NflogTable.AreOwned"/>.</summary>
    public bool AreOwned { get; init; }
}

/// <summary>
/// A lab's NFLOG observer: one program on a log group of the host's network namespace, and private nft tables that
/// write to the group. Of two chains at one priority, the one that was registered last runs first. So the recorder
/// of a chain is registered right after the chain, before anything else is. The tables go with the host, or are
/// removed when the host is restored.
/// </summary>
public sealed class NflogRecorder : IAsyncDisposable
{
    private readonly NflogProcess _process;
    private readonly RunId _run;
    private readonly NflogTraffic _traffic;
    private readonly ImmutableArray<NflogPlace> _tools;
    private readonly Shell _host;
    private readonly NflogReader _reader;
    private readonly Task _pump;
    private readonly List<(NflogTable Table, ImmutableArray<NflogPlace> Beside)> _users = [];
    private TraceSwitch? _trace;
    private int _group;
    private int _fence;
    private int _parts;

    private NflogRecorder(
        NflogProcess process, RunId run, NflogTraffic traffic, ImmutableArray<NflogPlace> tools, Shell host)
    {
        (_process, _run, _traffic, _tools, _host, _reader) = (process, run, traffic, tools, host, new(run, tools));
        _pump = PumpAsync();
    }

    private static TimeSpan Patience => Allowance.For(TimeSpan.FromSeconds(20));

    /// <summary>
    /// The groups of hook points that share a place, and whose recorders were registered behind all of their chains:
    /// their records prove neither an order, nor that a packet crossed one behind another that may drop it.
    /// </summary>
    public ImmutableArray<ImmutableArray<HookPoint>> Unsure =>
    [
        .. from one in _users
           from tie in Ties.Among(one.Table.Places.AddRange(one.Beside))
           where tie.Any(point => point.Layer == Layer.Nftables)
           select tie,
    ];

    /// <summary>Waits until the program has bound its log group; nothing is recorded yet.</summary>
    /// <remarks>The recorder owns the process and ends it.</remarks>
    /// <exception cref="HooktrailException">The program ended, or does not start.</exception>
    public static async Task<NflogRecorder> StartAsync(
        NflogProcess process, RunId run, NflogTraffic traffic,
        ImmutableArray<NflogPlace> tools, Shell host, CancellationToken cancellation)
    {
        var recorder = new NflogRecorder(process, run, traffic, tools, host);
        try
        {
            recorder._group = await InTimeAsync(
                recorder._reader.Group,
                "The program that reads the log group did not start",
                cancellation).ConfigureAwait(false);
            return recorder;
        }
        catch
        {
            await recorder.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc cref="NflogReader.Listener"/>
    public Action<Sighting>? Listener
    {
        set => _reader.Listener = value;
    }

    /// <summary>Must be called after the tools' chains and every device exist.</summary>
    public async Task RecordToolsAsync(CancellationToken cancellation)
    {
        _reader.Know(DeviceNames.Parse(string.Join(
            '\n', await _host.RunAsync("list the links", "ip -o link", cancellation).ConfigureAwait(false))));
        await LoadAsync(Table(_tools).Install(), cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc cref="RecordUsersAsync(ImmutableArray{NflogPlace}, IReadOnlySet{HookPoint}?, CancellationToken)"/>
    public Task RecordUsersAsync(ImmutableArray<NflogPlace> places, CancellationToken cancellation) =>
        RecordUsersAsync(places, null, cancellation);

    /// <summary>Records at new base chains of users, and stops at removed ones.</summary>
    /// <remarks>
    /// The places are in the order of registration, with the host's device names. If
    /// <see cref="RecordToolsAsync"/> comes later, <paramref name="unrecorded"/> are the tools' chains that are there.
    /// </remarks>
    public async Task RecordUsersAsync(
        ImmutableArray<NflogPlace> places, IReadOnlySet<HookPoint>? unrecorded, CancellationToken cancellation)
    {
        // Places that arrived together share a table, and so their recorders go together. If only some are gone, the
        // others get new recorders.
        // What is recorded anew has a recorder behind what has come since.
        var known = _users.SelectMany(one => one.Table.Places).ToImmutableArray();
        var gone = _users.Where(one => !one.Table.Places.All(places.Contains)).ToList();
        var text = string.Concat(gone.Select(one => one.Table.Remove()));
        _users.RemoveAll(gone.Contains);
        ImmutableArray<NflogPlace> come = [.. places.Except(_users.SelectMany(one => one.Table.Places))];
        if (!come.IsEmpty)
        {
            _reader.Expect(come);
            _users.Add((Table(come),
            [
                .. _tools.Where(place => unrecorded?.Contains(place.Point) ?? false),
                .. come.Any(known.Contains) ? known.Except(come) : [],
            ]));
            text += _users[^1].Table.Install();
        }

        if (text.Length > 0)
            await LoadAsync(text, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Switches the kernel's trace of what is recorded on or off. The program has to be started with the argument
    /// <c>trace</c>, or to join the trace.
    /// </summary>
    public async Task TraceAsync(bool on, CancellationToken cancellation)
    {
        var wanted = on
            ? new TraceSwitch(_run, [.. _tools, .. _users.SelectMany(one => one.Table.Places)]) { Traffic = _traffic }
            : null;
        if (wanted?.On() == _trace?.On())
            return;
        var text = _trace?.Off() + wanted?.On();
        if (_trace is null)
            await JoinAsync(true, cancellation).ConfigureAwait(false);
        _trace = wanted;
        await LoadAsync(text, cancellation).ConfigureAwait(false);
        if (_trace is null)
            await JoinAsync(false, cancellation).ConfigureAwait(false);
    }

    // The fence behind the command proves that it was obeyed; no flow is under way.
    private async Task JoinAsync(bool on, CancellationToken cancellation)
    {
        if (!_process.JoinsTrace)
            return;
        await _process.Input.WriteLineAsync(NflogReader.Trace(on).AsMemory(), cancellation).ConfigureAwait(false);
        _ = await ReadAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Returns what was recorded since the last call.</summary>
    /// <exception cref="HooktrailException">The program ended, or does not answer.</exception>
    public async Task<LogWindow> ReadAsync(CancellationToken cancellation)
    {
        await _process.Input.WriteLineAsync(NflogReader.Fence(++_fence).AsMemory(), cancellation).ConfigureAwait(false);
        await _process.Input.FlushAsync(cancellation).ConfigureAwait(false);
        return await InTimeAsync(
            _reader.ReadUntilFence(_fence, cancellation),
            "The log group did not show the end of the observation",
            cancellation).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.Owner.DisposeAsync().ConfigureAwait(false);
        await _pump.ConfigureAwait(false);
    }

    private static async Task<T> InTimeAsync<T>(Task<T> task, string late, CancellationToken cancellation)
    {
        try
        {
            return await task.WaitAsync(Patience, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new HooktrailException(
                $"{late} within {Patience.TotalSeconds:0} seconds; check whether the host is overloaded, and run again.");
        }
    }

    private NflogTable Table(ImmutableArray<NflogPlace> places) =>
        new(_run, _group, _traffic, places) { Part = _parts++, Traces = _process.Traces, AreOwned = _process.AreOwned };

    private Task LoadAsync(string text, CancellationToken cancellation) => _process.OwnedLoad is { } load
        ? load(text, cancellation)
        : _host.RunAsync("record packets", $"nft -f - <<'END'\n{text}END\n", cancellation);

    private async Task PumpAsync()
    {
        try
        {
            await foreach (var line in _process.Lines.ReadAllAsync().ConfigureAwait(false))
                _reader.Accept(line);
            _reader.Close(_process.Ended);
        }
        catch (HooktrailException lost)
        {
            _reader.Close(lost.Message);
        }
    }
}
