using System.Net;
using System.Net.Sockets;
using Hooktrail.Trails;

namespace Hooktrail.Namespaces;

/// <summary>Frames that no socket writes: a datagram of IPv4 with an 802.1Q tag, or in a session of PPPoE.</summary>
internal static class Frames
{
    private const int Vlan = 5;
    private const int Session = 1;

    /// <summary>The frame of a flow from one container to another of its network.</summary>
    public static byte[] Of(Flow flow, NamespaceAddresses addresses, byte mark, int sourcePort)
    {
        var source = addresses[flow.From.Name, AddressFamily.InterNetwork];
        var destination = addresses[flow.To.Name, AddressFamily.InterNetwork];
        byte[] datagram = [.. Word(sourcePort), .. Word(flow.Port), .. Word(9), 0, 0, 1]; // UDP: no checksum, and one octet: its number
        byte[] header =
        [
            0x45, mark, .. Word(20 + datagram.Length), .. Word(sourcePort), 0, 0, (byte)flow.Ttl, 17, 0, 0,
            .. source.GetAddressBytes(), .. destination.GetAddressBytes(),
        ];
        Checksum(header).CopyTo(header, 10);
        byte[] packet = [.. header, .. datagram];
        byte[] wrapping = flow.Encapsulation == Encapsulation.Vlan
            ? [0x81, 0x00, .. Word(Vlan), 0x08, 0x00]
            : [0x88, 0x64, 0x11, 0x00, .. Word(Session), .. Word(packet.Length + 2), 0x00, 0x21];
        return [.. Mac(destination), .. Mac(source), .. wrapping, .. packet];
    }

    private static byte[] Mac(IPAddress address) => [0x02, 0x42, .. address.GetAddressBytes()];

    private static byte[] Checksum(byte[] header)
    {
        var sum = Enumerable.Range(0, header.Length / 2).Sum(i => (header[2 * i] << 8) + header[2 * i + 1]);
        while (sum > 0xFFFF)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return Word(~sum & 0xFFFF);
    }

    private static byte[] Word(int number) => [(byte)(number >> 8), (byte)number];
}
