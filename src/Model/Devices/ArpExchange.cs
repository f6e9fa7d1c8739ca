using Hooktrail.Model.Netfilter;
using Hooktrail.Model.Network;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Model.Devices;

/// <summary>
/// Whether the rules of the host let the ARP request pass that a sender needs before its first packet, and the answer;
/// net/ipv4/arp.c, <c>arp_solicit</c> and <c>arp_process</c>. Both are walked like any other packet.
/// </summary>
internal static class ArpExchange
{
    /// <summary>
    /// Whether a container at a port learns the MAC address of its next hop: the host, or a container at another port.
    /// If it does not, the packet ends.
    /// </summary>
    public static bool LetsContainerAsk(Packet packet, string port, string next, string? theirPort)
    {
        if (!DiscoveryRules.Let(packet, port, next))
            return false;
        if (!IsNeeded(packet) || packet.Wiring.Behind(port, packet.Source.Name) is not { } asker)
            return true;
        var wiring = packet.Wiring;
        var bridge = wiring.IsPort(port) ? wiring.BridgeOf(port) : null;
        var source = packet.Source.Name;
        if (theirPort is null)
            return Passes(
                packet, asker, source, Endpoint.Host, next,
                request => FromContainer(request, port, bridge is null ? null : Wiring.BroadcastMac),
                answer => Arp.Send(answer, bridge ?? port, bridge is null ? null : port));
        return wiring.Behind(theirPort, next) is not { Kind: EndpointKind.Container } asked || Passes(
            packet, asker, source, asked, next,
            request => FromContainer(request, port, Wiring.BroadcastMac),
            answer => FromContainer(answer, theirPort, port));
    }

    /// <summary>
    /// Whether the host learns the MAC address of its next hop on the device. If it does not, the packet ends.
    /// </summary>
    public static bool LetsHostAsk(Packet packet, string device, string next)
    {
        // Most hosts have no such rule, and need not search their neighbours for every packet.
        if ((!packet.Host.MayStopArp && packet.Host.RefusesDiscovery.IsEmpty) || !Asks(packet.Wiring, device, next))
            return true;
        if (!DiscoveryRules.Let(packet, device, next))
            return false;
        if (!IsNeeded(packet))
            return true;
        var wiring = packet.Wiring;
        var bridge = wiring.IsBridge(device) ? device : null;
        var port = bridge is null ? device : packet.Mac;
        if (port is null || port == bridge || wiring.Behind(port, next) is not { } asked)
            return true;
        var source = wiring.IsOfHost(packet.Source.Name)
            ? packet.Source.Name
            : wiring.AddressOn(device, Family.IPv4, next) ?? Wiring.Unspecified;
        return Passes(
            packet, Endpoint.Host, source, asked, next,
            request => Arp.Send(request, device, bridge is null ? null : Wiring.BroadcastMac),
            answer => FromContainer(answer, port, bridge));
    }

    private static bool IsNeeded(Packet packet) => packet.Family == Family.IPv4 && packet.Host.MayStopArp;

    private static bool Asks(Wiring wiring, string device, string next) =>
        wiring.Find(device)?.Kind is
            DeviceKind.Nic or DeviceKind.Bridge or DeviceKind.Veth or DeviceKind.Vlan or DeviceKind.Bond
        && !wiring.IsBroadcast(next) && !wiring.IsKnownNeighbour(device, next);

    private static void FromContainer(Packet packet, string port, string? mac)
    {
        (packet.Device, packet.Mac) = (port, mac);
        NetworkDevice.Receive(packet);
    }

    /// <summary>
    /// Who answers learns the address of who asks (<c>neigh_event_ns</c>), and need not ask for it later.
    /// </summary>
    private static bool Passes(
        Packet packet, Endpoint asker, string source, Endpoint asked, string next,
        Action<Packet> ask, Action<Packet> answer)
    {
        var connections = packet.Connections;
        if (connections.Knows(asker, next))
            return true;
        var ends = Ends(choices =>
        {
            var end = EndOf(packet, Kind.ArpRequest, source, next, ask, asked, choices);
            return end is not null
                ? ($"the ARP request for {next}", end)
                : ($"the answer to the ARP request for {next}",
                    EndOf(packet, Kind.ArpReply, next, source, answer, asker, choices));
        });
        var chosen = ends[ends.Count == 1
            ? 0
            : connections.Choices.Choose([.. ends.Select(one => one.Supposing)], packet, (asker, next))];
        if (chosen.End is null)
        {
            connections.Meet(asker, next);
            connections.Meet(asked, source);
            return true;
        }

        if (chosen.End.Kind == OutcomeKind.Unknown)
            packet.End(new(OutcomeKind.Unknown, null, packet.Passage.Last, chosen.Says));
        else
            packet.Vanish(chosen.Says);
        return false;
    }

    /// <summary>How a packet of the exchange ends on its way; null if it arrives.</summary>
    private static Outcome? EndOf(
        Packet about, Kind kind, string source, string destination, Action<Packet> send, Endpoint to, Choices choices)
    {
        var packet = new Packet(
            about.Host, new ConnectionTable(choices), new(kind, Family.Arp), new(source), new(destination));
        // A broadcast is flooded by every port of a bridge.
        packet.Passage.Allow(8 * about.Wiring.Topology.Devices.Length);
        send(packet);
        var outcomes = packet.Passage.Outcomes;
        if (outcomes.Contains(Outcome.Delivered(to)))
            return null;
        return outcomes.FirstOrDefault(
                one => one.Kind is OutcomeKind.Dropped or OutcomeKind.Rejected or OutcomeKind.Unknown)
            ?? outcomes.FirstOrDefault(one => one.Kind == OutcomeKind.Vanished)
            ?? Outcome.Vanished(packet.Passage.Last, null);
    }

    /// <summary>Each end of the exchange once, with what it supposes where a match cannot be decided.</summary>
    private static List<AskedEnd> Ends(Func<Choices, (string What, Outcome? End)> walk)
    {
        var (choices, ends, walks) = (new Choices(unites: false), new List<AskedEnd>(), 0);
        do
        {
            var (what, end) = walk(choices);
            var found = new AskedEnd(end, end is null ? "" : $"{what} is {end}", Fork.Supposing(choices.Forks));
            var like = ends.FindIndex(one => one.Says == found.Says);
            if (like < 0)
                ends.Add(found);
            else
                ends[like] = found with { Supposing = Ways.Common(ends[like].Supposing, found.Supposing) };
            if (++walks == Walk.Most)
                return [new(new(OutcomeKind.Unknown, null, null, null), $"{what} can go {Walk.Most} ways, or more", [])];
        }
        while (choices.Advance());
        return ends;
    }

    private sealed record AskedEnd(Outcome? End, string Says, ImmutableArray<Supposition> Supposing);
}
