using Hooktrail.Labs;
using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;
using Hooktrail.Stations;
using Hooktrail.Stations.Machines;

namespace Hooktrail.Namespaces;

/// <summary>
/// A lab without an Engine: a Docker host in a private network namespace, with Docker's rules, and other namespaces
/// around it. The kernel log shows no packets of other network namespaces, so NFLOG observes, and the kernel's trace.
/// </summary>
public sealed class NamespaceLab : ILab
{
    // NFPROTO_IPV4 and NFPROTO_IPV6; the names of the sysctls.
    private static readonly ImmutableArray<int> LegacyLoggers = [2, 10];

    private readonly NamespaceSetup _setup;
    private readonly NamespaceHost _host;
    private readonly NamespaceStations _stations;
    private readonly NflogRecorder _recorder;
    private readonly NamespaceChanges _changes;
    private readonly LabMap _map;
    private readonly ChangingHost _now;
    private readonly RegistrationHistory _history;
    private HostSections? _sections;
    private (HostProfile Of, RuleHandles Handles)? _handles;
    private bool _leadsLegacy;

    private NamespaceLab(
        NamespaceSetup setup, NamespaceHost host, RunId run, NamespaceStations stations, NflogRecorder recorder,
        RegistrationHistory history)
    {
        (_setup, _host, Run, _stations, _recorder, _history) = (setup, host, run, stations, recorder, history);
        _changes = new(host, setup.Iptables, setup.Ebtables);
        _map = host.Map;
        _now = new(LookAsync, KeepAsync);
    }

    public LabKind Kind => LabKind.Namespaces;

    public RunId Run { get; }

    public ImmutableArray<Endpoint> Endpoints =>
        [.. Endpoint.All.Where(endpoint => _setup.Topology.Stations.Contains(endpoint.Name))];

    public Observers Observers => Observers.Trace;

    public HostProfile Profile => _now.Profile;

    public FiredTaps Fired { get; private set; } = FiredTaps.None;

    /// <summary>A process in each station's namespace, by its id on <see cref="Machine"/>.</summary>
    public ImmutableSortedDictionary<string, int> ProcessIds => _host.ProcessIds;

    /// <summary>The machine of the lab; the lab runs on its kernel.</summary>
    public IMachine Machine => _host.Machine;

    /// <summary>Builds the host, installs its rules, starts the stations and the recorder.</summary>
    /// <exception cref="HooktrailException">The machine allows no private namespaces, or a tool is missing.</exception>
    public static Task<NamespaceLab> StartAsync(NamespaceSetup setup, CancellationToken cancellation = default) =>
        StartAsync(ThisMachine.Instance, setup, cancellation);

