using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Hooktrail.Observation.Nflog;

/// <summary>
/// One message of nfnetlink_log, as nflog.pl writes it (include/uapi/linux/netfilter/nfnetlink_log.h): metadata of a
/// packet, and its first bytes. Devices are numbers, 0 for none.
/// </summary>
public sealed class NflogMessage
{
    private const int HeaderSize = 4;
    private const int EthernetHeader = 14;
    private const int ArpFamily = 3;
    private const int NetdevFamily = 5;

    private NflogMessage()
    {
    }

    /// <summary>The family of the hook: NFPROTO_IPV4 2, ARP 3, NETDEV 5, BRIDGE 7, IPV6 10.</summary>
    public int Family { get; private set; }

    /// <summary>The hook's number in its family.</summary>
    public int Hook { get; private set; }

    public int Protocol { get; private set; }

    public string Prefix { get; private set; } = "";

    /// <summary>The incoming device; in the bridge family the bridge, if the kernel has br_netfilter.</summary>
    public int In { get; private set; }

    /// <summary>The outgoing device; in the bridge family the bridge, if the kernel has br_netfilter.</summary>
    public int Out { get; private set; }

    public int PhysIn { get; private set; }

    public int PhysOut { get; private set; }

    /// <summary>The number of messages of the group before this one, modulo 2^32.</summary>
    public uint Sequence { get; private set; }

    /// <summary>The number of messages of all groups of the network namespace before this one, modulo 2^32.</summary>
    public uint? GlobalSequence { get; private set; }

    /// <summary>The packet's mark; null for 0.</summary>
    public uint? Mark { get; private set; }

    /// <summary>The owner of the local socket that sent the packet.</summary>
    public uint? UserId { get; private set; }

    /// <summary>How conntrack knows the packet, if the program asked for that.</summary>
    public ConnectionState? Connection { get; private set; }

    /// <summary>Empty if the packet has no frame header.</summary>
    public ReadOnlyMemory<byte> Frame { get; private set; }

    /// <summary>The packet from its network header on, as far as it was copied.</summary>
    public ReadOnlyMemory<byte> Packet { get; private set; }

    /// <summary>Parses a line of hexadecimal; false if it holds no message.</summary>
    public static bool TryParse(ReadOnlySpan<char> line, [NotNullWhen(true)] out NflogMessage? message)
    {
        message = null;
        var bytes = new byte[line.Length / 2];
        if (Convert.FromHexString(line, bytes, out _, out var length) != OperationStatus.Done
            || length < HeaderSize)
            return false;
        var read = new NflogMessage { Family = bytes[0] };
        if (!read.ReadAttributes(bytes.AsMemory(HeaderSize)))
            return false;
        message = read;
        return true;
    }

    private bool ReadAttributes(ReadOnlyMemory<byte> attributes)
    {
        var sequenced = false;
        ReadOnlyMemory<byte> payload = default, hardwareHeader = default, linkHeader = default;
        bool isWhole;
        while (NetlinkAttributes.Next(ref attributes, out isWhole) is { } attribute)
        {
            var (type, content) = ((Attribute)attribute.Type, attribute.Content);
            var value = content.Span;
            switch (type)
            {
                case Attribute.PacketHeader when value.Length >= 3:
                    Protocol = BinaryPrimitives.ReadUInt16BigEndian(value);
                    Hook = value[2];
                    break;
                case Attribute.Prefix: Prefix = Encoding.UTF8.GetString(value.TrimEnd((byte)0)); break;
                case Attribute.Payload: payload = content; break;
                case Attribute.HardwareHeader: hardwareHeader = content; break;
                case Attribute.LinkHeader: linkHeader = content; break;
                case { } when value.Length == 4:
                    var number = BinaryPrimitives.ReadUInt32BigEndian(value);
                    switch (type)
                    {
                        case Attribute.Mark: Mark = number; break;
                        case Attribute.In: In = (int)number; break;
                        case Attribute.Out: Out = (int)number; break;
                        case Attribute.PhysIn: PhysIn = (int)number; break;
                        case Attribute.PhysOut: PhysOut = (int)number; break;
                        case Attribute.UserId: UserId = number; break;
                        case Attribute.Sequence: (Sequence, sequenced) = (number, true); break;
                        case Attribute.GlobalSequence: GlobalSequence = number; break;
                        case Attribute.ConnectionInfo when number <= (uint)ConnectionState.RelatedReply:
                            Connection = (ConnectionState)number;
                            break;
                    }

                    break;
            }
        }

        if (!isWhole)
            return false;

        // At two hooks the packet begins with the frame's header: at a device's egress
        // (net/core/dev.c, __dev_queue_xmit), and at ARP output (net/ipv4/arp.c, arp_create), for
        // which the message has no separate attribute.
        var headed = (Family, Hook) is (NetdevFamily, 1) or (ArpFamily, 1);
        if (headed && Family == ArpFamily && payload.Length >= EthernetHeader)
            linkHeader = payload[..EthernetHeader];
        Frame = linkHeader.IsEmpty ? hardwareHeader : linkHeader;
        Packet = headed && payload.Length >= linkHeader.Length ? payload[linkHeader.Length..] : payload;
        return sequenced;
    }

    private enum Attribute
    {
        PacketHeader = 1,
        Mark = 2,
        In = 4,
        Out = 5,
        PhysIn = 6,
        PhysOut = 7,
        Payload = 9,
        Prefix = 10,
        UserId = 11,
        Sequence = 12,
        GlobalSequence = 13,
        HardwareHeader = 16,
        ConnectionInfo = 19,
        LinkHeader = 21,
    }
}
