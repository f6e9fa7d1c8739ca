using Hooktrail.Model.Devices;
using Hooktrail.Model.Ip;
using Hooktrail.Model.Netfilter;
using Hooktrail.Model.Network;

namespace Hooktrail.Model;

/// <summary>A packet after its walk through the host.</summary>
internal sealed record Walked(Leg Leg, Trail Trail, Packet Packet);

/// <summary>What the two endpoints of a flow do: one asks, the other answers what it saw.</summary>
internal sealed class Exchange(Flow flow, ConnectionTable connections)
{
    private enum Taking
    {
        None,
        Read,
        Unread,
    }

    private Address _asker;
    private TrackedConnection? _tracked;

    /// <summary>
    /// The legs of one exchange that take place, in order: for TCP the whole connection, otherwise a request and its
    /// answer. <paramref name="number"/> counts exchanges from 1.
    /// </summary>
    public IEnumerable<Walked> Run(Host host, int number) =>
        flow.IsEstablished ? GoOn(host)
        : flow.Protocol == Protocol.Tcp ? Connect(host)
        : AskAndAnswer(host, number);

    /// <summary>
    /// Lets a connection begin on a host that refuses nothing; gives the request and where it arrived, or how far it
    /// got if there can be no such connection.
    /// </summary>
    public (Walked Request, bool IsOpen) Open(Host host)
    {
        var refusesNothing = host.RefusesNothing;
        Walked? first = null;
        var isOpen = false;
        foreach (var leg in flow.Protocol == Protocol.Tcp
            ? Connect(refusesNothing)
            : AskAndAnswer(refusesNothing, number: 1))
        {
            first ??= leg;
            isOpen = flow.Protocol == Protocol.Tcp
                ? leg.Leg is { Direction: Direction.Request, Packet: 2 }
                : leg.Leg.Direction == Direction.Reply && leg.Trail.Outcome == Outcome.Delivered(Home(flow.From));
            if (isOpen)
                break; // no later segment is walked
        }

        if (isOpen || first!.Trail.Outcome.Kind != OutcomeKind.Delivered)
            return (first!, isOpen);
        var never = Outcome.Vanished(
            first.Trail.Hops.LastOrDefault()?.Point, "nothing that comes back opens a connection, so it cannot exist");
        return (first with { Trail = new(first.Trail.Hops, never) }, false);
    }

    /// <summary>The connection whose first packet this was.</summary>
    public OpenConnection ConnectionOf(Packet first)
    {
        var (source, destination) = first.Passage.Arrived;
        return new(
            _asker.Name, Asked(first).Name, source.Name, (destination.Name, destination.Port),
            connections.Entry?.Mark ?? 0, connections.Entry is not null);
    }

    /// <summary>A packet of a connection that exists, and its answer.</summary>
    private IEnumerable<Walked> GoOn(Host host)
    {
        _tracked = TrackedFlow.Find(host, flow);
        if (_tracked is null)
        {
            var (first, isOpen) = Open(host);
            return isOpen ? AskAndAnswer(host, number: 1) : [first];
        }

        if (_tracked.IsOffloaded)
            return [new(Leg.Request, PastTheHooks, Request(host, FirstContent()))];
        connections.Add(TrackedFlow.EntryOf(_tracked, host));
        return AskAndAnswer(host, number: 1);
    }

    // nf_flow_offload_ip_hook, at ingress.
    private static Trail PastTheHooks => new([], new(
        OutcomeKind.Unknown, null, null, "a flowtable forwards the packets of this connection, past the hooks"));

    private IEnumerable<Walked> AskAndAnswer(Host host, int number)
    {
        var request = Ask(host, FirstContent());
        LoseUnread(request);
        yield return new(new(Direction.Request, number), TrailOf(request), request);

        var reply = Answer(request, AnswerContent(), flow.Protocol == Protocol.Tcp ? Segment(TcpFlags.Rst) : null);
        if (request.Passage.Error is { } error)
            yield return new(new(Direction.Error, number), TrailOf(error), error);
        if (reply is not null)
            yield return new(new(Direction.Reply, number), TrailOf(reply), reply);
    }

