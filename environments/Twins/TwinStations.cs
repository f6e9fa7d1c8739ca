using System.Net;
using System.Net.Sockets;
using Hooktrail.Namespaces;
using Hooktrail.Observation;
using Hooktrail.Stations;
using Hooktrail.Stations.Machines;
using Hooktrail.Stations.Talk;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Twins;

/// <summary>
/// The senders and listeners of a twin: sockets listen in the host and its containers where the topology has some, and
/// beyond the host on each address and port that a flow asks for.
/// </summary>
internal sealed class TwinStations : IAsyncDisposable
{
    // An address of the host's own sockets may be any; each is listened on separately, so that answers come from it.
    private const int MostAddresses = 64;

    private readonly TwinParts _parts;
    private readonly TwinEnds _ends;
    private readonly TwinScripts _scripts;
    private readonly ImmutableDictionary<string, Shell> _shells;
    private readonly HostProcess _process;
    private readonly Talker _talker;
    private readonly Dictionary<string, Endpoint> _listeners = [];
    private readonly HashSet<IPAddress> _beyond = [];
    private readonly Dictionary<IPAddress, string?> _devices = [];

    // Each program that is started costs more than the packets of a flow.
    private (BeyondPart Part, IPAddress Sender)? _way;
    private int _flows;

    private TwinStations(
        TwinParts parts, TwinEnds ends, TwinScripts scripts, ImmutableDictionary<string, Shell> shells,
        HostProcess process)
    {
        (_parts, _ends, _scripts, _shells, _process) = (parts, ends, scripts, shells, process);
        _talker = new("the stations of the twin", process.Input, process.Lines);
    }