    /// <inheritdoc cref="StartAsync(NamespaceSetup, CancellationToken)"/>
    /// <remarks>The machine keeps running when the lab ends.</remarks>
    public static async Task<NamespaceLab> StartAsync(
        IMachine machine, NamespaceSetup setup, CancellationToken cancellation = default)
    {
        var run = RunId.New();
        NflogRecorder? recorder = null;
        NamespaceStations? stations = null;
        Task<NamespaceStations>? starting = null;
        NamespaceHost? host = null;
        var history = new RegistrationHistory();
        try
        {
            host = await NamespaceHost.StartAsync(
                machine, Topology(setup), BeginAsync, cancellation).ConfigureAwait(false);
            starting = NamespaceStations.StartAsync(host, setup, cancellation);
            var script = setup.Docker is { } release
                ? DockerScript.Of(release, NamespaceRuleNames.Instance, setup.UserlandProxy)
                : new DockerScript();
            if (setup.Ebtables == Backend.Legacy)
                await LoadLegacyAsync(host, cancellation).ConfigureAwait(false);
            history.Add([RegistrationOrder.BrNetfilter]);
            foreach (var before in setup.BeforeTools)
                await AddAsync(before, host).ConfigureAwait(false);
            await InstallAsync(host, setup, script, cancellation).ConfigureAwait(false);
            history.Add(HookPoints.All.Select(point => point.ToString()));
            await recorder!.RecordToolsAsync(cancellation).ConfigureAwait(false);
            await host.Host.RunAsync(
                "install the host's tables of nft", NftRules(setup, script), cancellation).ConfigureAwait(false);
            stations = await starting.ConfigureAwait(false);
            var lab = new NamespaceLab(setup, host, run, stations, recorder, history);
            await lab.ReadAsync(cancellation).ConfigureAwait(false);
            return lab;
        }
        catch
        {
            if (host is not null)
                await host.DisposeAsync().ConfigureAwait(false);
            if (stations is null && starting is not null)
                stations = await EndedAsync(starting).ConfigureAwait(false);
            if (stations is not null)
                await stations.DisposeAsync().ConfigureAwait(false);
            if (recorder is not null)
                await recorder.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        // Chains that must exist before br_netfilter need recorders that exist before it too.
        async Task BeginAsync(NamespaceHost empty)
        {
            var program = await HostProcess.StartAsync(
                empty, NflogProgram.Script, cancellation, "0", "trace").ConfigureAwait(false);
            recorder = await NflogRecorder.StartAsync(
                new(
                    program.Input,
                    program.Lines,
                    "The program that reads the log group ended; check that perl is installed, and run again.",
                    program),
                run,
                NflogTraffic.Everything,
                NflogPlaces.OfTools(setup.Iptables, setup.Iptables, setup.Ebtables),
                empty.Host,
                cancellation).ConfigureAwait(false);
            if (setup.BeforeBridges is { } text)
                await AddAsync(text, empty).ConfigureAwait(false);
        }

        // Each recorder has to be registered right behind its chain.
        async Task AddAsync(string text, NamespaceHost to)
        {
            await to.Host.RunAsync(
                "add a table of nft",
                $"nft -f - <<'END'\n{LabWords.Nft(text, NamespaceRuleNames.Instance)}\nEND\n",
                cancellation).ConfigureAwait(false);
            var tables = await to.Host.RunAsync(
                "read the tables of nft", "nft list ruleset", cancellation).ConfigureAwait(false);
            var rules = RuleReader.Nftables(tables, to.Map, "nft list ruleset");
            history.Add(rules);
            await recorder!.RecordUsersAsync(NflogPlaces.OfUser(rules), cancellation).ConfigureAwait(false);
        }
    }

    public Task<IAsyncDisposable> ChangeAsync(HostChange change, CancellationToken cancellation = default) =>
        _now.ChangeAsync(
            TouchedParts.Of(change, _setup.Iptables, _setup.Ebtables),
            profile => _changes.MakeAsync(change, profile, cancellation), cancellation);

    public Task<HostProfile> ReadAsync(CancellationToken cancellation = default) => _now.ReadAsync(cancellation);

    public async Task<Seen> SendAsync(Flow flow, Sending sending, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sending.Packets, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sending.Packets, 10);
        ObserverChoice.Check(Kind, sending.Observers);
        var (profile, window, mark, exchanged) = await ObserveAsync(flow, sending, cancellation).ConfigureAwait(false);
        var nflog = TrailAssembler.Assemble(flow, _map, window, mark, null, exchanged, _recorder.Unsure);
        if (sending.Observers?.HasFlag(Observers.Trace) != true)
            return new(profile, null, nflog);
        var handles = await HandlesAsync(profile, sending.Between is not null, cancellation).ConfigureAwait(false);
        var rules = new TracedRules(profile.Rules, handles, TellsLegacy(nflog));
        // Of a host that changed during the flow, it is not known which rule had which place when.
        return new(profile, null, TraceAgreement.Of(nflog, rules))
        {
            Rules = sending.Between is null ? rules : null,
        };
    }

    internal LabMap Map => _map;

    /// <summary>A shell on the host, for what no <see cref="HostChange"/> can do.</summary>
    internal Shell Host => _host.Host;

    /// <summary>Sends one flow and returns its records, not yet assembled.</summary>
    internal Task<(HostProfile Profile, LogWindow Window, byte Mark, Exchanged Exchanged)> ObserveAsync(
        Flow flow, Sending sending, CancellationToken cancellation) =>
        _now.FlowAsync(
            async (profile, between) =>
            {
                await TraceAsync(sending.Observers?.HasFlag(Observers.Trace) == true, profile, cancellation)
                    .ConfigureAwait(false);
                _recorder.Listener = Glimpse.Listener(Observers.Nflog, _map, sending);
                try
                {
                    var (mark, exchanged) = await _stations.SendAsync(
                        flow, sending.Packets, sending.Size, Allowance.For(sending.Patience),
                        sending.Between is { } middle ? () => between(middle) : null, cancellation)
                        .ConfigureAwait(false);
                    var window = await _recorder.ReadAsync(cancellation).ConfigureAwait(false);
                    Fired = Fired.With(window);
                    return (profile, window, mark, exchanged);
                }
                finally
                {
                    _recorder.Listener = null;
                }
            },
            cancellation);