    private IEnumerable<Walked> Connect(Host host)
    {
        var syn = Ask(host, Segment(TcpFlags.Syn));
        yield return new(Leg.Request, TrailOf(syn), syn);

        var answer = Answer(syn, Segment(TcpFlags.Syn | TcpFlags.Ack), Segment(TcpFlags.Rst | TcpFlags.Ack));
        if (syn.Passage.Error is { } reset)
            yield return new(Leg.Error, TrailOf(reset), reset);
        if (answer is null)
            yield break;
        yield return new(Leg.Reply, TrailOf(answer), answer);

        if (answer.Content.Flags.HasFlag(TcpFlags.Rst) || OutcomeOf(answer) != Outcome.Delivered(Home(flow.From)))
            yield break;
        // The end that got the SYN-ACK sends on at once, whether its segments arrive or not. The other end closes only
        // when all have arrived.
        var arrives = true;
        Packet? received = null;
        foreach (var flags in new[] { TcpFlags.Ack, TcpFlags.Psh | TcpFlags.Ack, TcpFlags.Fin | TcpFlags.Ack })
        {
            var segment = Ask(host, Segment(flags));
            var packet = flags switch { TcpFlags.Ack => 2, TcpFlags.Psh | TcpFlags.Ack => 3, _ => 4 };
            var leg = new Leg(Direction.Request, packet);
            yield return new(leg, TrailOf(segment), segment);
            if (segment.Passage.Error is { } told)
            {
                yield return new(leg with { Direction = Direction.Error }, TrailOf(told), told);
                if (packet < 4 && told.Passage.OutcomeFor(flow.From).Kind == OutcomeKind.Delivered)
                {
                    yield return new(leg with { Packet = packet + 1 }, IsToldToEnd(segment), segment);
                    yield break;
                }
            }

            arrives = arrives && OutcomeOf(segment).Kind == OutcomeKind.Delivered;
            if (arrives && leg.Packet == 3)
                received = Answer(segment, Segment(TcpFlags.Ack));
            if (arrives && leg.Packet == 4 && Answer(segment, Segment(TcpFlags.Fin | TcpFlags.Ack)) is { } end)
            {
                var trail = IsOfAnother(received) ? Unforeseen(received!) : TrailOf(end);
                yield return new(new(Direction.Reply, 2), trail, end);
            }
        }
    }

    /// <summary>
    /// The acknowledgement of the data is no leg, because it takes the way of the FIN. But where conntrack does not
    /// know the connection yet, it takes that segment for the first one (<c>nf_ct_tcp_loose</c>). NAT may then give it
    /// another source or destination, and to whom it comes it belongs to another connection.
    /// </summary>
    private bool IsOfAnother(Packet? acknowledgement) =>
        acknowledgement?.Passage.Arrived is { Source.Name: not null } arrived
        && (arrived.Source != Asked(acknowledgement) || arrived.Destination != _asker);

    private static Trail Unforeseen(Packet acknowledgement) => new([], Outcome.Unknown(
        acknowledgement.Passage.Last ?? throw new InvalidOperationException("It came by no hook."),
        "NAT took the acknowledgement before it for another connection, whose receiver resets it, and whether the FIN is sent before is a matter of moments"));

    // A reset ends the connection; an ICMP error is told to the program only if it asks for errors (IP_RECVERR;
    // net/ipv4/tcp_ipv4.c, tcp_v4_err).
    private static Trail IsToldToEnd(Packet segment) => new([], Outcome.Unknown(
        segment.Passage.Last ?? throw new InvalidOperationException("It was rejected at no hook."),
        "the sender learns that the segment before it was rejected, and whether it sends on depends on its program"));

    /// <summary>Walks a packet of the end that speaks first as far as it gets.</summary>
    private Packet Ask(Host host, Content content)
    {
        var request = Request(host, content);
        Send(request, flow.From, flow.By);
        return request;
    }

    private Packet Request(Host host, Content content)
    {
        var destination = AskedOn(host);
        // The socket of a connection that exists has its address, whatever the routes say now.
        var bound = flow.As ?? (_tracked is null ? null : host.Wiring.NameOf(_tracked.Original.Source.Address));
        var isHosts = flow.From.Kind == EndpointKind.Host && bound is null;
        var own = bound ?? (isHosts ? Wiring.Unspecified : host.Wiring.AddressOf(flow.From, other: flow.To, flow.Ip))
            ?? throw new HooktrailException(
                $"{flow.From} has no address to send from to {destination}; give another sender or another version of IP.");
        var request = new Packet(
            host, connections, content,
            new(own, flow.HasPorts ? Address.AnyPort : 0), new(destination, flow.HasPorts ? flow.Port : 0))
        {
            Ttl = flow.Ttl,
            Encapsulation = flow.Encapsulation,
            // A socket of TCP or UDP is connected. Over IPv4 the route is looked up again with the source that the first
            // look-up has chosen (include/net/route.h, ip_route_connect); over IPv6 only if the first found none
            // (net/ipv6/ip6_output.c, ip6_dst_lookup_tail).
            IsUnbound = isHosts
                && (flow.Ip == IpVersion.V6 ? host.Wiring.IsReached(destination) : flow.Protocol == Protocol.Icmp),
        };
        if (isHosts)
            request.Source = request.Source with { Name = SourceOf(request) };
        _asker = request.Source;
        return request;
    }

