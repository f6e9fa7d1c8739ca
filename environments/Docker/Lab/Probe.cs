using System.Collections.Immutable;
using System.Globalization;
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
    /// <summary>Every table that has a hook point, as nft names them; iptables and ebtables make those that are missing.</summary>
    private static readonly string Tables = string.Join(
        ' ',
        HookPoints.Iptables.Select(point => "ip." + point.Table)
            .Concat(HookPoints.Ebtables.Select(point => "bridge." + point.Table))
            .Distinct());

    private readonly RunId _run;
    private readonly KernelLog _log;
    private Task _pump = Task.CompletedTask;
    private int _fences;

    private Probe(RunId run, Shell shell) => (_run, Shell, _log) = (run, shell, new KernelLog(run));

    /// <summary>The session.</summary>
    public Shell Shell { get; }

    /// <summary>Starts the container; nothing is changed on the host yet.</summary>
    public static async Task<Probe> StartAsync(IContainerEngine engine, RunId run, string image, CancellationToken cancellation) =>
        new(run, new Shell(await engine.StartAsync(Containers.Probe(run, image), cancellation).ConfigureAwait(false)));

    /// <summary>Begins the run's journal on the host.</summary>
    public Task EnterAsync(CancellationToken cancellation) =>
        Shell.RunAsync("begin the journal", $"hooktrail-enter {_run} {Tables}", cancellation);

    /// <summary>The runs that have a journal on the host, this one among them once it has entered.</summary>
    public async Task<IReadOnlyList<string>> JournalsAsync(CancellationToken cancellation) =>
        await Shell.RunAsync(
            "list the journals", "nft list tables inet | sed -n 's/^table inet hooktrail-//p'", cancellation).ConfigureAwait(false);

    /// <summary>Gives the host back what a run that died changed.</summary>
    public Task LeaveForAsync(string run, CancellationToken cancellation) =>
        Shell.RunAsync($"clean up after run {run}", $"hooktrail-leave {run}", cancellation);

    /// <summary>Puts the plain NIC between the host and the WAN; returns the network on it.</summary>
    public async Task<IPNetwork> JoinWanAsync(Shell wan, CancellationToken cancellation)
    {
        var lines = await Shell.RunAsync(
            "join the WAN",
            $"hooktrail-wan {_run} {wan.Session.ProcessId} {string.Join(' ', LabAddresses.WanCandidates())}",
            cancellation).ConfigureAwait(false);
        return IPNetwork.Parse(lines[^1]);
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

    /// <summary>Begins to read the kernel log, then installs the tracepoints.</summary>
    public async Task ObserveAsync(LabMap names, TracedTraffic traffic, CancellationToken cancellation)
    {
        _names = names;
        _pump = PumpAsync();
        await Shell.RunAsync(
            "read the kernel log (the probe needs the capability SYSLOG and the device /dev/kmsg)",
            "exec 4</dev/kmsg || exit; while cat <&4; true; do exec 4</dev/kmsg; done >&3 2>/dev/null </dev/null &",
            cancellation).ConfigureAwait(false);

        _backend = await BackendAsync(cancellation).ConfigureAwait(false);
        _rules = new TracepointRules(_run, traffic);
        await Shell.RunAsync(
            "install the tracepoints of iptables",
            $"iptables-{_backend.Name()}-restore --noflush -w 20 <<'RULES'\n{_rules.Iptables()}RULES\n",
            cancellation).ConfigureAwait(false);
        await Shell.RunAsync(
            "install the tracepoints of ebtables",
            $"ebtables-nft-restore --noflush <<'RULES'\n{_rules.Ebtables()}RULES\n",
            cancellation).ConfigureAwait(false);
        await ReadWindowAsync(cancellation).ConfigureAwait(false);
    }
