using System.Collections.Immutable;
using System.Net;
using Hooktrail.Docker.Engine;
using Hooktrail.Observation;
using Hooktrail.Trails;

namespace Hooktrail.Docker.Lab;

/// <summary>
/// The container that acts in the host's network namespace: it installs the tracepoints, reads the kernel log and keeps the
/// journal. One session carries it all: scripts and their answers on standard input and output, the log on standard error.
/// </summary>
internal sealed class Probe : IAsyncDisposable
{
    /// <summary>A record that is written comes back within a millisecond, also behind a full ring of others.</summary>
    private static readonly TimeSpan FencePatience = TimeSpan.FromSeconds(10);

    private readonly RunId _run;
    private readonly KernelLog _log;
    private Task _pump = Task.CompletedTask;
    private int _fences;
    private LabMap? _names;
    private string _countersScript = "";
    private TracepointCounters? _counters;

    private Probe(RunId run, Shell shell) => (_run, Shell, _log) = (run, shell, new KernelLog(run));

    /// <summary>The hook points that have shown in this run that they can fire.</summary>
    public FiredTracepoints Fired { get; private set; } = FiredTracepoints.None;

    /// <summary>The session.</summary>
    public Shell Shell { get; }

    /// <summary>Starts the container; nothing is changed on the host yet.</summary>
    public static Task<Probe> StartAsync(IContainerEngine engine, RunId run, string image, CancellationToken cancellation) =>
        StartAsync(engine, run, Containers.Probe(run, image), cancellation);

    /// <summary>The same, of a container that may have other rights than it needs.</summary>
    internal static async Task<Probe> StartAsync(IContainerEngine engine, RunId run, ContainerSpec spec, CancellationToken cancellation) =>
        new(run, new Shell(await engine.StartAsync(spec, cancellation).ConfigureAwait(false)));

    /// <summary>Begins the run's journal on the host.</summary>
    public Task EnterAsync(CancellationToken cancellation) =>
        Shell.RunAsync("begin the journal", $"nft add table inet hooktrail-{_run}", cancellation);

    /// <summary>The runs that have a journal on the host, this one among them once it has entered.</summary>
    public async Task<IReadOnlyList<string>> JournalsAsync(CancellationToken cancellation) =>
        await Shell.RunAsync(
            "list the journals", "nft list tables inet | sed -n 's/^table inet hooktrail-//p'", cancellation).ConfigureAwait(false);

    /// <summary>Gives the host back what a run that died changed.</summary>
    public Task LeaveForAsync(string run, CancellationToken cancellation) =>
        Shell.RunAsync($"clean up after run {run}", $"hooktrail-leave {run}", cancellation);

    /// <summary>Puts the plain NIC between the host and the WAN; returns the network on it.</summary>
    public async Task<IPNetwork> JoinWanAsync(Shell wan, IPNetwork lab, IEnumerable<string> candidates, CancellationToken cancellation)
    {
        var lines = await Shell.RunAsync(
            "join the WAN",
            $"hooktrail-wan {_run} {wan.Session.ProcessId} {string.Join(' ', candidates)}",
            cancellation).ConfigureAwait(false);
        var network = IPNetwork.Parse(lines[^1]);
        await wan.RunAsync(
            "set up the WAN's end of the link",
            $"""
            set -e
            ip address add {LabAddresses.Nth(network, 2)}/{network.PrefixLength} dev eth0
            ip link set eth0 up
            ip route add {lab} via {LabAddresses.Nth(network, 1)}
            """,
            cancellation).ConfigureAwait(false);
        return network;
    }