    // Without a route IPv6 chooses among all of the host's addresses, and tries again with that one. IPv4 chooses none
    // and sends no packet.
    private string SourceOf(Packet request)
    {
        var (wiring, destination) = (request.Wiring, request.Destination.Name);
        return wiring.SourceTowards(
                destination, flow.Ip.Family(), found => Multipath.Chosen(request, found, source: null))
            ?? (flow.Ip == IpVersion.V6 ? wiring.AddressOn("", Family.IPv6, destination) : null)
            ?? Wiring.Unspecified;
    }

    /// <summary>
    /// Sends the answer to a request, from and to the addresses that the request arrived with; null where nothing
    /// answers. <paramref name="refusal"/> answers where no socket has the port; where it is null, an error does.
    /// </summary>
    private Packet? Answer(Packet request, Content content, Content? refusal = null)
    {
        if (request.Passage.OutcomeFor(flow.To).To is not { } receiver
            || flow.IsBroadcast || flow.Encapsulation != Encapsulation.None)
            return null;
        if (request.Passage.Parts is > 0 and var parts && parts < flow.Fragments)
            return null; // it cannot put the packet together
        if (flow is { Protocol: Protocol.Udp, Port: Flow.MutePort })
            return null;
        if (!request.Wiring.HasRoute(receiver, request.Passage.Arrived.Source.Name))
            return null; // it cannot answer, whatever it heard
        if (request.Wiring.Has(receiver, request.Passage.Arrived.Source.Name))
            return null; // what it answers itself does not leave it
        if (receiver.Kind == EndpointKind.Host)
            switch (HostTakes(request))
            {
                case Taking.None:
                    Refuse(request);
                    return null;
                // The kernel opens the connection and acknowledges; what a process would send never comes.
                case Taking.Unread when content.Flags is not (TcpFlags.Ack or (TcpFlags.Syn | TcpFlags.Ack)):
                    return null;
            }

        if (receiver.Kind != EndpointKind.Host && flow.HasPorts && !IsEnd(request)
            && !request.Wiring.Listens(receiver, flow.Protocol, request.Passage.Arrived.Destination))
        {
            if (refusal is null)
            {
                var error = request.Passage.Error = Unreachable(request);
                Send(error, receiver, request.Passage.ArrivedBy);
                RefuseForeign(error, request);
                return null;
            }

            content = refusal;
        }

        var reply = new Packet(
            request.Host, connections, content,
            source: AnsweringAddress(request, receiver), destination: request.Passage.Arrived.Source);
        Send(reply, receiver, request.Passage.ArrivedBy);
        if (flow.HasPorts && reply.Passage.OutcomeFor(flow.From).Kind == OutcomeKind.Delivered)
            RefuseOfOthers(reply, Asked(request));
        return reply;
    }

    /// <summary>
    /// A socket takes an answer only from the address that it asked, to the one that it asked from. An echo is known by
    /// its id.
    /// </summary>
    private void RefuseOfOthers(Packet reply, Address asked)
    {
        var (source, destination) = reply.Passage.Arrived;
        if (source != asked)
            reply.Passage.Refuse($"it comes from {source}, and {flow.From} awaits one from {asked}");
        else if (destination != _asker)
            reply.Passage.Refuse($"it is for {destination}, and {flow.From} sent from {_asker}");
    }

