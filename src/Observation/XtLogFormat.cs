using System.Net;

namespace Hooktrail.Observation;

/// <summary>
/// The format of xt LOG after its prefix (net/netfilter/nf_log_syslog.c), for IPv4, IPv6 and ARP: <c>IN=br0 OUT=
/// PHYSIN=v1 MAC=… SRC=… DST=… LEN=84 TOS=0x04 PREC=0x00 TTL=64 ID=1 DF PROTO=ICMP TYPE=8 CODE=0 ID=7 SEQ=1 </c>
/// </summary>
internal static class XtLogFormat
{
    // dump_mac_header: destination, source and type of an Ethernet frame, as 14 octets with colons between.
    private const int EthernetHeader = 14 * 3 - 1;
    private const int MacAddress = 6 * 3 - 1;

    public static Sighting Read(in SightingHead head, ReadOnlySpan<char> text)
    {
        string? input = null, output = null, physIn = null, physOut = null;
        string? macSource = null, macDestination = null, protocol = null;
        IPAddress? source = null, destination = null;
        int? etherType = null, ttl = null, length = null, ipId = null, sourcePort = null, destinationPort = null;
        int? icmpType = null, icmpCode = null, icmpId = null, icmpSequence = null, operation = null;
        int? fragmentOffset = null, flowLabel = null, payload = null;
        long? tcpSequence = null, tcpAcknowledgement = null;
        var tcpFlags = TcpFlags.None;
        var moreFragments = false;
        InnerPacket? inner = null;
        uint? mark = null, user = null;
        var tos = 0u;
        var cut = false;

        var fields = new LogFields(text);
        while (fields.Next())
        {
            var value = fields.Value;
            switch (fields.Key)
            {
                case "IN": input = LogFields.Name(value); break;
                case "OUT": output = LogFields.Name(value); break;
                case "PHYSIN": physIn = LogFields.Name(value); break;
                case "PHYSOUT": physOut = LogFields.Name(value); break;
                case "MAC" when value.Length == EthernetHeader:
                    macDestination = value[..MacAddress].ToString();
                    macSource = value.Slice(MacAddress + 1, MacAddress).ToString();
                    etherType = TwoOctets(value[^5..]);
                    break;
                case "MACSRC": macSource ??= LogFields.Name(value); break;
                case "MACDST": macDestination ??= LogFields.Name(value); break;
                case "MACPROTO": etherType = TwoOctets(value); break;
                case "SRC" or "IPSRC": source = LogFields.Address(value); break;
                case "DST" or "IPDST": destination = LogFields.Address(value); break;
                // A UDP header also has a LEN, of header and data, after the LEN of the IP header.
                case "LEN" when length is null: length = LogFields.Number(value); break;
                case "LEN": payload = LogFields.Number(value) - 8; break;
                case "TOS" or "PREC": tos |= LogFields.Hex(value) ?? 0; break;
                case "TC": tos = (uint)(LogFields.Number(value) ?? 0); break;
                case "TTL" or "HOPLIMIT": ttl = LogFields.Number(value); break;
                // Before PROTO the ID is the IP header's, after it the echo's.
                case "ID" when protocol is null: ipId = LogFields.Number(value); break;
                case "ID": icmpId = LogFields.Number(value); break;
                case "MF": moreFragments = true; break;
                case var key when key.StartsWith("FRAG:"):
                    // IPv4 prints the offset in units of 8 bytes, IPv6 in bytes.
                    fragmentOffset = LogFields.Number(key[5..]) * (ipId is null ? 1 : 8);
                    break;
                case "FLOWLBL": flowLabel = LogFields.Number(value); break;
                case "PROTO": protocol = LogFields.Protocol(value); break;
                case "SPT": sourcePort = LogFields.Number(value); break;
                case "DPT": destinationPort = LogFields.Number(value); break;
                case "TYPE": icmpType = LogFields.Number(value); break;
                case "CODE": icmpCode = LogFields.Number(value); break;
                case "SEQ" when protocol == "TCP": tcpSequence = LogFields.LongNumber(value); break;
                case "ACK" when !value.IsEmpty: tcpAcknowledgement = LogFields.LongNumber(value); break;
                case "FIN" or "SYN" or "RST" or "PSH" or "ACK" or "URG" or "ECE" or "CWR" when protocol == "TCP":
                    tcpFlags |= Enum.Parse<TcpFlags>(fields.Key, ignoreCase: true);
                    break;
                case "SEQ": icmpSequence = LogFields.Number(value); break;
                case "OPCODE": operation = LogFields.Number(value); break;
                case "MARK": mark = LogFields.Hex(value); break;
                case "UID": user = (uint?)LogFields.LongNumber(value); break;
                // A fragment of IPv6 that is not the last one is INCOMPLETE too, but without a count of bytes.
                case "[" when value.EndsWith(" bytes"): cut = true; break;
                case "[": inner = Inner(value); break;
                case "INCOMPLETE" when protocol is null && fragmentOffset is not null: moreFragments = true; break;
            }
        }

        // Every field of an IP packet ends with a space, even the last one; ARP's last field does not.
        var whole = operation is not null || (protocol is not null && text[^1] == ' ');
        var echo = (protocol == "ICMP" && icmpType is 0 or 8) || (protocol == "ICMPv6" && icmpType is 128 or 129);
        return new Sighting
        {
            Sequence = head.Sequence,
            Run = head.Run,
            Point = head.Point,
            Line = head.Line,
            In = input,
            Out = output,
            PhysIn = physIn,
            PhysOut = physOut,
            MacSource = macSource,
            MacDestination = macDestination,
            EtherType = etherType,
            Source = source,
            Destination = destination,
            Tos = (byte)tos,
            Ttl = ttl,
            Length = length,
            IpId = ipId,
            FragmentOffset = fragmentOffset ?? (moreFragments ? 0 : null),
            MoreFragments = moreFragments,
            FlowLabel = flowLabel,
            PayloadLength = payload,
            Protocol = protocol,
            SourcePort = sourcePort,
            DestinationPort = destinationPort,
            TcpSequence = tcpSequence,
            TcpAcknowledgement = tcpAcknowledgement,
            TcpFlags = protocol == "TCP" && sourcePort is not null ? tcpFlags : null,
            IcmpType = icmpType,
            IcmpCode = icmpCode,
            IcmpId = icmpId,
            IcmpSequence = icmpSequence,
            Inner = inner,
            ArpOperation = operation,
            Mark = mark,
            UserId = user,
            IsComplete = whole && !cut && source is not null && destination is not null
                && (!echo || icmpSequence is not null),
        };
    }

    // The packet in an ICMP error is printed like any other, but without devices, and cut where the error cuts it.
    private static InnerPacket? Inner(ReadOnlySpan<char> text) =>
        Read(default, text) is { Source: { } source, Destination: { } destination } packet
            ? new(source, destination)
            {
                Tos = packet.Tos,
                IpId = packet.IpId,
                Protocol = packet.Protocol,
                SourcePort = packet.SourcePort,
                DestinationPort = packet.DestinationPort,
                TcpSequence = packet.TcpSequence,
                IcmpType = packet.IcmpType,
                IcmpId = packet.IcmpId,
                IcmpSequence = packet.IcmpSequence,
            }
            : null;

    // 0800 in MACPROTO, or 08:00 at the end of MAC.
    private static int? TwoOctets(ReadOnlySpan<char> text) =>
        text.Length == 5 && text[2] == ':'
            ? Octet(text[..2]) << 8 | Octet(text[3..])
            : text.Length == 4 ? Octet(text[..2]) << 8 | Octet(text[2..]) : null;

    private static int? Octet(ReadOnlySpan<char> text) =>
        byte.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet) ? octet : null;
}