    private async Task TraceAsync(bool on, HostProfile profile, CancellationToken cancellation)
    {
        if (on)
            ObserverChoice.CheckTrace(profile.Kernel);
        await _recorder.TraceAsync(on, cancellation).ConfigureAwait(false);
        if (on)
            await HandlesAsync(profile, isChanged: false, cancellation).ConfigureAwait(false);
        // Legacy tables write their trace to the namespace's logger, which no other lab shares. A kernel without one
        // has no trace of theirs.
        if (_setup.Iptables == Backend.Legacy && on != _leadsLegacy)
            await _host.Host.TryAsync(
                string.Join('\n', LegacyLoggers.Select(family => SetupScripts.Set(
                    $"net/netfilter/nf_log/{family}", on ? "nfnetlink_log" : "NONE"))),
                cancellation).ConfigureAwait(false);
        _leadsLegacy = on;
    }

    // A kernel without CONFIG_NETFILTER_XT_TARGET_TRACE tells of no legacy table.
    private bool TellsLegacy(Finding nflog) =>
        _setup.Iptables == Backend.Legacy && nflog is Finding.Observed(var legs)
            && legs.Any(leg => leg.Traced.Any(hop => hop.Point.Layer is Layer.Iptables or Layer.Ip6tables));

    private async Task<RuleHandles> HandlesAsync(HostProfile profile, bool isChanged, CancellationToken cancellation)
    {
        if (_handles is { } known && ReferenceEquals(known.Of, profile) && !isChanged)
            return known.Handles;
        var json = await _host.Host.RunAsync(
            "read the handles of the rules", "nft -j list ruleset", cancellation).ConfigureAwait(false);
        var handles = RuleHandles.Of(string.Join('\n', json));
        _handles = isChanged ? null : (profile, handles);
        return handles;
    }

    public async Task<HostFacts> FactsAsync(CancellationToken cancellation = default) => HostFacts.Parse(
        await _host.Host.RunAsync("read the facts of the host", HostFacts.Script(), cancellation).ConfigureAwait(false),
        new Fact("lab", $"network namespaces {Machine.Place}"));

    /// <summary>Ends every process; the namespaces go with them.</summary>
    public async ValueTask DisposeAsync()
    {
        // When process 1 ends, all other processes of the lab end, and so do the readers of their output.
        await _host.DisposeAsync().ConfigureAwait(false);
        await _stations.DisposeAsync().ConfigureAwait(false);
        await _recorder.DisposeAsync().ConfigureAwait(false);
        _now.Dispose();
    }

    /// <remarks>Conntrack is on during the proof; otherwise no tap in a nat chain could fire.</remarks>
    public async Task ProveTapsAsync(CancellationToken cancellation = default)
    {
        if (!_setup.Conntrack)
            await _host.Host.RunAsync(
                "add rules for conntrack", NamespaceChanges.WithConntrack, cancellation).ConfigureAwait(false);
        foreach (var flow in TapProof.Flows(Endpoints, Protocol.Udp))
            await SendAsync(flow, Sending.Once, cancellation).ConfigureAwait(false);
        if (!_setup.Conntrack)
            await _host.Host.RunAsync(
                "remove the rules for conntrack",
                NamespaceChanges.WithoutConntrack,
                cancellation).ConfigureAwait(false);
    }

    // Waits for a part that was still starting when another part failed: it completes, or fails by itself.
    private static async Task<NamespaceStations?> EndedAsync(Task<NamespaceStations> starting)
    {
        try
        {
            return await starting.ConfigureAwait(false);
        }
        catch (Exception e) when (e is HooktrailException or OperationCanceledException or IOException)
        {
            return null;
        }
    }

    // Reads the host, and registers a recorder after each new chain.
    private async Task<HostProfile> LookAsync(HostParts parts, CancellationToken cancellation)
    {
        ImmutableArray<string> devices =
            [
                .. _setup.Topology.Networks.Select(network => network.Name),
                .. _setup.Topology.Wan ? [LabNames.WanNic] : Array.Empty<string>()
            ];
        var lines = await _host.Host.RunAsync(
            "read the host",
            HostScript.Of(
                _setup.Iptables, NoHost.Instance, devices, ebtables: _setup.Ebtables, parts: parts, last: _sections),
            cancellation).ConfigureAwait(false);
        var sections = HostSections.Of(lines, parts);
        _sections = _sections?.With(sections) ?? sections;
        var read = HostReading.Parse(_sections, _map, _setup.Iptables, _setup.Ebtables, _history);
        var profile = read with
        {
            // The recorder stands at the table's hooks, even if the tools do not have the table.
            Broute = true,
            UserlandProxy = _setup.UserlandProxy,
            ProxyPktinfo = _setup.Docker is { } release && DockerRules.ProxyHasPktinfo(release),
            Published = _setup.Docker is null ? [] : PublishedPort.OfLab,
            Rules = Marked(read.Rules),
        };
        await _recorder.RecordUsersAsync(NflogPlaces.OfUser(profile.Rules), cancellation).ConfigureAwait(false);
        return profile;
    }