    /// <summary>Starts the talker and every listener of the topology.</summary>
    public static async Task<TwinStations> StartAsync(
        IMachine machine, TwinParts parts, TwinEnds ends, TwinScripts scripts,
        ImmutableDictionary<string, Shell> shells, CancellationToken cancellation)
    {
        var stations = new TwinStations(
            parts, ends, scripts, shells,
            await HostProcess.StartAsync(machine, shells[TwinParts.Host].Session, Talker.Script, cancellation)
                .ConfigureAwait(false));
        try
        {
            var topology = parts.Topology;
            await stations.ListenAsync(
                TwinParts.Host, Endpoint.Host, topology.Listening,
                [.. topology.Devices.SelectMany(device => device.Addresses).Select(own => own.Address)],
                cancellation).ConfigureAwait(false);
            foreach (var part in parts.Containers)
                await stations.ListenAsync(
                    part.Station, topology.EndpointOf(part.Container), part.Container.Listening,
                    [.. part.Container.Attachments.SelectMany(at => at.Addresses).Select(own => own.Address)],
                    cancellation).ConfigureAwait(false);
            return stations;
        }
        catch
        {
            await stations.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends one request of a flow; returns its mark, and what its ends saw.</summary>
    public async Task<(byte Mark, Exchanged Exchanged)> SendAsync(
        Flow flow, TimeSpan patience, OpenConnection? open, CancellationToken cancellation)
    {
        if (flow.IsBroadcast || flow.Protocol == Protocol.Arp || flow.Encapsulation != Encapsulation.None
            || flow.As is not null || flow.Fragments != 1)
            throw new Labs.CannotSendException(
                $"A twin cannot send \"{flow}\": it sends whole packets of TCP, UDP and ICMP to one receiver.");
        var asked = _ends.Asked(flow);
        var sender = flow.From.Kind == EndpointKind.Wan ? IPAddress.Parse(flow.From.Name) : null;
        if (sender is not null)
            await ReachAsync(sender, cancellation).ConfigureAwait(false);
        await OpenAsync(asked, flow.Protocol, flow.Port, cancellation).ConfigureAwait(false);

        // Marks differ in the upper four bits, as IPv6 requires.
        var number = _flows++;
        var mark = (byte)((1 + number % 15) << 4);
        var port = 20_000 + number % 40_000;
        await _talker.MarkAsync(mark, cancellation).ConfigureAwait(false);
        var from = await StationOfAsync(flow, sender, cancellation).ConfigureAwait(false);
        if (open is not null)
            await OpenAsync(flow, open, port, mark, cancellation).ConfigureAwait(false);
        var talking = open is not null && flow.Protocol == Protocol.Tcp
            ? Talking.In(
                flow.Ip, open.Source, asked.ToString(), flow.Port, port, mark, flow.Ttl, size: 8, patience)
            : Talking.To(
                flow.Protocol, flow.Ip, open?.Source ?? sender?.ToString(), asked.ToString(), flow.Port, port, mark,
                flow.Ttl, count: 1, size: 8, patience);
        var result = await _talker.SendAsync(
            talking with { NamespaceOf = _shells[from].Session.ProcessId }, cancellation).ConfigureAwait(false);
        var heard = await _talker.TakeHeardAsync(cancellation: cancellation).ConfigureAwait(false);
        return (mark, new Exchanged(result.Sent, [.. result.Answered])
        {
            Told = [.. result.Told],
            Heard = [.. heard.Where(one => one.Port == port).Select(one => (one.Number, _listeners[one.Listener]))],
            LocalPort = flow.HasPorts ? port : null,
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _talker.DisposeAsync().ConfigureAwait(false);
        await _process.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>What is beyond the host has the address, and listens there.</summary>
    public async Task OpenAsync(IPAddress address, Protocol protocol, int port, CancellationToken cancellation)
    {
        await ReachAsync(address, cancellation).ConfigureAwait(false);
        if (_ends.IsOutside(address) && protocol is Protocol.Tcp or Protocol.Udp)
            await ListenAsync(TwinParts.Outside, _ends.Of(address), protocol, address, port, cancellation)
                .ConfigureAwait(false);
    }

    /// <summary>The host's conntrack knows the connection, and of TCP the receiver has its end.</summary>
    private async Task OpenAsync(
        Flow flow, OpenConnection open, int port, byte mark, CancellationToken cancellation)
    {
        if (open.IsTracked)
            await _talker.KnowAsync(
                new(
                    flow.Protocol, flow.Ip, (open.Source, port), (open.Destination, flow.Port), open.SeenSource,
                    open.SeenDestination, open.Mark, _shells[TwinParts.Host].Session.ProcessId),
                cancellation).ConfigureAwait(false);
        var own = IPAddress.Parse(open.SeenDestination.Address);
        await ReachAsync(own, cancellation).ConfigureAwait(false);
        if (flow.Protocol != Protocol.Tcp)
            return;
        var receiver = _ends.Of(own);
        var id = string.Create(CultureInfo.InvariantCulture, $"held-{port}");
        _listeners[id] = receiver;
        await _talker.HoldAsync(
            new(id, flow.Ip, open.SeenDestination, (open.SeenSource, port))
            {
                Tos = mark,
                NamespaceOf = _shells[StationOf(receiver)].Session.ProcessId,
            },
            cancellation).ConfigureAwait(false);
    }

    private string StationOf(Endpoint who) => who.Kind switch
    {
        EndpointKind.Host => TwinParts.Host,
        EndpointKind.Wan => TwinParts.Outside,
        _ => _parts.Containers.FirstOrDefault(one => one.Container.Name == who.Name)?.Station
            ?? throw new HooktrailException($"The twin has no container {who} with a namespace of its own."),
    };

    private async Task ReachAsync(IPAddress address, CancellationToken cancellation)
    {
        if (!_ends.IsOutside(address) || !_beyond.Add(address))
            return;
        await _shells[TwinParts.Outside].RunAsync(
            "give an address to what is beyond the host", _scripts.AddressBeyond(address), cancellation)
            .ConfigureAwait(false);
        foreach (var (part, text) in _scripts.NeighboursBeyond(address))
            await _shells[part.Station].RunAsync("tell a container of an address beyond the host", text, cancellation)
                .ConfigureAwait(false);
        if (!_parts.Beyond.IsEmpty)
            await _shells[TwinParts.Host].RunAsync(
                "tell the host of an address beyond it", _scripts.NeighbourBeyond(address), cancellation)
                .ConfigureAwait(false);
    }

    private async Task<string> StationOfAsync(Flow flow, IPAddress? sender, CancellationToken cancellation)
    {
        if (sender is null)
            return StationOf(flow.From);
        var device = flow.By ?? await DeviceToAsync(sender, cancellation).ConfigureAwait(false);
        var part = _parts.Beyond.FirstOrDefault(one => one.Device.Name == device || one.Device.Master == device)
            ?? throw new HooktrailException(
                $"No device that leads out of the host leads to {sender}; say by which its packets come in.");
        if (!Equals(_way, (part, sender)))
            await _shells[TwinParts.Outside].RunAsync(
                "choose the way of requests", TwinScripts.SendsBy(part, sender), cancellation).ConfigureAwait(false);
        _way = (part, sender);
        return TwinParts.Outside;
    }

    private async Task<string?> DeviceToAsync(IPAddress address, CancellationToken cancellation)
    {
        if (_devices.TryGetValue(address, out var known))
            return known;
        var lines = await _shells[TwinParts.Host].RunAsync(
            "find the way to the sender", $"ip -o route get {address}", cancellation).ConfigureAwait(false);
        return _devices[address] =
            string.Join(' ', lines).Split(' ').SkipWhile(word => word != "dev").Skip(1).FirstOrDefault();
    }

    private async Task ListenAsync(
        string station, Endpoint who, ImmutableArray<ListeningSocket> sockets, ImmutableArray<IPAddress> addresses,
        CancellationToken cancellation)
    {
        foreach (var socket in sockets)
        {
            if (socket.Protocol is not ("tcp" or "udp"))
                continue;
            var protocol = socket.Protocol == "tcp" ? Protocol.Tcp : Protocol.Udp;
            foreach (var address in addresses.Where(one => Takes(socket.Address, one)).Take(MostAddresses))
                await ListenAsync(station, who, protocol, address, socket.Port, cancellation).ConfigureAwait(false);
        }
    }

    // A socket on a link-local address would have to name its device, and no flow asks for one.
    private static bool Takes(IPAddress bound, IPAddress address) =>
        !address.IsIPv6LinkLocal && IsOf(bound, address);

    private static bool IsOf(IPAddress bound, IPAddress address) =>
        bound.Equals(address) || bound.Equals(IPAddress.IPv6Any)
        || (bound.Equals(IPAddress.Any) && address.AddressFamily == AddressFamily.InterNetwork);

    private async Task ListenAsync(
        string station, Endpoint who, Protocol protocol, IPAddress address, int port, CancellationToken cancellation)
    {
        var ip = address.AddressFamily == AddressFamily.InterNetwork ? IpVersion.V4 : IpVersion.V6;
        var id = string.Create(CultureInfo.InvariantCulture, $"{station}/{protocol.Name()}-{address}-{port}");
        if (_listeners.TryAdd(id, who))
            await _talker.ListenAsync(
                new Listening(id, protocol, ip, port)
                {
                    Address = address.ToString(),
                    NamespaceOf = _shells[station].Session.ProcessId,
                },
                cancellation).ConfigureAwait(false);
    }
}
