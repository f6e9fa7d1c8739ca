using System.Diagnostics;
using System.Runtime.CompilerServices;
using Hooktrail.Namespaces;
using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;
using Hooktrail.Observation.Watching;
using Hooktrail.Stations;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Live;

/// <summary>
/// Watches packets of a flow on a user's host. It adds private tables, which let the kernel trace some of the packets,
/// and removes them; nothing else on the host changes, and nothing is left if this program is killed.
/// </summary>
public sealed class LiveWatch : IAsyncDisposable
{
    // Others use low numbers. The program needs a group to say where a gap ends; no rule writes to it.
    private const string LogGroup = "49152";

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    private readonly HostProcess _reader;
    private readonly OwnedTables _tables;
    private readonly WatchTable _table;
    private readonly TraceWatch _watch;
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private int _fences;
    private int _asked;

    private LiveWatch(HostProcess reader, OwnedTables tables, WatchTable table, LiveHost host)
    {
        (_reader, _tables, _table) = (reader, tables, table);
        _watch = new(table) { Devices = host.Devices };
    }

    /// <summary>How often the kernel lost records, because they were not read in time.</summary>
    public int Losses => _watch.Losses;

    /// <summary>The process that reads the kernel's trace.</summary>
    internal int ReaderId => _reader.ProcessId;

    private static TimeSpan Patience => Allowance.For(TimeSpan.FromSeconds(10));

    /// <param name="host">The host.</param>
    /// <param name="traffic">Which packets.</param>
    /// <param name="rate">How many of them in a second, at most.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="HooktrailException">A right, nft or perl is missing.</exception>
    public static async Task<LiveWatch> StartAsync(
        LiveHost host, WatchedTraffic traffic, int rate, CancellationToken cancellation = default)
    {
        ImmutableArray<IpVersion> versions = [.. Enum.GetValues<IpVersion>().Where(traffic.Has)];
        if (versions.IsEmpty)
            throw new HooktrailException(
                "No address of the sender and of the receiver is of the same version of IP; name other ends.");
        var places = LivePlaces.Of(host.Profile, versions);
        var table = new WatchTable(RunId.New(), traffic, places)
        {
            Rate = rate,
            SelectedBefore =
            [
                .. host.Profile.Topology.Devices
                    .Where(device => device.Kind is DeviceKind.Bridge or DeviceKind.Loopback)
                    .Select(device => device.Name),
                .. places.Where(place => place is { Family: NftFamily.Netdev, Hook: NftHook.Ingress })
                    .SelectMany(place => (place.Device ?? "").Split(',')).Distinct(),
            ],
        };
        var tables = await OwnedTables.StartAsync(host.Machine, host.Enter, WatchTable.Name(table.Run), cancellation)
            .ConfigureAwait(false);
        HostProcess? reader = null;
        try
        {
            reader = await host.StartAsync(NflogProgram.Script, cancellation, LogGroup, "trace").ConfigureAwait(false);
            var watch = new LiveWatch(reader, tables, table with { AreOwned = tables.AreOwned }, host);
            _ = await watch.LineAsync(Patience, cancellation).ConfigureAwait(false)
                ?? throw new HooktrailException("The program that reads the kernel's trace did not start; run it again.");
            await tables.RunAsync("watch packets", watch._table.Install(), cancellation).ConfigureAwait(false);
            return watch;
        }
        catch
        {
            await tables.DisposeAsync().ConfigureAwait(false);
            if (reader is not null)
                await reader.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The packets, each when it is through; ends when it is cancelled, without an error.</summary>
    /// <exception cref="HooktrailException">The program that reads the trace ended.</exception>
    public async IAsyncEnumerable<WatchedPacket> PacketsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            if (await LineAsync(Tick, cancellation).ConfigureAwait(false) is { } line)
                _watch.Accept(line, _time.Elapsed);
            if (_watch.NeedsFence && _asked == _fences)
                await FenceAsync().ConfigureAwait(false);
            foreach (var packet in _watch.TakeThrough(_time.Elapsed))
                yield return packet;
        }

        await DrainAsync().ConfigureAwait(false);
        foreach (var packet in _watch.TakeThrough(null))
            yield return packet;
    }

    /// <summary>How many packets of the flow came, and how many of them were traced.</summary>
    public async Task<(long Seen, long Traced)> CountAsync(CancellationToken cancellation = default) =>
        WatchTable.Counts(await _tables.RunAsync("count the packets", _table.List, cancellation).ConfigureAwait(false));

    public async ValueTask DisposeAsync()
    {
        await _tables.DisposeAsync().ConfigureAwait(false);
        await _reader.DisposeAsync().ConfigureAwait(false);
    }

    // What is behind the fence happened after the end.
    private async Task DrainAsync()
    {
        await FenceAsync().ConfigureAwait(false);
        while (_fences < _asked && await LineAsync(Patience, CancellationToken.None).ConfigureAwait(false) is { } line)
            _watch.Accept(line, _time.Elapsed);
    }

    private async Task FenceAsync()
    {
        await _reader.Input.WriteLineAsync(NflogReader.Fence(++_asked).AsMemory()).ConfigureAwait(false);
        await _reader.Input.FlushAsync().ConfigureAwait(false);
    }

    // Null if none comes in time.
    private async Task<string?> LineAsync(TimeSpan patience, CancellationToken cancellation)
    {
        if (_reader.Lines.TryRead(out var line))
            return Known(line);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        try
        {
            return await _reader.Lines.WaitToReadAsync(limit.Token).ConfigureAwait(false)
                ? _reader.Lines.TryRead(out line) ? Known(line) : null
                : throw new HooktrailException(
                    "The program that reads the kernel's trace ended; check that perl is installed, and run again.");
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private string Known(string line)
    {
        if (line.StartsWith("fence ", StringComparison.Ordinal))
            _fences++;
        return line;
    }
}