    /// <summary>
    /// The address that was asked. Docker's userland proxy is bound to no address. Before 28.0 the kernel chose the
    /// source of its datagrams by the route back (moby pull request 48571).
    /// </summary>
    private Address AnsweringAddress(Packet request, Endpoint receiver)
    {
        var (source, asked) = request.Passage.Arrived;
        var isByProxy = receiver.Kind == EndpointKind.Host && flow.Protocol == Protocol.Udp
            && request.Wiring.Topology.IsOfProfile && asked.Port != Flow.ServicePort;
        return isByProxy && !request.Host.Profile.ProxyPktinfo
            ? asked with { Name = request.Wiring.SourceTowards(source.Name, request.Family) ?? asked.Name }
            : asked;
    }

    /// <summary>The address that is asked, as the sender knows it.</summary>
    private Address Asked(Packet packet) => new(AskedOn(packet.Host), flow.Port);

    private string AskedOn(Host host) => AskedOn(host, flow);

    internal static string AskedOn(Host host, Flow flow) => flow.Via ?? host.Wiring.AddressOf(flow.To, other: flow.From, flow.Ip)
        ?? throw new HooktrailException($"{flow.To} has no address that {flow.From} could ask; give one.");

    /// <summary>
    /// The error that a container or the WAN sends about a request to a port without a socket (<c>__udp4_lib_rcv</c>).
    /// It quotes the request as it arrived.
    /// </summary>
    private Packet Unreachable(Packet request)
    {
        var (source, destination) = request.Passage.Arrived;
        var about = request.Clone();
        (about.Source, about.Destination) = (source, destination);
        return new(
            request.Host, connections, Content.OfIcmp(Kind.IcmpError, request.Family, (3, 3)) with { About = about },
            new(destination.Name), new(source.Name));
    }

    /// <summary>
    /// Whether the packet arrived at the other end of the connection that is tracked. Of TCP that is a socket of its
    /// own, which stays where no socket listens any more.
    /// </summary>
    private bool IsEnd(Packet request) =>
        _tracked is { Protocol: Protocol.Tcp, Reply.Source: var end }
        && request.Passage.Arrived.Destination == TrackedFlow.AddressOf(end, request.Wiring);

    /// <summary>
    /// Whether a host-network container or Docker has a socket on the port, and whether a process reads from it.
    /// </summary>
    private Taking HostTakes(Packet request)
    {
        var asked = request.Passage.Arrived.Destination;
        if (!flow.HasPorts || IsEnd(request))
            return Taking.Read;
        if (!request.Wiring.Topology.IsOfProfile)
            return request.Wiring.Listens(Endpoint.Host, flow.Protocol, asked) ? Taking.Read : Taking.None;
        if (asked.Port == Flow.ServicePort)
            return Taking.Read;
        return request.Host.Profile.SocketOn(flow.Protocol, flow.Ip, asked.Port) switch
        {
            null => Taking.None,
            { IsRead: true } => Taking.Read,
            _ => Taking.Unread,
        };
    }

    /// <summary>A datagram that no process reads is lost without an error.</summary>
    private void LoseUnread(Packet request)
    {
        if (flow.Protocol == Protocol.Udp
            && request.Passage.OutcomeFor(flow.To).To is { Kind: EndpointKind.Host }
            && HostTakes(request) == Taking.Unread)
            request.Passage.Refuse("a socket has the port, so no error is sent, and no process reads from it");
    }

    // The kernel tells a socket only of its own packets. An error that conntrack did not see speaks of the translated
    // packet.
    private void RefuseForeign(Packet error, Packet request)
    {
        if (error.Connection is null && error.Content.About!.Destination != Asked(request)
            && error.Passage.OutcomeFor(flow.From).Kind == OutcomeKind.Delivered)
            error.Passage.Refuse(
                $"it speaks of a packet for {error.Content.About.Destination}, and {flow.From} sent one for {Asked(request)}");
    }

    /// <summary>The host's answer without a socket (<c>tcp_v4_send_reset</c>, <c>__udp4_lib_rcv</c>).</summary>
    private void Refuse(Packet request)
    {
        if (flow.Protocol == Protocol.Udp)
        {
            HostMessages.PortUnreachable(request);
            if (request.Passage.Error is { } error)
                RefuseForeign(error, request);
            return;
        }

        var (source, destination) = request.Passage.Arrived;
        var reset = new Packet(request.Host, connections, Segment(TcpFlags.Rst | TcpFlags.Ack), destination, source)
        {
            // To the loopback address of IPv6 a reset leaves by the device that has the address which was asked
            // (net/ipv6/tcp_ipv6.c, tcp_v6_send_response; measured on 6.18).
            MustLeaveBy = request.Family == Family.IPv6 && request.Wiring.IsLoopback(source.Name)
                ? request.Wiring.DeviceOf(destination.Name)
                : null,
        };
        request.Passage.Error = reset;
        LocalOutput.Send(reset);
    }

