using System.Collections.Immutable;
using System.Text;
using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;
using Hooktrail.Trails;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Docker.Lab;

/// <summary>
/// The NFLOG observer of a Docker lab: one program on a log group of the host's network namespace, and private tables of nft that match the
/// lab's own packets. A container of its own runs the program, because the probe's streams are full of the kernel log.
/// </summary>
internal sealed class Recorder : IAsyncDisposable
{
    private static TimeSpan Patience => Allowance.For(TimeSpan.FromSeconds(20));

    private readonly RunId _run;
    private readonly Station _station;
    private readonly Shell _probe;
    private readonly NflogTraffic _traffic;
    private readonly NflogReader _reader;
    private readonly ImmutableArray<NflogPlace> _tools;
    private readonly List<NflogTable> _users = [];
    private Task _pump = Task.CompletedTask;
    private int _group;
    private int _fence;
    private int _parts;

    private Recorder(RunId run, Station station, Shell probe, Backend iptables, Backend ebtables, LabAddresses addresses)
    {
        var traffic = NflogTraffic.To(addresses.Destinations) with { AnsweringPorts = [.. addresses.Ports.Keys] };
        (_run, _station, _probe, _traffic) = (run, station, probe, traffic);
        _tools = NflogPlaces.OfTools(iptables, iptables, ebtables);
        _reader = new(run, _tools);
    }

    /// <summary>Begins to record at the tools' chains; to be called when they are there, and every device.</summary>
    public static async Task<Recorder> StartAsync(
        RunId run, Station station, Shell probe, Backend iptables, Backend ebtables, LabAddresses addresses, CancellationToken cancellation)
    {
        var recorder = new Recorder(run, station, probe, iptables, ebtables, addresses);
        await station.BecomeAsync(NflogProgram.Script, "0", cancellation).ConfigureAwait(false);
        recorder._pump = recorder.PumpAsync();
        recorder._group = await recorder._reader.Group.WaitAsync(Patience, cancellation).ConfigureAwait(false);
        recorder._reader.Know(DeviceNames.Parse(
            string.Join('\n', await probe.RunAsync("list the links", "ip -o link", cancellation).ConfigureAwait(false))));
        await recorder.LoadAsync(recorder.Table(recorder._tools).Install(), cancellation).ConfigureAwait(false);
        return recorder;
    }

    /// <summary>Records at the users' base chains that are new, and no more at those that are gone.</summary>
    /// <param name="rules">The host's rules, in the lab's names.</param>
    /// <param name="names">What these stand for.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task RecordUsersAsync(RuleSet rules, IHostNames names, CancellationToken cancellation)
    {
        // A chain of a device that is none of the lab's sees none of its packets.
        ImmutableArray<NflogPlace> wanted =
        [
            .. from place in NflogPlaces.OfUser(rules)
               where place.Device is null || names.Device(place.Device) != place.Device
               select place with { Device = place.Device is null ? null : names.Device(place.Device) },
        ];
        var gone = _users.Where(table => !table.Places.All(wanted.Contains)).ToList();
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
        await _station.Session.StandardInput.WriteAsync(Encoding.UTF8.GetBytes(NflogReader.Fence(++_fence) + "\n"), cancellation).ConfigureAwait(false);
        await _station.Session.StandardInput.FlushAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await _reader.ReadUntilFence(_fence, cancellation).WaitAsync(Patience, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new HooktrailException(
                $"The log group did not show within {Patience.TotalSeconds:0} seconds that it was read; see whether the host is overloaded, and run again.");
        }
    }

    /// <summary>Ends the program; the tables go with the probe's session.</summary>
    public async ValueTask DisposeAsync()
    {
        await _station.DisposeAsync().ConfigureAwait(false);
        await _pump.ConfigureAwait(false);
    }

    private NflogTable Table(ImmutableArray<NflogPlace> places) => new(_run, _group, _traffic, places) { Part = _parts++ };

    private Task LoadAsync(string text, CancellationToken cancellation) =>
        _probe.RunAsync("record packets", $"nft -f - <<'END'\n{text}END\n", cancellation);

    private async Task PumpAsync()
    {
        try
        {
            await foreach (var line in _station.Session.StandardOutput.ReadAllAsync().ConfigureAwait(false))
                _reader.Accept(line);
            _reader.Close($"The recorder {_station.Session.Name} has ended while its records were still needed; run again, and see what removed it.");
        }
        catch (HooktrailException lost)
        {
            _reader.Close(lost.Message);
        }
    }
}
