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
        var device = wiring.DeviceTowards(packet.Destination.Name);
        var isBridge = device is not null && wiring.IsBridge(device);
        Send(
            packet, device,
            !isBridge ? null
            : packet.Content.Kind == Kind.ArpRequest ? Wiring.BroadcastMac
            : wiring.MacTowards(packet.Destination.Name, device!));
    }

    /// <summary>The same by a device, to whom has the MAC address.</summary>
    public static void Send(Packet packet, string? device, string? mac)
    {
        (packet.Device, packet.Mac) = (device, mac);
        Nf.Hook(Family.Arp, Hook.LocalOut, packet, @in: null, @out: packet.Device, NetworkDevice.Transmit);
    }

    /// <summary><c>arp_process</c>: the host takes the packet. <see cref="Exchange"/> sends its answer.</summary>
    private static void Process(Packet packet) => packet.Deliver(Endpoint.Host);
}
