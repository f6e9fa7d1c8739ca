using Hooktrail.Docker.Engine;
using Hooktrail.Labs;
using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;
using Hooktrail.Stations.Talk;

namespace Hooktrail.Docker.Lab;

/// <summary>
/// The Docker lab: containers on four of Docker's bridge networks, one container in the host's network, and a host
/// <c>wan</c> behind a plain NIC; the Docker host lies between them. LOG rules stand in every table and chain of the
/// tools, and a private nft table records beside them; on request the kernel traces the lab's packets. The lab starts
/// once, and all scenarios share it.
/// </summary>
/// <remarks>
/// One flow is under way at a time. The journal (image/leave.sh) records every change that the lab makes on the host.
/// The changes are undone when the probe's session ends: by <see cref="DisposeAsync"/>, or because this process dies.
/// Published ports are bound to every address of the host, as <c>docker run -p</c> binds them, because the
/// specification covers exactly that. While the lab is up, they answer every machine that can reach the host.
/// </remarks>
public sealed class DockerLab : ILab
{
    private static readonly ImmutableArray<Switch> OfBridges =
        [
            Switch.BridgeNfCallIptables,
            Switch.Parse("bridge-nf-call-ip6tables"),
            Switch.Parse("bridge-nf-call-arptables")
        ];

    private const string Withheld =
        "The kernel suppressed an ICMP error because of its rate limit (net.ipv4.icmp_ratelimit, net.ipv6.icmp.ratelimit); send the flow again later.";

    private readonly RunId _run;
    private readonly LabParts _parts;
    private readonly ChangingHost _host;
    // The switches that flows turn, only while they run.
    private ImmutableList<(Switch Switch, bool On)> _turned = [];
    private TurnedProfile? _last;
    // The handles of the rules that were read last.
    private (RuleSet Of, RuleHandles Handles)? _handles;
    // Whether a flow holds the switches, so that no other run can turn them.
    private bool _holds;

    private DockerLab(RunId run, LabParts parts)
    {
        (_run, _parts) = (run, parts);
        _host = new(LookAsync, KeepAsync);
        Endpoints = [.. Endpoint.All.Where(endpoint => parts.Talking.ContainsKey(LabStations.SpeakerFor(endpoint)))];
    }

    public LabKind Kind => LabKind.Docker;

    public RunId Run => _run;

    /// <summary>What the lab's names stand for on this host.</summary>
    internal LabMap Map => _parts.Map;

    internal LabAddresses Addresses => _parts.Addresses;

    public ImmutableArray<Endpoint> Endpoints { get; }

    public Observers Observers => Observers.All;

    public HostProfile Profile => Turned(_host.Profile);

    public FiredTaps Fired { get; private set; } = FiredTaps.None;

    /// <summary>Starts the whole lab and joins it to the WAN.</summary>
    /// <exception cref="HooktrailException">Something is missing on the host; nothing is left behind.</exception>
    public static Task<DockerLab> StartAsync(
        ContainerEngine engine, string image, CancellationToken cancellation = default) =>
        StartAsync(engine, image, Endpoint.All, cancellation);

    /// <summary>
    /// Starts some of the containers and always the WAN; only the container hosted speaks for the host.
    /// </summary>
    /// <exception cref="HooktrailException">Something is missing on the host; nothing is left behind.</exception>
    public static async Task<DockerLab> StartAsync(
        ContainerEngine engine,
        string image,
        IReadOnlyCollection<Endpoint> endpoints,
        CancellationToken cancellation = default)
    {
        await using var start = new LabStart(engine, image, endpoints, cancellation);
        var parts = await start.RunAsync().ConfigureAwait(false);
        var lab = new DockerLab(parts.Probe.Run, parts);
        await lab.ReadAsync(cancellation).ConfigureAwait(false);
        start.Keep();
        return lab;
    }

    /// <remarks>
    /// Changes only what affects the lab's own packets: switches, hairpin mode and promiscuity of its bridges and
    /// ports, sysctls during a flow, and rules that name the lab's devices or addresses.
    /// </remarks>
    public async Task<IAsyncDisposable> ChangeAsync(HostChange change, CancellationToken cancellation = default)
    {
        if (change is HostChange.Turn(var one, var on))
        {
            if (OfBridges.Contains(one))
                return TurnForFlows(one, on);
            if (one.Read(Profile) == on)
                return new Change(() => { });
            if (one.Name is not ("hairpin" or "promiscuous"))
                throw new CannotChangeException(
                    $"{one} applies to the whole host, which the Docker lab does not change; use a private host, or --lab namespaces.");
        }

        return await _host.ChangeAsync(
            HostParts.All, _ => _parts.Changes.MakeAsync(change, cancellation), cancellation).ConfigureAwait(false);
    }

    public async Task<HostProfile> ReadAsync(CancellationToken cancellation = default) =>
        Turned(await _host.ReadAsync(cancellation).ConfigureAwait(false));

