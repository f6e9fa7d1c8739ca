using System.Buffers.Binary;
using System.Net;

namespace Hooktrail.Observation.Nflog;

/// <summary>
/// The fields of a packet's headers, from its network header on. A header that was cut leaves the other fields null.
/// </summary>
internal struct PacketHeaders
{
    public const int Ip = 0x0800;
    public const int Arp = 0x0806;
    public const int Ip6 = 0x86DD;

    public IPAddress? Source;
    public IPAddress? Destination;
    public byte Tos;
    public int? Ttl;
    public int? Length;
    public int? IpId;
    public int? FragmentOffset;
    public bool MoreFragments;
    public int? FlowLabel;
    public string? Protocol;
    public int? SourcePort;
    public int? DestinationPort;
    public int? PayloadLength;
    public long? TcpSequence;
    public long? TcpAcknowledgement;
    public TcpFlags? TcpFlags;
    public int? IcmpType;
    public int? IcmpCode;
    public int? IcmpId;
    public int? IcmpSequence;
    public InnerPacket? Inner;
    public int? ArpOperation;

    /// <summary>Whether every header that it tried to read was complete.</summary>
    public bool IsComplete;

    public static PacketHeaders Read(int etherType, ReadOnlySpan<byte> packet) =>
        Read(etherType, packet, isInner: false);

    /// <summary>
    /// Reads what nf_tables' trace has of a packet. It does not tell its type, but IP has its version.
    /// </summary>
    public static PacketHeaders OfTrace(ReadOnlySpan<byte> packet) => packet switch
    {
        [>= 0x45 and <= 0x4F, ..] => Read(Ip, packet),
        [>= 0x60 and <= 0x6F, ..] => Read(Ip6, packet),
        // Hardware type 1, which is Ethernet.
        [0, 1, 8, 0, ..] => Read(Arp, packet),
        _ => default,
    };

    private static PacketHeaders Read(int etherType, ReadOnlySpan<byte> packet, bool isInner)
    {
        var headers = new PacketHeaders();
        headers.IsComplete = etherType switch
        {
            Ip => headers.ReadIp(packet, isInner),
            Ip6 => headers.ReadIp6(packet, isInner),
            Arp => headers.ReadArp(packet),
            _ => true,
        };
        return headers;
    }

    private bool ReadIp(ReadOnlySpan<byte> packet, bool isInner)
    {
        if (packet.Length < 20)
            return false;
        var headerLength = (packet[0] & 0xF) * 4;
        Tos = packet[1];
        Length = Number(packet[2..]);
        IpId = Number(packet[4..]);
        var fragment = Number(packet[6..]);
        Ttl = packet[8];
        Source = new(packet[12..16]);
        Destination = new(packet[16..20]);
        MoreFragments = (fragment & 0x2000) != 0;
        var offset = (fragment & 0x1FFF) * 8;
        FragmentOffset = offset > 0 || MoreFragments ? offset : null;
        return ReadTransport(
            packet[9],
            headerLength > packet.Length ? [] : packet[headerLength..],
            Length.Value - headerLength,
            Ip,
            isInner);
    }

    private bool ReadIp6(ReadOnlySpan<byte> packet, bool isInner)
    {
        if (packet.Length < 40)
            return false;
        Tos = (byte)(Number(packet) >> 4);
        FlowLabel = (int)(BinaryPrimitives.ReadUInt32BigEndian(packet) & 0xFFFFF);
        var left = Number(packet[4..]);
        Length = left + 40;
        Ttl = packet[7];
        Source = new(packet[8..24]);
        Destination = new(packet[24..40]);
        var next = packet[6];
        var rest = packet[40..];
        // Extension headers: hop-by-hop 0, routing 43, fragment 44, destination options 60.
        while (next is 0 or 43 or 44 or 60)
        {
            if (rest.Length < 8)
                return false;
            var size = 8;
            if (next == 44)
            {
                FragmentOffset = Number(rest[2..]) & 0xFFF8;
                MoreFragments = (rest[3] & 1) != 0;
            }
            else
            {
                size += rest[1] * 8;
            }

            next = rest[0];
            left -= size;
            if (size > rest.Length)
                return false;
            rest = rest[size..];
            if (FragmentOffset > 0)
                break;
        }

        return ReadTransport(next, rest, left, Ip6, isInner);
    }

