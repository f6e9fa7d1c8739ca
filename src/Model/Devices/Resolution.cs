using Hooktrail.Model.Network;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Model.Devices;

/// <summary>
/// Who answers a container that asks for the MAC address of its next hop, by ARP or neighbour discovery.
/// </summary>
internal static class Resolution
{
    /// <summary>Gives the frame its MAC address; false where nobody answers, and the packet ends.</summary>
    public static bool Address(Packet packet, string port, string next)
    {
        var wiring = packet.Wiring;
        if (!wiring.IsPort(port))
            return wiring.Find(port)?.Kind != DeviceKind.Veth || wiring.IsLinkLocal6(next)
                || (HostAnswer.For(packet, port, next) is not null
                    ? ArpExchange.LetsContainerAsk(packet, port, next, theirPort: null)
                    : Ended(packet, port, next, Nobody(port, next)));
        var bridge = wiring.BridgeOf(port);
        if (packet.Content.Kind == Kind.ArpRequest)
        {
            packet.Mac = Wiring.BroadcastMac;
            return true;
        }

        packet.Mac = wiring.KnownMacTowards(next, bridge);
        // What an isolated port asks is not heard at another.
        var unheard = packet.Mac is { } known && packet.Host.AreIsolated(port, known) ? known : null;
        if (packet.Mac is not null && packet.Mac != bridge && unheard is null)
            return packet.Mac == Wiring.BroadcastMac
                || ArpExchange.LetsContainerAsk(packet, port, next, theirPort: packet.Mac);
        var beyond = wiring.IsOfHost(next) || unheard is not null ? null : wiring.MacTowards(next, bridge);
        if (HostAnswer.For(packet, bridge, next) is { } answer)
        {
            packet.Mac = bridge;
            return beyond is null
                ? ArpExchange.LetsContainerAsk(packet, port, next, theirPort: null)
                : NotKnown(
                    packet,
                    $"the host answers for {next} by {answer} on {bridge}, and who is beyond {beyond} may answer too");
        }

        packet.Mac = beyond;
        if (beyond is not null && !HostAnswer.IsUnsure(packet, bridge, next))
            return true;
        return Ended(
            packet, bridge, next,
            unheard is null
                ? Nobody(bridge, next)
                : $"nobody answers for {next}: the ports {port} and {unheard} are isolated from each other");
    }

    private static string Nobody(string device, string next) => $"nobody on {device} has the address {next}";

    /// <summary>Nobody answers; unless the host does, as its proxy neighbours could not be read.</summary>
    private static bool Ended(Packet packet, string device, string next, string reason)
    {
        if (HostAnswer.IsUnsure(packet, device, next))
            return NotKnown(
                packet,
                $"whether the host answers for {next} on {device} is not known, as its proxy neighbours were not read");
        packet.Vanish(reason);
        return false;
    }

    private static bool NotKnown(Packet packet, string reason)
    {
        packet.End(new(OutcomeKind.Unknown, null, packet.Passage.Last, reason));
        return false;
    }
}
