using System.Net.Sockets;
using Hooktrail.Labs;
using Hooktrail.Observation;
using Hooktrail.Stations.Talk;

namespace Hooktrail.Namespaces;

/// <summary>
/// The senders and listeners of a namespace lab. One process talks for all stations: a socket stays in the network
/// namespace in which it was created. So a flow costs a few lines to one process, even with many listeners.
/// </summary>
internal sealed class NamespaceStations : IAsyncDisposable
{
    private readonly NamespaceHost _host;
    private readonly HostProcess _process;
    private readonly Talker _talker;
    private int _flows;

    private NamespaceStations(NamespaceHost host, HostProcess process)
    {
        (_host, _process) = (host, process);
        _talker = new Talker("the stations of the namespace lab", process.Input, process.Lines);
    }

    /// <summary>Starts the talker; all stations listen on <see cref="Flow.ServicePort"/> when it returns.</summary>
    /// <remarks>The setup decides whether and how the host answers on published ports.</remarks>
    public static async Task<NamespaceStations> StartAsync(
        NamespaceHost host, NamespaceSetup setup, CancellationToken cancellation)
    {
        var stations = new NamespaceStations(
            host, await HostProcess.StartAsync(host, Talker.Script, cancellation).ConfigureAwait(false));
        try
        {
            // A container in the host's namespace shares the host's ports, so only one of the two can listen on them.
            var listening = host.Topology.Stations.Where(name => name != NamespaceTopology.HostedName)
                .SelectMany(name => Services(name).Select(one => (name, one)))
                .Concat(stations.OfHost(setup).Select(one => (NamespaceTopology.HostName, one)));
            await Task.WhenAll(listening.Select(
                one => stations.ListenAsync(one.Item1, one.Item2, cancellation))).ConfigureAwait(false);
            return stations;
        }
        catch
        {
            await stations.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends a flow; returns its mark, and what its ends saw.</summary>
    public async Task<(byte Mark, Exchanged Exchanged)> SendAsync(
        Flow flow, int packets, int size, TimeSpan patience, Func<Task>? between, CancellationToken cancellation)
    {
        if (!_host.Topology.Stations.Contains(flow.From.Name))
            throw new HooktrailException(
                $"The namespace lab has no sender \"{flow.From}\"; it has {string.Join(", ", _host.Topology.Stations)}.");
        if (packets > 1
            && (flow.Protocol == Protocol.Arp || flow.Encapsulation != Encapsulation.None || flow.As is not null))
            throw new HooktrailException(
                $"\"{flow}\" cannot be sent {packets} times in one observation, because its frames carry no sequence number; send it {packets} times separately.");
        if (flow.As is not null
            && (flow is not { Protocol: Protocol.Udp, Ip: IpVersion.V4, Port: Flow.MutePort }
                || flow.From.Kind is not (EndpointKind.Container or EndpointKind.Wan)))
            throw new CannotSendException(
                $"\"{flow}\" cannot have a spoofed source: only an IPv4 datagram to port {Flow.MutePort} from a container or the WAN can.");
        // TCP has one connection, even if several packets are asked for.
        if (flow.Protocol == Protocol.Tcp)
            packets = 1;
        // Marks differ in the upper four bits, as IPv6 requires. A port is reused only after more flows than fit into
        // the minute for which TCP remembers it.
        var number = _flows++;
        var mark = (byte)((1 + number % 15) << 4);
        var sourcePort = 20_000 + number % 40_000;
        await _talker.MarkAsync(mark, cancellation).ConfigureAwait(false);

        var sent = 0;
        var (answered, told) = (ImmutableSortedSet.CreateBuilder<int>(), ImmutableSortedSet.CreateBuilder<int>());
        int[] rounds = between is null || packets < 2 ? [packets] : [1, packets - 1];
        foreach (var (round, count) in rounds.Index())
        {
            if (round > 0)
                await between!().ConfigureAwait(false);
            var result = flow is { Protocol: Protocol.Arp, From.Kind: EndpointKind.Host }
                ? await AskAsync(flow, cancellation).ConfigureAwait(false)
                : await _talker.SendAsync(
                    Talk(flow, mark, sourcePort, count, size, patience, sent) with
                    {
                        NamespaceOf = _host[flow.From.Name].Session.ProcessId
                    },
                    cancellation).ConfigureAwait(false);
            answered.UnionWith(result.Answered.Select(one => one + sent));
            told.UnionWith(result.Told.Select(one => one + sent));
            sent += result.Sent;
        }

        var heard = await _talker.TakeHeardAsync(cancellation: cancellation).ConfigureAwait(false);
        return (mark, new Exchanged(sent, answered.ToImmutable())
        {
            Told = told.ToImmutable(),
            Heard = [.. heard.Where(one => one.Port == sourcePort)
                .Select(one => (one.Number, Endpoint.Parse(StationOf(one))))],
            LocalPort = flow.HasPorts ? sourcePort : null,
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _talker.DisposeAsync().ConfigureAwait(false);
        await _process.DisposeAsync().ConfigureAwait(false);
    }

    // A listener's id consists of its station and its kind.
    private Task ListenAsync(string station, Listening what, CancellationToken cancellation) =>
        _talker.ListenAsync(
            what with { Id = $"{station}/{what.Id}", NamespaceOf = _host[station].Session.ProcessId }, cancellation);

    private static string StationOf(Heard heard) =>
        heard.Listener[..heard.Listener.IndexOf('/', StringComparison.Ordinal)];

    private static IEnumerable<Listening> Services(string station) =>
    [
        .. from ip in Enum.GetValues<IpVersion>()
           from protocol in station == NamespaceTopology.HostName
               ? [Protocol.Tcp]
               : (Protocol[])[Protocol.Tcp, Protocol.Udp]
           select new Listening($"{protocol.Name()}-{ip.Name()}", protocol, ip, Flow.ServicePort),
        // Hears a broadcast and does not answer.
        new Listening("ear", Protocol.Udp, IpVersion.V4, Flow.MutePort) { IsMute = true },
    ];

    // The host's kernel asks when it needs an address that it has forgotten; a frame from a socket would bypass the ARP
    // hooks (net/ipv4/arp.c, arp_xmit). The answer comes before the command returns, or never.
    private async Task<TalkResult> AskAsync(Flow flow, CancellationToken cancellation)
    {
        var address = _host.Addresses[flow.To.Name, AddressFamily.InterNetwork];
        var device = flow.To.Network ?? LabNames.WanNic;
        var known = await _host.Host.RunAsync(
            "ask by ARP",
            $$"""
            ip neigh del {{address}} dev {{device}}
            ip neigh replace {{address}} dev {{device}} use
            for i in {1..10}; do
                state=$(ip neigh show {{address}} dev {{device}})
                case $state in *REACHABLE*) break ;; esac
            done
            ip neigh replace {{address}} dev {{device}} lladdr {{NamespaceAddresses.Mac(address)}} nud permanent
            echo "$state"
            """,
            cancellation).ConfigureAwait(false);
        return new(
            0,
            [new(1, known[^1].Contains("REACHABLE", StringComparison.Ordinal) ? Fate.Answered : Fate.Timeout, null)]);
    }

    // The host has many addresses. It answers from the one that was addressed, except through an older userland proxy.
    private IEnumerable<Listening> OfHost(NamespaceSetup setup) =>
    [
        .. OnEachAddress("service", Protocol.Udp, Flow.ServicePort),
        .. from published in setup.Docker is not null && setup.UserlandProxy ? PublishedPort.OfLab : []
           from protocol in (Protocol[])[Protocol.Tcp, Protocol.Udp]
           from one in protocol == Protocol.Tcp || DockerRules.ProxyHasPktinfo(setup.Docker!.Value)
               ? OnEachAddress("proxy", protocol, published.Port)
               : Enum.GetValues<IpVersion>().Select(ip => new Listening(
                   $"proxy-{protocol.Name()}-{ip.Name()}-{published.Port}", protocol, ip, published.Port))
           select one,
    ];

    private IEnumerable<Listening> OnEachAddress(string what, Protocol protocol, int port) =>
        from named in _host.Addresses.All
        where named.Name is LabNames.HostOnWan or LabNames.HostOnLoopback
            || named.Name.EndsWith(".gateway", StringComparison.Ordinal)
        let ip = named.Address.AddressFamily == AddressFamily.InterNetwork ? IpVersion.V4 : IpVersion.V6
        select new Listening($"{what}-{protocol.Name()}-{named.Address}-{port}", protocol, ip, port)
        {
            Address = named.Address.ToString()
        };

    private Talking Talk(Flow flow, byte mark, int sourcePort, int count, int size, TimeSpan patience, int before)
    {
        if (flow.Encapsulation != Encapsulation.None || flow.As is not null)
            return Talking.Frame("eth0", Frames.Of(flow, _host.Addresses, mark, sourcePort));
        var family = flow.Ip == IpVersion.V4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        var device = flow.From.Kind == EndpointKind.Host ? flow.To.Network ?? LabNames.WanNic : "eth0";
        return FlowTalking.Of(
            flow, name => _host.Addresses[name, family].ToString(), port => port,
            device, mark, sourcePort, count, size, patience, before);
    }
}
