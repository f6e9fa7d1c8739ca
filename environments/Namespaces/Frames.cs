using System.Net;
using System.Net.Sockets;
using Hooktrail.Stations.Talk;

namespace Hooktrail.Namespaces;

/// <summary>Frames that no UDP socket can send: IPv4 with an 802.1Q tag, in PPPoE, or with a spoofed source.</summary>
internal static class Frames
{
    private const int Session = 1;

    /// <summary>The frame of a flow that a container or the WAN sends.</summary>
    /// <remarks>A tagged or PPPoE flow goes from one container to another of its network.</remarks>
    public static byte[] Of(Flow flow, NamespaceAddresses addresses, byte mark, int sourcePort)
    {
        var sender = addresses[flow.From.Name, AddressFamily.InterNetwork];
        var source = addresses[flow.As ?? flow.From.Name, AddressFamily.InterNetwork];
        var destination = addresses[FlowTalking.DestinationName(flow), AddressFamily.InterNetwork];
        // UDP without a checksum; the one octet is the packet's number
        byte[] datagram = [.. Word(sourcePort), .. Word(flow.Port), .. Word(9), 0, 0, 1];
        byte[] header =
        [
            0x45, mark, .. Word(20 + datagram.Length), .. Word(sourcePort), 0, 0, (byte)flow.Ttl, 17, 0, 0,
            .. source.GetAddressBytes(), .. destination.GetAddressBytes(),
        ];
        Checksum(header).CopyTo(header, 10);
        byte[] packet = [.. header, .. datagram];
        byte[] wrapping = flow.Encapsulation switch
        {
            Encapsulation.Vlan => [0x81, 0x00, .. Word(LabNames.Vlan), 0x08, 0x00],
            Encapsulation.PPPoE => [0x88, 0x64, 0x11, 0x00, .. Word(Session), .. Word(packet.Length + 2), 0x00, 0x21],
            _ => [0x08, 0x00],
        };
        return [.. NextHop(flow, addresses, sender, destination), .. Mac(sender), .. wrapping, .. packet];
    }

    private static byte[] NextHop(Flow flow, NamespaceAddresses addresses, IPAddress sender, IPAddress destination) =>
        flow.From.Kind == EndpointKind.Wan ? Octets(NamespaceAddresses.PeerMac(sender))
        : flow.To.Network == flow.From.Network ? Mac(destination)
        : Mac(addresses[LabNames.GatewayOf(flow.From.Network!), AddressFamily.InterNetwork]);

    private static byte[] Mac(IPAddress address) => Octets(NamespaceAddresses.Mac(address));

    private static byte[] Octets(string mac) => Convert.FromHexString(mac.Replace(":", "", StringComparison.Ordinal));

    private static byte[] Checksum(byte[] header)
    {
        var sum = Enumerable.Range(0, header.Length / 2).Sum(i => (header[2 * i] << 8) + header[2 * i + 1]);
        while (sum > 0xFFFF)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return Word(~sum & 0xFFFF);
    }

    private static byte[] Word(int number) => [(byte)(number >> 8), (byte)number];
}
