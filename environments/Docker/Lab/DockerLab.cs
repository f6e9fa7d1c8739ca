using System.Collections.Immutable;
using Hooktrail.Docker.Engine;
using Hooktrail.Labs;
using Hooktrail.Observation;
using Hooktrail.Trails;

namespace Hooktrail.Docker.Lab;

/// <summary>
/// The real thing: containers <c>client</c> and <c>server</c> on a bridge network of Docker, a host <c>wan</c> behind a plain NIC, the
/// Docker host between them, and LOG rules in every table and chain that it has. Started once, shared by all scenarios.
/// </summary>
/// <remarks>
/// One flow is under way at a time. Everything that the lab changes on the host is in its journal (image/leave.sh), and is undone when
/// the probe's session ends, by <see cref="DisposeAsync"/> or by the death of this process.
/// </remarks>
public sealed class DockerLab : ILab
{
    private readonly IContainerEngine _engine;
    private readonly RunId _run;
    private readonly NetworkDetails _network;
    private readonly Probe _probe;
    private readonly ImmutableDictionary<Endpoint, Shell> _shells;
    private readonly LabAddresses _addresses;
    private readonly SemaphoreSlim _oneFlow = new(1);
    private byte _mark;

    private DockerLab(
        IContainerEngine engine,
        RunId run,
        NetworkDetails network,
        Probe probe,
        ImmutableDictionary<Endpoint, Shell> shells,
        LabAddresses addresses,
        HostProfile profile)
    {
        (_engine, _run, _network, _probe, _shells, _addresses, Profile) = (engine, run, network, probe, shells, addresses, profile);
    }

    /// <inheritdoc/>
    public LabKind Kind => LabKind.Docker;

    /// <inheritdoc/>
    public RunId Run => _run;

    /// <inheritdoc/>
    public ImmutableArray<Endpoint> Endpoints => [Endpoint.Client, Endpoint.Server, Endpoint.Host, Endpoint.Wan];

    /// <inheritdoc/>
    public Observers Observers => Observers.Log;

    /// <inheritdoc/>
    public HostProfile Profile { get; private set; }

    /// <inheritdoc/>
    public FiredTracepoints Fired => _probe.Fired;