    /// <summary>Finds out which devices and addresses of this run have which names in the lab.</summary>
    public async Task<LabMap> NamesAsync(
        string bridge, LabAddresses addresses, IReadOnlyDictionary<Endpoint, Shell> shells, CancellationToken cancellation)
    {
        var links = (await Shell.RunAsync("list the links", "ip -o link", cancellation).ConfigureAwait(false))
            .Select(line => line.Split([':', '@'], StringSplitOptions.TrimEntries))
            .ToDictionary(fields => fields[0], fields => fields[1]);

        var devices = ImmutableDictionary<string, string>.Empty
            .Add(bridge, LabNames.Bridge)
            .Add($"ht-{_run}-wan", LabNames.WanNic)
            .Add("lo", LabNames.Loopback);
        foreach (var container in new[] { Endpoint.Client, Endpoint.Server })
        {
            var peer = await shells[container].RunAsync("find the bridge port", "cat /sys/class/net/eth0/iflink", cancellation)
                .ConfigureAwait(false);
            devices = devices.Add(links[peer[0]], LabNames.PortOf(container));
        }
        return new LabMap(devices, addresses.Names);
    }

    /// <summary>Begins to read the kernel log.</summary>
    public Task OpenLogAsync(CancellationToken cancellation)
    {
        _pump = PumpAsync();
        return Shell.RunAsync(
            "read the kernel log",
            "exec 4</dev/kmsg || exit; while cat <&4; true; do exec 4</dev/kmsg; done >&3 2>/dev/null </dev/null &",
            cancellation);
    }

    /// <summary>Installs the tracepoints; what they log is read from here on.</summary>
    public async Task ObserveAsync(LabMap names, TracedTraffic traffic, CancellationToken cancellation)
    {
        _names = names;
        var backend = await BackendAsync(cancellation).ConfigureAwait(false);
        var rules = new TracepointRules(_run, traffic, [.. HookPoints.Iptables, .. HookPoints.Ebtables]);
        await using (await LockAsync(cancellation).ConfigureAwait(false))
        {
            var chains = await Shell.RunAsync("list the chains", "nft list chains", cancellation).ConfigureAwait(false);
            await Shell.RunAsync(
                "mark the chains that the tracepoints will make",
                Input("nft -f -", rules.Marks(string.Join('\n', chains))),
                cancellation).ConfigureAwait(false);
            await Shell.RunAsync(
                "install the tracepoints of iptables",
                Input($"iptables-{backend.Name()}-restore --noflush", rules.Iptables()),
                cancellation).ConfigureAwait(false);
            await Shell.RunAsync(
                "install the tracepoints of ebtables",
                Input("ebtables-nft-restore --noflush", rules.Ebtables()),
                cancellation).ConfigureAwait(false);
        }

        _countersScript = $$"""
            { iptables-{{backend.Name()}}-save -c; EBTABLES_SAVE_COUNTER=yes ebtables-nft-save; } 2>/dev/null | grep '"ht{{_run}} '
            """;
        (_, _counters) = await ReadWindowAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>What the host is, as far as it decides trails.</summary>
    public async Task<HostProfile> ProfileAsync(CancellationToken cancellation)
    {
        var backend = await BackendAsync(cancellation).ConfigureAwait(false);
        var facts = (await Shell.RunAsync(
                "read the host's settings",
                $$"""
                echo kernel=$(uname -r)
                echo forward=$(cat /host/net/ipv4/ip_forward)
                echo bridge=$(cat /host/net/bridge/bridge-nf-call-iptables 2>/dev/null)
                echo policy=$(iptables-{{backend.Name()}} -S FORWARD | head -n 1)
                """,
                cancellation).ConfigureAwait(false))
            .Select(line => line.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1]);
        return HostProfile.Default with
        {
            Kernel = KernelVersion.Parse(facts["kernel"]),
            Iptables = backend,
            BrNetfilter = facts["bridge"].Length > 0,
            BridgeNfCallIptables = facts["bridge"] == "1",
            IpForward = facts["forward"] == "1",
        };
    }

    /// <summary>
    /// Turns the switch for the lab's bridge until the result is disposed of; other runs that need it otherwise wait.
    /// </summary>
    public async Task<IAsyncDisposable> SwitchAsync(string bridge, bool on, CancellationToken cancellation)
    {
        var holder = await Shell.RunAsync(
            $"turn bridge-nf-call-iptables {(on ? "on" : "off")}",
            $"hooktrail-switch {_run} {bridge} {(on ? "on" : "off")}",
            cancellation).ConfigureAwait(false);
        return new Release(Shell, $"hooktrail-switch {_run} {bridge} release {holder[^1]}");
    }

