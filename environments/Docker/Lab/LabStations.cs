using Hooktrail.Labs;
using Hooktrail.Observation;
using Hooktrail.Stations.Talk;

namespace Hooktrail.Docker.Lab;

internal sealed class LabStations(
    ImmutableDictionary<Endpoint, Station> stations, LabAddresses addresses, Shell probe, bool proxyPktinfo)
{
    private static readonly ImmutableArray<byte> Marks =
    [
        .. Enumerable.Range(1, 15)
            .Select(bits => (byte)(bits << 4))
            .Where(mark => (mark & InternetControl) != InternetControl)
    ];

    // net/ipv4/icmp.c, __icmp_send: an error adds these bits to the type of service of the packet that caused it.
    private const byte InternetControl = 0xC0;

    private int _flows;
    // The mark of the listeners' answers; null if some listeners may not know it.
    private byte? _mark;

    public Task TalkAsync(CancellationToken cancellation) => Task.WhenAll(stations.Select(pair => pair.Value.TalkAsync(
        pair.Key.Kind == EndpointKind.Host ? OfHost() : OfContainer(), cancellation)));

    /// <exception cref="CannotSendException">The lab cannot carry it.</exception>
    public async Task<(byte Mark, Exchanged Exchanged)> SendAsync(
        Flow flow, Sending sending, Func<Task>? between, CancellationToken cancellation)
    {
        if (Obstacle(flow) is { } obstacle)
            throw new CannotSendException(obstacle);
        // Marks differ in the upper four bits, as IPv6 requires, and never equal the type of service of ICMP errors. A
        // port is reused only after more flows than fit into the minute for which TCP remembers it.
        var number = _flows++;
        var (mark, next) = (Marks[number % Marks.Length], Marks[(number + 1) % Marks.Length]);
        var sourcePort = 20_000 + number % 40_000;
        var talkers = stations.ToImmutableDictionary(pair => pair.Key, pair => pair.Value.Talker);
        if (_mark != mark)
            await Task.WhenAll(
                talkers.Values.Select(talker => talker.MarkAsync(mark, cancellation))).ConfigureAwait(false);
        _mark = null;

        var sent = 0;
        var (answered, told) = (ImmutableSortedSet.CreateBuilder<int>(), ImmutableSortedSet.CreateBuilder<int>());
        int[] rounds = between is null || sending.Packets < 2 ? [sending.Packets] : [1, sending.Packets - 1];
        foreach (var count in rounds)
        {
            if (sent > 0)
                await between!().ConfigureAwait(false);
            var result = flow is { Protocol: Protocol.Arp, From.Kind: EndpointKind.Host }
                ? await AskAsync(flow, cancellation).ConfigureAwait(false)
                : await talkers[SpeakerFor(flow.From)].SendAsync(
                    Talk(flow, mark, sourcePort, count, sending, sent), cancellation).ConfigureAwait(false);
            answered.UnionWith(result.Answered.Select(one => one + sent));
            told.UnionWith(result.Told.Select(one => one + sent));
            sent += result.Sent;
        }

        var heard = ImmutableArray.CreateBuilder<(int, Endpoint)>();
        var said = await Task.WhenAll(talkers.Select(
            async pair => (pair.Key, Heard: await pair.Value.TakeHeardAsync(next, cancellation).ConfigureAwait(false))))
            .ConfigureAwait(false);
        _mark = next;
        foreach (var (by, all) in said)
            heard.AddRange(all.Where(one => one.Port == sourcePort)
                .Select(one => (one.Number, by.Kind == EndpointKind.Host ? Endpoint.Host : by)));
        return (mark, new Exchanged(sent, answered.ToImmutable())
        {
            Told = told.ToImmutable(),
            Heard = heard.ToImmutable(),
            LocalPort = flow.HasPorts ? sourcePort : null,
        });
    }

    /// <summary>One container speaks for the host and for itself.</summary>
    public static Endpoint SpeakerFor(Endpoint endpoint) =>
        endpoint.Kind == EndpointKind.Host ? Endpoint.Hosted : endpoint;

    // Why this lab cannot carry the flow; null if it can.
    private string? Obstacle(Flow flow)
    {
        if (flow.Encapsulation != Encapsulation.None)
            return $"The Docker lab cannot send VLAN or PPPoE frames; send \"{flow}\" in the namespace lab.";
        if (flow.As is not null)
            return $"The Docker lab cannot send packets with a spoofed source; send \"{flow}\" in the namespace lab.";
        if (flow.Protocol == Protocol.Arp && !Containers.AsksByArp(flow.From))
            return $"The container {flow.From} lacks the capability NET_RAW for sending frames; send the ARP request from client, wan or host, or in the namespace lab.";
        // Observed with 20.10.24: the packet leaves the container. Docker's IPv4 rules drop it in
        // FORWARD; for IPv6 there are none.
        if (addresses.InsiderHasRoute && flow.Protocol != Protocol.Arp && !flow.IsBroadcast
            && ((flow.From == Endpoint.Insider
                && FlowTalking.DestinationName(flow) != LabNames.GatewayOf(Endpoint.Insider.Network!))
                || (flow.To == Endpoint.Insider
                    && flow.Ip == IpVersion.V6
                    && flow.From.Kind is (EndpointKind.Container or EndpointKind.Wan))))
            return "This Docker Engine gives containers on an internal network a default route, which the model does not cover; send the flow in the namespace lab.";
        // The proxy lets the kernel choose the source by the route. For every loopback address, that is
        // 127.0.0.1, which all runs share.
        if (flow is { Protocol: Protocol.Udp, Ip: IpVersion.V4 } && flow.Port != Flow.ServicePort && !proxyPktinfo
            && FlowTalking.DestinationName(flow) == LabNames.HostOnLoopback)
            return "The userland proxy of this Docker Engine answers every datagram to a loopback address from 127.0.0.1, which is not the lab's address; send the flow in the namespace lab.";
        return null;
    }

    private static IEnumerable<Listening> OfContainer() =>
    [
        .. from ip in Enum.GetValues<IpVersion>()
           from protocol in (Protocol[])[Protocol.Tcp, Protocol.Udp]
           select new Listening($"{protocol.Name()}-{ip.Name()}", protocol, ip, Flow.ServicePort),
        // Hears a broadcast and does not answer.
        new Listening("ear", Protocol.Udp, IpVersion.V4, Flow.MutePort) { IsMute = true },
    ];

    // The host may have other services and other runs, so these listeners bind only to the lab's addresses.
    private IEnumerable<Listening> OfHost() =>
    [
        .. from ip in Enum.GetValues<IpVersion>()
           from name in (string[])
               [LabNames.HostOnWan, LabNames.HostOnLoopback, .. addresses.Networks.Select(LabNames.GatewayOf)]
           from protocol in (Protocol[])[Protocol.Tcp, Protocol.Udp]
           select new Listening($"{protocol.Name()}-{ip.Name()}-{name}", protocol, ip, Flow.ServicePort)
           {
               Address = addresses[name, ip].ToString()
           },
        .. from network in addresses.Networks
           select new Listening($"ear-{network}", Protocol.Udp, IpVersion.V4, Flow.MutePort)
           {
               Address = addresses[LabNames.BroadcastOf(network), IpVersion.V4].ToString(),
               IsMute = true,
           },
    ];

    // The kernel itself must ask, as it does for a neighbour that it has forgotten: a frame that a socket writes would
    // bypass the ARP hooks (net/ipv4/arp.c, arp_xmit).
    private async Task<TalkResult> AskAsync(Flow flow, CancellationToken cancellation)
    {
        var address = addresses[flow.To.Name, IpVersion.V4];
        var device = addresses.Device(flow.To.Network ?? LabNames.WanNic);
        var known = await probe.RunAsync(
            "ask by ARP",
            $$"""
            ip neigh del {{address}} dev {{device}} 2>/dev/null
            ip neigh replace {{address}} dev {{device}} use
            for i in {1..10}; do
                state=$(ip neigh show {{address}} dev {{device}})
                case $state in *REACHABLE*) break ;; esac
            done
            echo "$state"
            """,
            cancellation).ConfigureAwait(false);
        return new(
            0,
            [new(1, known[^1].Contains("REACHABLE", StringComparison.Ordinal) ? Fate.Answered : Fate.Timeout, null)]);
    }

    private Talking Talk(Flow flow, byte mark, int sourcePort, int count, Sending sending, int before)
    {
        var device = flow.From.Kind == EndpointKind.Host
            ? addresses.Device(flow.To.Network ?? LabNames.WanNic)
            : "eth0";
        // For a packet to itself the kernel would choose 127.0.0.1 as the source, which all runs share.
        var source = flow.From.Kind == EndpointKind.Host && FlowTalking.DestinationName(flow) == LabNames.HostOnLoopback
            ? addresses[LabNames.HostOnLoopback, flow.Ip].ToString()
            : null;
        return FlowTalking.Of(
            flow, name => addresses[name, flow.Ip].ToString(), addresses.Port, device, mark,
            sourcePort, count, sending.Size, Allowance.For(sending.Patience), before, source);
    }
}