    /// <summary>Starts the containers, joins the WAN, installs the tracepoints and opens the kernel log.</summary>
    /// <exception cref="HooktrailException">Something is missing on the host; nothing is left behind.</exception>
    public static async Task<DockerLab> StartAsync(IContainerEngine engine, string image, CancellationToken cancellation = default)
    {
        var run = RunId.New();
        await using var undo = new AsyncStack();

        var probe = undo.Push(await Probe.StartAsync(engine, run, image, cancellation).ConfigureAwait(false));
        await Leftovers.RemoveAsync(engine, probe, cancellation).ConfigureAwait(false);
        await probe.EnterAsync(cancellation).ConfigureAwait(false);
        await probe.OpenLogAsync(cancellation).ConfigureAwait(false);

        var wanStarting = StartShellAsync(Containers.Wan(run, image));
        var network = await engine.CreateNetworkAsync(
            new NetworkSpec { Name = $"hooktrail-{run}", BridgeDevice = $"ht-{run}", Labels = RunLabels.Of(run) },
            cancellation).ConfigureAwait(false);
        undo.Push(new NetworkRemoval(engine, network));
        var clientStarting = StartShellAsync(Containers.Member(Endpoint.Client, run, image, network.Id));
        var serverStarting = StartShellAsync(Containers.Member(Endpoint.Server, run, image, network.Id));

        // All of them are waited for, whatever becomes of one, so that none is left running unseen.
        await Task.WhenAll(Settled(wanStarting), Settled(clientStarting), Settled(serverStarting)).ConfigureAwait(false);
        foreach (var started in new[] { wanStarting, clientStarting, serverStarting }.Where(task => task.IsCompletedSuccessfully))
            undo.Push(await started.ConfigureAwait(false));
        var shells = ImmutableDictionary<Endpoint, Shell>.Empty
            .Add(Endpoint.Host, probe.Shell)
            .Add(Endpoint.Wan, await wanStarting.ConfigureAwait(false))
            .Add(Endpoint.Client, await clientStarting.ConfigureAwait(false))
            .Add(Endpoint.Server, await serverStarting.ConfigureAwait(false));

        var wanNetwork = await probe.JoinWanAsync(shells[Endpoint.Wan], network.Subnets[0].Network, LabAddresses.WanCandidates(), cancellation).ConfigureAwait(false);
        var addresses = LabAddresses.Of(run, network, shells[Endpoint.Client], shells[Endpoint.Server], wanNetwork);
        var names = await probe.NamesAsync(network.BridgeDevice, addresses, shells, cancellation).ConfigureAwait(false);
        await probe.ObserveAsync(names, addresses.Traffic, cancellation).ConfigureAwait(false);
        var profile = await probe.ProfileAsync(cancellation).ConfigureAwait(false);

        var lab = new DockerLab(engine, run, network, probe, shells, addresses, profile);
        await lab.ProveTracepointsAsync(cancellation).ConfigureAwait(false);
        undo.Keep();
        return lab;

        async Task<Shell> StartShellAsync(ContainerSpec spec) =>
            new(await engine.StartAsync(spec, cancellation).ConfigureAwait(false));

        static Task Settled(Task task) => task.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// bridge-nf-call-iptables alone: the lab's bridge has a switch of its own, and the sysctl is turned for the moments of a flow. Everything else is the whole host's.
    /// </remarks>
    public Task<IAsyncDisposable> ChangeAsync(HostChange change, CancellationToken cancellation = default)
    {
        if (change is not HostChange.Turn(var one, var on) || one != Switch.BridgeNfCallIptables)
            throw new CannotChangeException(
                "The Docker lab is a guest on its host and changes nothing there but bridge-nf-call-iptables; use a host of its own, or --lab namespaces.");
        if (on && !Profile.BrNetfilter)
            throw new CannotChangeException("br_netfilter is not loaded on this host, so its bridges cannot call iptables; modprobe br_netfilter.");
        var before = Profile;
        Profile = one.Write(before, on);
        return Task.FromResult<IAsyncDisposable>(new Turned(this, before));
    }

    /// <inheritdoc/>
    public async Task<Seen> SendAsync(Flow flow, Sending sending, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sending.Packets, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sending.Packets, 10);
        if (flow.Protocol != Protocol.Icmp || flow.Ip != IpVersion.V4 || !Endpoints.Contains(flow.From) || !Endpoints.Contains(flow.To) || flow.Via is not null)
            throw new CannotChangeException($"The Docker lab carries pings over IPv4 between {string.Join(", ", Endpoints)}; send \"{flow}\" in the namespace lab.");
        await _oneFlow.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // The TOS byte tells this flow from every other: 63 values of the DSCP field, 0 being everybody else's.
            _mark = (byte)(_mark % 252 + 4);
            await using var switched = await _probe.SwitchAsync(_network.BridgeDevice, Profile.BridgeNfCallIptables, cancellation).ConfigureAwait(false);
            var ping = Ping.Command(_addresses.Source(flow), _addresses.Destination(flow), sending.Packets, _mark);
            var (_, said) = await _shells[flow.From].TryAsync(ping, cancellation).ConfigureAwait(false);
            return new(
                Profile, await _probe.ReadAsync(flow, _mark, PingOutput.Parse(string.Join('\n', said)), cancellation).ConfigureAwait(false), null);
        }
        finally
        {
            _oneFlow.Release();
        }
    }

    /// <summary>The host as it is now, this lab's own traces included.</summary>
    public Task<HostSnapshot> SnapshotAsync(CancellationToken cancellation = default) => _probe.SnapshotAsync(cancellation);

    /// <summary>Pings as somebody who knows nothing of the lab would, from the host and without a pause, until disposed of.</summary>
    public async Task<IAsyncDisposable> DisturbAsync(Endpoint to, CancellationToken cancellation = default)
    {
        var address = _addresses.Destination(new Flow(Endpoint.Host, to, Protocol.Icmp));
        var process = await _probe.Shell.RunAsync(
            "ping in the background", $"ping -q -n -i 0.002 -c 5000 {address} >/dev/null 2>&1 </dev/null & echo $!", cancellation).ConfigureAwait(false);
        return new Background(_probe.Shell, process[^1]);
    }

    /// <summary>
    /// Sends one flow in each direction, so that every tracepoint has fired before a scenario takes its silence for a proof.
    /// </summary>
    private async Task ProveTracepointsAsync(CancellationToken cancellation)
    {
        foreach (var (from, to) in new[]
                 {
                     (Endpoint.Client, Endpoint.Server), (Endpoint.Client, Endpoint.Host), (Endpoint.Host, Endpoint.Client),
                     (Endpoint.Client, Endpoint.Wan),
                 })
            await SendAsync(new Flow(from, to, Protocol.Icmp), Sending.Once, cancellation).ConfigureAwait(false);
    }

    /// <summary>Ends the sessions; the probe gives the host back what the lab changed, then everything is removed.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_shells.Values.Select(shell => shell.DisposeAsync().AsTask())).ConfigureAwait(false);
        await _probe.DisposeAsync().ConfigureAwait(false);
        await _engine.RemoveNetworkAsync(_network.Id).ConfigureAwait(false);
        _oneFlow.Dispose();
    }

    private sealed class Turned(DockerLab lab, HostProfile before) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            lab.Profile = before;
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Background(Shell shell, string process) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await shell.TryAsync($"kill {process}").ConfigureAwait(false);
    }

    private sealed class NetworkRemoval(IContainerEngine engine, NetworkDetails network) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await engine.RemoveNetworkAsync(network.Id).ConfigureAwait(false);
    }
}