    private Task KeepAsync(RuleSet rules)
    {
        _history.Keep(rules);
        return _recorder.RecordUsersAsync(NflogPlaces.OfUser(rules), CancellationToken.None);
    }

    // The kernel does not show when a chain was registered; the setup knows.
    private RuleSet Marked(RuleSet rules)
    {
        if (_setup.BeforeBridges is not { } text)
            return rules;
        var early = LabWords.TablesOf(text);
        return new([.. rules.Chains.Select(chain => chain.Base is { } at && early.Contains(chain.Id.Table)
            ? chain with { Base = at with { BeforeBridges = true } }
            : chain)]);
    }

    // Without its proxy, dockerd turns the ports' hairpin mode on.
    private static NamespaceTopology Topology(NamespaceSetup setup) =>
        setup.Docker is null || setup.UserlandProxy ? setup.Topology : setup.Topology with
        {
            Networks =
            [
                .. setup.Topology.Networks.Select(network => network with
                {
                    Containers = [.. network.Containers.Select(container => container with { Hairpin = true })],
                }),
            ],
        };

    private static async Task LoadLegacyAsync(NamespaceHost host, CancellationToken cancellation)
    {
        var (status, lines) = await host.Host.TryAsync(EbtablesLegacy.Load, cancellation).ConfigureAwait(false);
        if (status != 0)
            throw new CannotChangeException(
                $"The legacy backend of ebtables does not work here ({string.Join(' ', lines).TrimEnd('.')}): it needs a kernel with CONFIG_BRIDGE_NF_EBTABLES_LEGACY, the module loaded (modprobe ebtables), and the program ebtables-legacy; use nf_tables instead.");
    }

    // The legacy tools load the kernel's modules by themselves if modprobe and modules exist; a container has neither.
    private static async Task InstallAsync(
        NamespaceHost host, NamespaceSetup setup, DockerScript script, CancellationToken cancellation)
    {
        try
        {
            await host.Host.RunAsync(
                "install the host's rules", ToolsRules(setup, script), cancellation).ConfigureAwait(false);
        }
        catch (HooktrailException e)
            when (setup.Iptables == Backend.Legacy && e.Message.Contains("insmod", StringComparison.Ordinal))
        {
            throw new CannotChangeException(
                $"The legacy backend of iptables does not work {host.Machine.Place}, because its kernel modules are not loaded: run modprobe -a ip_tables ip6_tables there, or use nf_tables instead.");
        }
    }

    // The tools' built-in chains come first, as on a host where they have long existed:
    // users' chains are registered later.
    private static string ToolsRules(NamespaceSetup setup, DockerScript script)
    {
        var backend = setup.Iptables.Name();
        return $"""
            set -e
            iptables-{backend}-restore --noflush <<'END'
            {BuiltIn(Layer.Iptables, " - [0:0]")}{Lines(script.Iptables)}END
            ip6tables-{backend}-restore --noflush <<'END'
            {BuiltIn(Layer.Ip6tables, " - [0:0]")}{Lines(script.Ip6tables)}END
            {(setup.Ebtables == Backend.Nft ? $"ebtables-nft-restore --noflush <<'END'\n{BuiltIn(Layer.Ebtables, " ACCEPT")}END" : "")}
            {(setup.Iptables == Backend.Nft ? $"arptables-nft-restore --noflush <<'END'\n{BuiltIn(Layer.Arptables, " ACCEPT")}END" : "")}
            """;
    }

    private static string NftRules(NamespaceSetup setup, DockerScript script)
    {
        var commands = new List<string> { "set -e" };
        if (!script.Nftables.IsEmpty)
            commands.Add($"nft -f - <<'END'\n{Lines(script.Nftables)}END");
        // Without its proxy, dockerd routes loopback addresses to the bridges (moby,
        // libnetwork/drivers/bridge/setup_ip_tables.go).
        if (setup.Docker is not null && !setup.UserlandProxy)
            commands.AddRange(setup.Topology.Networks.Select(
                network => SetupScripts.Set($"net/ipv4/conf/{network.Name}/route_localnet", "1")));
        if (setup.Conntrack)
            commands.Add(NamespaceChanges.WithConntrack);
        return string.Join('\n', commands);
    }

    private static string Lines(ImmutableArray<string> lines) => string.Concat(lines.Select(line => line + "\n"));

    private static string BuiltIn(Layer layer, string policy) => string.Concat(HookPoints.Of(layer)
        // neither is in nf_tables
        .Where(point => point.Table != "broute" && point is not { Layer: Layer.Arptables, Chain: "FORWARD" })
        .GroupBy(point => point.Table)
        .Select(table => $"*{table.Key}\n{string.Concat(table.Select(point => $":{point.Chain}{policy}\n"))}COMMIT\n"));
}