    private bool ReadTransport(byte protocol, ReadOnlySpan<byte> segment, int length, int etherType, bool isInner)
    {
        Protocol = protocol switch
        {
            1 => "ICMP",
            6 => "TCP",
            17 => "UDP",
            50 => "ESP",
            51 => "AH",
            58 => "ICMPv6",
            136 => "UDPLITE",
            _ => protocol.ToString(CultureInfo.InvariantCulture),
        };
        // Only the first fragment has the header.
        if (FragmentOffset > 0)
            return true;
        return protocol switch
        {
            6 => ReadTcp(segment, length),
            17 or 136 => ReadUdp(segment, length),
            1 when etherType == Ip => ReadIcmp(segment, isInner),
            58 when etherType == Ip6 => ReadIcmp6(segment, isInner),
            // SCTP.
            132 => ReadPorts(segment),
            _ => true,
        };
    }

    private bool ReadPorts(ReadOnlySpan<byte> segment)
    {
        if (segment.Length < 4)
            return false;
        SourcePort = Number(segment);
        DestinationPort = Number(segment[2..]);
        return true;
    }

    // An ICMP error may quote only the first 8 bytes of the header: ports and sequence number.
    private bool ReadTcp(ReadOnlySpan<byte> segment, int length)
    {
        if (!ReadPorts(segment) || segment.Length < 8)
            return false;
        TcpSequence = BinaryPrimitives.ReadUInt32BigEndian(segment[4..]);
        if (segment.Length < 20)
            return false;
        TcpAcknowledgement = BinaryPrimitives.ReadUInt32BigEndian(segment[8..]);
        TcpFlags = (TcpFlags)segment[13];
        PayloadLength = length - (segment[12] >> 4) * 4;
        return true;
    }

    private bool ReadUdp(ReadOnlySpan<byte> segment, int length)
    {
        if (!ReadPorts(segment) || segment.Length < 8)
            return false;
        PayloadLength = length - 8;
        return true;
    }

    private bool ReadIcmp(ReadOnlySpan<byte> message, bool isInner) =>
        ReadIcmp(
            message, isEcho: message is [0 or 8, ..], isError: message is [3 or 4 or 5 or 11 or 12, ..], isInner, Ip);

    private bool ReadIcmp6(ReadOnlySpan<byte> message, bool isInner) =>
        ReadIcmp(message, isEcho: message is [128 or 129, ..], isError: message is [>= 1 and <= 4, ..], isInner, Ip6);

    private bool ReadIcmp(ReadOnlySpan<byte> message, bool isEcho, bool isError, bool isInner, int etherType)
    {
        if (message.Length < 8)
            return false;
        IcmpType = message[0];
        IcmpCode = message[1];
        if (isEcho)
            (IcmpId, IcmpSequence) = (Number(message[4..]), Number(message[6..]));
        if (!isError || isInner)
            return true;
        Inner = InnerOf(Read(etherType, message[8..], isInner: true));
        return Inner is not null;
    }

    private bool ReadArp(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 8)
            return false;
        ArpOperation = Number(packet[6..]);
        // Addresses are known only for IPv4 over a link whose addresses have 6 bytes.
        if (packet[4] != 6 || packet[5] != 4)
            return true;
        if (packet.Length < 28)
            return false;
        Source = new(packet[14..18]);
        Destination = new(packet[24..28]);
        return true;
    }

    private static InnerPacket? InnerOf(in PacketHeaders headers) =>
        headers is { Source: { } source, Destination: { } destination }
            ? new(source, destination)
            {
                Tos = headers.Tos,
                IpId = headers.IpId,
                Protocol = headers.Protocol,
                SourcePort = headers.SourcePort,
                DestinationPort = headers.DestinationPort,
                TcpSequence = headers.TcpSequence,
                IcmpType = headers.IcmpType,
                IcmpId = headers.IcmpId,
                IcmpSequence = headers.IcmpSequence,
            }
            : null;

    private static int Number(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16BigEndian(bytes);

    /// <summary>The record with these headers.</summary>
    public readonly Sighting In(Sighting record) => record with
    {
        Source = Source,
        Destination = Destination,
        Tos = Tos,
        Ttl = Ttl,
        Length = Length,
        IpId = IpId,
        FragmentOffset = FragmentOffset,
        MoreFragments = MoreFragments,
        FlowLabel = FlowLabel,
        PayloadLength = PayloadLength,
        Protocol = Protocol,
        SourcePort = SourcePort,
        DestinationPort = DestinationPort,
        TcpSequence = TcpSequence,
        TcpAcknowledgement = TcpAcknowledgement,
        TcpFlags = TcpFlags,
        IcmpType = IcmpType,
        IcmpCode = IcmpCode,
        IcmpId = IcmpId,
        IcmpSequence = IcmpSequence,
        Inner = Inner,
        ArpOperation = ArpOperation,
    };
}
