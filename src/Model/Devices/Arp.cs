using Hooktrail.Model.Netfilter;
using Hooktrail.Model.Network;

namespace Hooktrail.Model.Devices;

/// <summary>ARP packets at the host; net/ipv4/arp.c.</summary>
internal static class Arp
{
    /// <summary>
    /// <c>arp_rcv</c>: drops frames for others, which a promiscuous bridge hands up, before the hook.
    /// </summary>
    public static void Receive(Packet packet)
    {
        if (packet.IsForOthers)
            return; // the frame itself goes on elsewhere
        Nf.Hook(Family.Arp, Hook.LocalIn, packet, @in: packet.Device, @out: null, Process);
    }

    /// <summary><c>arp_xmit</c>: straight to the device. No hook of IP sees it.</summary>
    public static void Send(Packet packet)
    {
        var wiring = packet.Wiring;
        packet.Device = wiring.DeviceTowards(packet.Destination.Name);
        if (packet.Device is not null && wiring.IsBridge(packet.Device))
            packet.Mac = packet.Content.Kind == Kind.ArpRequest ? Wiring.BroadcastMac
                : wiring.MacTowards(packet.Destination.Name, packet.Device);
        Nf.Hook(Family.Arp, Hook.LocalOut, packet, @in: null, @out: packet.Device, NetworkDevice.Transmit);
    }

    /// <summary><c>arp_process</c>: the host takes the packet. <see cref="Exchange"/> sends its answer.</summary>
    private static void Process(Packet packet) => packet.Deliver(Endpoint.Host);
}