    /// <summary>
    /// Keeps other runs from installing or removing tracepoints until the result is disposed of. The lock is the host's network namespace
    /// itself, and a process of the probe holds it (see image/leave.sh).
    /// </summary>
    private async Task<IAsyncDisposable> LockAsync(CancellationToken cancellation)
    {
        var holder = await Shell.RunAsync(
            "take turns with other runs",
            "exec 9</proc/self/ns/net; flock -w 20 9 && { sleep infinity <&9 >/dev/null 2>&1 & echo $!; }",
            cancellation).ConfigureAwait(false);
        return new Release(Shell, $"kill {holder[^1]}");
    }

    private static string Input(string command, string text) => $"{command} <<'END'\n{text}END\n";

    /// <summary>Gives what the tracepoints saw of a flow, once the kernel log has been read to a record that is written now.</summary>
    public async Task<Finding> ReadAsync(Flow flow, byte mark, Exchanged ping, CancellationToken cancellation)
    {
        var (window, counters) = await ReadWindowAsync(cancellation).ConfigureAwait(false);
        var counted = counters.Since(_counters!);
        _counters = counters;
        Fired = Fired.With(window);
        return TrailAssembler.Assemble(flow, _names!, window, mark, counted, ping);
    }

    /// <summary>The host as it is.</summary>
    public async Task<HostSnapshot> SnapshotAsync(CancellationToken cancellation) =>
        new([.. await Shell.RunAsync("take a snapshot of the host", HostSnapshot.Script, cancellation).ConfigureAwait(false)]);

    /// <summary>Ends the session; the agent gives the host back what the run changed.</summary>
    public async ValueTask DisposeAsync()
    {
        await Shell.DisposeAsync().ConfigureAwait(false);
        await _pump.ConfigureAwait(false);
    }

    /// <summary>
    /// Writes a fence to the kernel log and reads up to it. printk numbers records in the order in which they are written, so every record of a
    /// packet that was answered before is before the fence.
    /// </summary>
    private async Task<(LogWindow Window, TracepointCounters Counters)> ReadWindowAsync(CancellationToken cancellation)
    {
        var fence = ++_fences;
        var saved = await Shell.RunAsync(
            "write to the kernel log and read the counters",
            $"echo '{_log.Fence(fence)}' >/dev/kmsg\n{_countersScript}",
            cancellation).ConfigureAwait(false);
        var window = await FenceAsync(fence, cancellation).ConfigureAwait(false);
        return (window, TracepointCounters.Parse(string.Join('\n', saved), _run));
    }

    private async Task<LogWindow> FenceAsync(int fence, CancellationToken cancellation)
    {
        try
        {
            return await _log.ReadUntilFence(fence, cancellation).WaitAsync(FencePatience, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new HooktrailException(
                $"The kernel log did not show within {FencePatience.TotalSeconds:0} seconds what the probe wrote to /dev/kmsg; "
                + "see that `sysctl kernel.printk_devkmsg` is not off.");
        }
    }

    /// <summary>Where Docker put its rules: its own chains tell.</summary>
    private async Task<Backend> BackendAsync(CancellationToken cancellation)
    {
        var (status, _) = await Shell.TryAsync(
            "! iptables-nft-save 2>/dev/null | grep -q '^:DOCKER' && iptables-legacy-save 2>/dev/null | grep -q '^:DOCKER'", cancellation)
            .ConfigureAwait(false);
        return status == 0 ? Backend.Legacy : Backend.Nft;
    }

    /// <summary>Feeds the kernel log until the session ends; whoever waits for a fence then hears of it.</summary>
    private async Task PumpAsync()
    {
        try
        {
            var lines = Shell.Session.StandardError;
            while (await lines.WaitToReadAsync().ConfigureAwait(false))
                while (lines.TryRead(out var line))
                    _log.Accept(line);
            _log.Close($"The probe {Shell.Session.Name} ended while its kernel log was still needed; run again, and see what removed it.");
        }
        catch (HooktrailException lost)
        {
            _log.Close(lost.Message);
        }
    }

    private sealed class Release(Shell shell, string script) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await shell.RunAsync("turn the switch back", script).ConfigureAwait(false);
    }
}