    /// <summary>
    /// The sender sends. What is outside sends by the device of the host that it is asked by, or from which it was
    /// asked; null for that of the route to it.
    /// </summary>
    private void Send(Packet packet, Endpoint sender, string? by)
    {
        switch (sender.Kind)
        {
            case EndpointKind.Host when packet.Family == Family.Arp:
                Arp.Send(packet);
                break;
            case EndpointKind.Host:
                packet.Reassembled = flow.Fragments; // cut behind POSTROUTING, like one that came in fragments
                LocalOutput.Send(packet);
                break;
            case EndpointKind.Container:
                SendFromContainer(packet, sender);
                break;
            default:
                packet.Device = by ?? packet.Wiring.DeviceTowards(sender.Name) // whatever source it writes
                    ?? throw new HooktrailException(
                        $"No route of the host leads to {sender}; say by which device its packets come in.");
                if (packet.Wiring.IsPort(packet.Device))
                    packet.Mac = packet.Wiring.MacFromOutside(
                        packet.Destination.Name, packet.Wiring.BridgeOf(packet.Device));
                Arrive(packet);
                break;
        }
    }

    private void SendFromContainer(Packet packet, Endpoint sender)
    {
        var wiring = packet.Wiring;
        if (wiring.Leaves(sender, packet.Destination.Name) is not var (port, next))
        {
            if (wiring.IsUnattached(sender))
                packet.End(new(
                    OutcomeKind.Unknown, null, null, $"the model does not know how {sender} is attached"));
            else
                packet.Vanish($"{sender} {WhyNoRoute(wiring, sender)} no route to {packet.Destination.Name}");
            return;
        }

        packet.Device = port;
        if (Resolution.Address(packet, port, next))
            Arrive(packet);
    }

    private static string WhyNoRoute(Wiring wiring, Endpoint sender) =>
        wiring.Topology.Networks.Any(network => network.Device == sender.Network && network.IsInternal)
            ? "is on an internal network and has"
            : "has";

    private void Arrive(Packet packet)
    {
        if (flow.Fragments == 1)
            NetworkDevice.Receive(packet);
        else
            for (var number = 1; number <= flow.Fragments; number++)
                NetworkDevice.Receive(packet.Part(number, flow.Fragments));
    }

    /// <summary>
    /// A broadcast has many receivers, even where the network has only one besides the sender. For an ARP request the
    /// endpoint that was asked for counts, if the packet got there.
    /// </summary>
    private Outcome OutcomeOf(Packet packet)
    {
        var outcome = flow.Protocol == Protocol.Arp ? packet.Passage.OutcomeFor(Home(flow.To)) : packet.Passage.Outcome;
        return flow.IsBroadcast && outcome.Kind == OutcomeKind.Delivered ? Outcome.Delivered(flow.To) : outcome;
    }

    private Trail TrailOf(Packet packet) => new(packet.Passage.Hops, OutcomeOf(packet));

    /// <summary>The endpoint that gets a packet: for a host-network container, the host.</summary>
    private static Endpoint Home(Endpoint endpoint) => endpoint.Kind == EndpointKind.Host ? Endpoint.Host : endpoint;

    private Content FirstContent() => flow.Protocol switch
    {
        Protocol.Tcp => Segment(TcpFlags.Psh | TcpFlags.Ack),
        Protocol.Arp => new(Kind.ArpRequest, Family.Arp),
        Protocol.Udp => new(Kind.Udp, flow.Ip.Family()),
        _ => Content.OfIcmp(Kind.EchoRequest, flow.Ip.Family(), (8, 0)),
    };

    private Content AnswerContent() => flow.Protocol switch
    {
        Protocol.Tcp => Segment(TcpFlags.Psh | TcpFlags.Ack),
        Protocol.Arp => new(Kind.ArpReply, Family.Arp),
        Protocol.Udp => new(Kind.Udp, flow.Ip.Family()),
        _ => Content.OfIcmp(Kind.EchoReply, flow.Ip.Family(), (0, 0)),
    };

    private Content Segment(TcpFlags flags) => new(Kind.Tcp, flow.Ip.Family()) { Flags = flags };
}