    public Task<Seen> SendAsync(Flow flow, Sending sending, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sending.Packets, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sending.Packets, 10);
        ObserverChoice.Check(Kind, sending.Observers);
        return _host.FlowAsync(
            (read, between) => ObserveAsync(
                flow,
                sending,
                Turned(read),
                sending.Between is { } middle ? () => between(middle) : null,
                cancellation), cancellation);
    }

    private async Task<Seen> ObserveAsync(
        Flow flow, Sending sending, HostProfile profile, Func<Task>? between, CancellationToken cancellation)
    {
        var wanted = sending.Observers ?? Observers.Both;
        var traces = wanted.HasFlag(Observers.Trace);
        try
        {
            await using var switched = await _parts.Probe.Wiring.SwitchAsync(
                _parts.Addresses.Networks.Select(_parts.Addresses.Device), profile, cancellation).ConfigureAwait(false);
            _holds = true;
            var handles = await TraceAsync(traces, profile, cancellation).ConfigureAwait(false);
            _parts.Probe.Taps.Listener = Glimpse.Listener(Observers.Log, _parts.Map, sending);
            _parts.Recorder.Listener = Glimpse.Listener(Observers.Nflog, _parts.Map, sending);
            var (mark, exchanged) = await _parts.Stations.SendAsync(
                flow, sending, between, cancellation).ConfigureAwait(false);
            var (logWindow, withheld) = await _parts.Probe.Taps.ReadAsync(cancellation).ConfigureAwait(false);
            var recorded = await _parts.Recorder.ReadAsync(cancellation).ConfigureAwait(false);
            Fired = Fired.With(logWindow).With(recorded);
            Finding Assembled(
                LogWindow window, TapCounters? counted = null,
                ImmutableArray<ImmutableArray<HookPoint>> unsure = default) =>
                TrailAssembler.Assemble(
                    flow, _parts.Map, Own(flow, window, mark, exchanged), mark, counted, exchanged, unsure);
            var nflog = Assembled(recorded, unsure: _parts.Recorder.Unsure);
            // The counters belong to the whole host, which may have withheld errors of others. They matter
            // only if this flow got no answer.
            if (withheld > 0 && exchanged.Answered.Count < exchanged.Sent
                && nflog is Finding.Observed(var legs) && legs.All(leg => leg.Leg.Direction != Direction.Error))
                nflog = new Finding.Inconclusive(Withheld);
            var log = !wanted.HasFlag(Observers.Log)
                || (sending.Observers is null && IsBeyondLog(flow, Own(flow, recorded, mark, exchanged)))
                ? null
                : Assembled(logWindow);
            // A second witness must show that the log has no gap: NFLOG, if it saw the same
            // packets, or else the rules' counters.
            if (log is not null && !(wanted.HasFlag(Observers.Nflog) && Agreement.Of(log, nflog) is Finding.Observed))
            {
                (logWindow, var counted) = await _parts.Probe.Taps.CountAsync(cancellation).ConfigureAwait(false);
                Fired = Fired.With(logWindow);
                log = Assembled(logWindow, counted);
            }

            if (!traces)
                return new(profile, log, wanted.HasFlag(Observers.Nflog) ? nflog : null);
            var rules = new TracedRules(profile.Rules, handles);
            // Of a host that changed during the flow, it is not known which rule had which place when.
            var isSame = sending.Between is null
                && handles.IsSameAs(await HandlesAsync(cancellation).ConfigureAwait(false));
            return new(profile, log, TraceAgreement.Of(nflog, rules)) { Rules = isSame ? rules : null };
        }
        finally
        {
            _parts.Probe.Taps.Listener = _parts.Recorder.Listener = null;
            _holds = false;
        }
    }

    // Only packets of the lab are traced. But every reader of the host's trace gets them, and the recorder gets those
    // that others trace, so it reads only while it is asked to.
    private async Task<RuleHandles> TraceAsync(bool on, HostProfile profile, CancellationToken cancellation)
    {
        if (on)
            ObserverChoice.CheckTrace(profile.Kernel);
        await _parts.Recorder.TraceAsync(on, cancellation).ConfigureAwait(false);
        if (!on)
            return RuleHandles.None;
        if (_handles is not { } known || !ReferenceEquals(known.Of, profile.Rules))
            _handles = known = (profile.Rules, await HandlesAsync(cancellation).ConfigureAwait(false));
        return known.Handles;
    }

    private async Task<RuleHandles> HandlesAsync(CancellationToken cancellation) =>
        RuleHandles.Of(string.Join('\n', await _parts.Probe.Shell.RunAsync(
            "read the handles of the rules", "nft -j list ruleset", cancellation).ConfigureAwait(false)));

    public Task<HostFacts> FactsAsync(CancellationToken cancellation = default) =>
        _parts.Probe.FactsAsync(_parts.EngineVersion, cancellation);

    /// <summary>The snapshot contains this lab's own traces.</summary>
    public Task<HostSnapshot> SnapshotAsync(CancellationToken cancellation = default) =>
        _parts.Probe.SnapshotAsync(cancellation);

    /// <summary>Pings from the host, without a mark and without a pause, until the result is disposed.</summary>
    public async Task<IAsyncDisposable> DisturbAsync(Endpoint to, CancellationToken cancellation = default)
    {
        var address =
            _parts.Addresses[FlowTalking.DestinationName(new Flow(Endpoint.Host, to, Protocol.Icmp)), IpVersion.V4];
        var process = await _parts.Probe.Shell.RunAsync(
            "ping in the background",
            $"ping -q -n -i 0.002 -c 5000 {address} >/dev/null 2>&1 </dev/null & echo $!",
            cancellation).ConfigureAwait(false);
        return new Background(_parts.Probe.Shell, process[^1]);
    }

    public async Task ProveTapsAsync(CancellationToken cancellation = default)
    {
        foreach (var flow in TapProof.Flows(Endpoints, Protocol.Icmp))
            await SendAsync(flow, Sending.Once, cancellation).ConfigureAwait(false);
    }

    // ICMPv6 errors have no mark, and ebt_log does not print the packet that they quote. If a flow causes one, only the
    // recorder can tell, so LOG is left out unless the caller asked for it.
    private static bool IsBeyondLog(Flow flow, LogWindow own) =>
        flow.Ip == IpVersion.V6 && own.Sightings.Any(sighting => sighting.Inner is not null);

    // Docker's userland proxy answers without a mark. Its connection to the container is a separate flow,
    // whose answers have the mark. The ports identify a flow to a published port: its source port is one
    // that no other flow of the lab has.
    private static LogWindow Own(Flow flow, LogWindow window, byte mark, Exchanged exchanged)
    {
        if (exchanged.LocalPort is not { } local || PublishedPort.OfLab.All(published => published.Port != flow.Port))
            return window;
        return window with
        {
            Sightings =
            [
                .. from sighting in window.Sightings
                   let isAnswer = sighting.DestinationPort == local && sighting.Tos == 0
                   let isProxys = sighting.SourcePort is { } source
                       && source != local
                       && sighting.DestinationPort != local
                   select isAnswer ? sighting with { Tos = mark }
                       : isProxys ? sighting with { Tos = 0 }
                       : sighting.Inner is { Tos: 0 } inner && inner.DestinationPort == local
                       ? sighting with { Inner = inner with { Tos = mark } }
                       : sighting,
            ],
        };
    }

    // The host does not have the switch yet that a flow is going to turn, so nothing has to be read.
    private IAsyncDisposable TurnForFlows(Switch one, bool on)
    {
        if (on && !Profile.BrNetfilter)
            throw new CannotChangeException(
                "br_netfilter is not loaded on this host, so its bridges cannot call iptables; load it with modprobe br_netfilter.");
        ImmutableInterlocked.Update(ref _turned, all => all.Add((one, on)));
        return new Change(() => ImmutableInterlocked.Update(ref _turned, all => all.Remove((one, on))));
    }

    // Returns the same object until something changes, because predictions are cached by it.
    private HostProfile Turned(HostProfile read)
    {
        var turned = _turned;
        if (_last is not { } last || !ReferenceEquals(last.Read, read) || last.Turned != turned)
            _last = last = new(read, turned, turned.Aggregate(read, (so, one) => one.Switch.Write(so, one.On)));
        return last.Profile;
    }

    // Reads the host, and registers the recorder after every new chain. Others change this host too, so the lab always
    // reads all of it.
    private async Task<HostProfile> LookAsync(HostParts parts, CancellationToken cancellation)
    {
        var read = await _parts.Probe.ProfileAsync(
            _parts.Map, _parts.Addresses, _holds, _parts.History, cancellation).ConfigureAwait(false);
        await _parts.Recorder.RecordUsersAsync(
            OfUsers(read.Rules, _parts.Addresses), cancellation).ConfigureAwait(false);
        return (read with
        {
            ProxyPktinfo = _parts.ProxyPktinfo,
            Published = [.. PublishedPort.OfLab.Where(port => Endpoints.Contains(port.To))],
        }).WithSockets(read.Sockets ?? []);
    }

    private Task KeepAsync(RuleSet rules)
    {
        _parts.History.Keep(rules);
        return _parts.Recorder.RecordUsersAsync(OfUsers(rules, _parts.Addresses), CancellationToken.None);
    }

    // A chain on a device outside the lab sees none of the lab's packets.
    internal static ImmutableArray<NflogPlace> OfUsers(RuleSet rules, LabAddresses addresses) =>
    [
        .. from place in NflogPlaces.OfUser(rules)
           let device = place.Device is null ? null : addresses.Device(place.Device)
           where place.Device is null || device != place.Device
           select place with { Device = device },
    ];

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll([
            _parts.Probe.DisposeAsync().AsTask(), _parts.Recorder.DisposeAsync().AsTask(),
            .. _parts.Talking.Values.Select(station => station.DisposeAsync().AsTask())]).ConfigureAwait(false);
        await Task.WhenAll(
            _parts.Networks.Select(network => _parts.Engine.RemoveNetworkAsync(network.Id))).ConfigureAwait(false);
        _host.Dispose();
    }

    private sealed record TurnedProfile(
        HostProfile Read, ImmutableList<(Switch Switch, bool On)> Turned, HostProfile Profile);

    private sealed class Change(Action forget) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            forget();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Background(Shell shell, string process) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await shell.TryAsync($"kill {process}").ConfigureAwait(false);
    }
}
