using Hooktrail.Docker.Engine;
using Hooktrail.Labs;
using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;

namespace Hooktrail.Docker.Lab;

/// <summary>
/// Starts a lab: networks and containers in parallel if their order does not matter, then the link to the WAN, then
/// taps and recorder. Disposal removes what was started, unless <see cref="Keep"/> was called.
/// </summary>
internal sealed class LabStart(
    ContainerEngine engine,
    string image,
    IReadOnlyCollection<Endpoint> endpoints,
    CancellationToken cancellation) : IAsyncDisposable
{
    private readonly AsyncStack _undo = new();
    private readonly Dictionary<string, Task<NetworkDetails>> _networks = [];
    private readonly Dictionary<Endpoint, Task<Station>> _members = [];

    // A user's own image may have any name; it counts as new.
    private readonly bool _proxyPktinfo =
        !char.IsAsciiDigit(engine.Release.FirstOrDefault())
        || DockerRules.ProxyHasPktinfo(DockerRules.Parse(engine.Release));

    private ImmutableArray<Endpoint> Members =>
        [.. Endpoint.All.Where(endpoint => endpoint.Kind == EndpointKind.Container && endpoints.Contains(endpoint))];

    /// <exception cref="HooktrailException">Something is missing on the host.</exception>
    public async Task<LabParts> RunAsync()
    {
        var probe = _undo.Push(await Probe.StartAsync(engine, image, cancellation).ConfigureAwait(false));
        await Leftovers.RemoveAsync(engine, probe, cancellation).ConfigureAwait(false);
        await probe.Journal.BeginAsync(cancellation).ConfigureAwait(false);
        await probe.Taps.OpenLogAsync(cancellation).ConfigureAwait(false);
        var subnets = await probe.Wiring.ChooseAsync(cancellation).ConfigureAwait(false);

        var (wan, hosted, recording) = await StartContainersAsync(probe, subnets).ConfigureAwait(false);
        var containers = _members.ToImmutableDictionary(pair => pair.Key, pair => pair.Value.Result);
        var wanNetwork = await probe.Wiring.JoinWanAsync(
            wan.Shell, wan.Session.ProcessId, subnets, LabSubnets.WanCandidates(), cancellation).ConfigureAwait(false);
        var addresses = new LabAddresses(
            probe.Run, subnets, wanNetwork, containers.Select(pair => (pair.Key, pair.Value.Session)));
        var map = await probe.Wiring.NamesAsync(
            addresses, containers.Select(pair => (pair.Key, pair.Value.Shell)), cancellation).ConfigureAwait(false);

        var talking = containers.Add(Endpoint.Wan, wan);
        if (hosted is not null)
            talking = talking.Add(Endpoint.Hosted, hosted);
        var stations = new LabStations(talking, addresses, probe.Shell, _proxyPktinfo);
        ImmutableArray<int> ports = [.. addresses.Ports.Keys];
        var traffic = new TracedTraffic([.. addresses.Destinations]) { AnsweringPorts = ports };
        var backend = await probe.Tools.IptablesAsync(cancellation).ConfigureAwait(false);
        var ebtables = await probe.Tools.EbtablesAsync(cancellation).ConfigureAwait(false);
        // The recorder has its own container, because the kernel log fills the probe's streams.
        var recorder = _undo.Push(await NflogRecorder.StartAsync(
            await recording.RecordAsync(cancellation).ConfigureAwait(false),
            probe.Run,
            NflogTraffic.To(addresses.Destinations) with { AnsweringPorts = ports },
            NflogPlaces.OfTools(backend, backend, ebtables),
            probe.Shell,
            cancellation).ConfigureAwait(false));
        // The taps bring chains of the tools into being, which run before users' chains with the same priority. Only a
        // recorder from before the taps stands right at a user's chain.
        var history = new RegistrationHistory();
        var before = await probe.ProfileAsync(
            map, addresses, holds: false, history, cancellation).ConfigureAwait(false);
        await recorder.RecordUsersAsync(
            DockerLab.OfUsers(before.Rules, addresses),
            HookPoints.All.Where(history.Has).ToHashSet(),
            cancellation).ConfigureAwait(false);
        await Task.WhenAll(
            stations.TalkAsync(cancellation), probe.Taps.InstallAsync(traffic, cancellation)).ConfigureAwait(false);
        await recorder.RecordToolsAsync(cancellation).ConfigureAwait(false);

        return new(
            engine,
            [.. _networks.Values.Select(network => network.Result)],
            probe,
            talking,
            stations,
            recorder,
            history,
            addresses,
            map,
            new(probe.Run, probe.Shell, addresses, backend, ebtables),
            engine.Release,
            _proxyPktinfo);
    }

    public void Keep() => _undo.Keep();

    public ValueTask DisposeAsync() => _undo.DisposeAsync();

    private async Task<(Station Wan, Station? Hosted, Station Recorder)> StartContainersAsync(
        Probe probe, LabSubnets subnets)
    {
        // One after the other, because Docker's rules stand in the order in which the networks were created.
        foreach (var name in LabNames.Networks.Where(name => Members.Any(endpoint => endpoint.Network == name)))
            _networks[name] = CreateNetworkAsync(
                probe, subnets, name, _networks.Values.LastOrDefault() ?? Task.CompletedTask);
        var wan = StartAsync(Containers.Wan(probe.Run, image));
        var hosted = endpoints.Contains(Endpoint.Hosted) ? StartAsync(Containers.Hosted(probe.Run, image)) : null;
        var recorder = StartAsync(Containers.Recorder(probe.Run, image));
        foreach (var endpoint in Members)
            _members[endpoint] = StartMemberAsync(probe.Run, subnets, endpoint, [.. Before(endpoint)]);

        // Waits for all of them even if one fails, so that none is left running unseen.
        Task<Station>[] stations =
            [wan, recorder, .. hosted is null ? [] : (Task<Station>[])[hosted], .. _members.Values];
        await Task.WhenAll([.. _networks.Values.Select(Settled), .. stations.Select(Settled)]).ConfigureAwait(false);
        foreach (var network in _networks.Values.Where(task => task.IsCompletedSuccessfully))
            _undo.Push(new NetworkRemoval(engine, network.Result));
        foreach (var started in stations.Where(task => task.IsCompletedSuccessfully))
            _undo.Push(started.Result);
        await probe.Journal.SettleAsync().ConfigureAwait(false);
        await Task.WhenAll(_networks.Values).ConfigureAwait(false);
        await Task.WhenAll(stations).ConfigureAwait(false);
        return (wan.Result, hosted?.Result, recorder.Result);
    }

    private async Task<NetworkDetails> CreateNetworkAsync(Probe probe, LabSubnets subnets, string name, Task before)
    {
        await before.ConfigureAwait(false);
        var network = await engine.CreateNetworkAsync(
            Network(probe.Run, subnets, name), cancellation).ConfigureAwait(false);
        var subnet = subnets.Of(name, IpVersion.V6);
        await probe.Wiring.TrustAddressAsync(
            network.BridgeDevice,
            $"{NetworkSpec.GatewayOf(subnet)}/{subnet.PrefixLength}",
            cancellation).ConfigureAwait(false);
        return network;
    }

    // A bridge floods its ports in reverse order of their arrival, and Docker adds a port's rules when its container
    // starts. So the containers of one network start one after the other, and so do those that publish a port.
    private IEnumerable<Task<Station>> Before(Endpoint endpoint) =>
        from pair in _members
        where pair.Key.Network == endpoint.Network || (IsPublished(pair.Key) && IsPublished(endpoint))
        select pair.Value;

    private async Task<Station> StartMemberAsync(
        RunId run, LabSubnets subnets, Endpoint endpoint, ImmutableArray<Task<Station>> before)
    {
        await Task.WhenAll(before).ConfigureAwait(false);
        var network = await _networks[endpoint.Network!].ConfigureAwait(false);
        int? published = PublishedPort.OfLab.FirstOrDefault(port => port.To == endpoint) is { } port
            ? subnets.Ports[port.Port]
            : null;
        return await StartAsync(Containers.Member(endpoint, run, image, network.Id, published)).ConfigureAwait(false);
    }

    private async Task<Station> StartAsync(ContainerSpec spec) =>
        new(await engine.StartAsync(spec, cancellation).ConfigureAwait(false));

    private static NetworkSpec Network(RunId run, LabSubnets subnets, string name) => new()
    {
        Name = RunLabels.NameOf(run.ToString(), name),
        BridgeDevice = LabAddresses.BridgeOf(run, name),
        Subnets = subnets.Of(name),
        Internal = name == LabNames.Inner,
        Options = name == LabNames.Closed
            ? ImmutableDictionary<string, string>.Empty.Add("com.docker.network.bridge.enable_icc", "false")
            : ImmutableDictionary<string, string>.Empty,
        Labels = RunLabels.Of(run),
    };

    private static bool IsPublished(Endpoint endpoint) => PublishedPort.OfLab.Any(port => port.To == endpoint);

    private static Task Settled(Task task) => task.ContinueWith(_ => { }, TaskScheduler.Default);

    private sealed class NetworkRemoval(ContainerEngine engine, NetworkDetails network) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await engine.RemoveNetworkAsync(network.Id).ConfigureAwait(false);
    }
}
