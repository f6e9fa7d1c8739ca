using System.Buffers.Binary;
using System.Net;

namespace Hooktrail.Observation.Import;

/// <summary>
/// The format of <c>xtables-monitor --trace</c> for <c>-j TRACE</c>: before the first line of each chain the packet,
/// <c>PACKET: 2 414629d3 IN=br0 SRC=… DST=… ID=61125 DF SPORT=46538 DPORT=8080 SYN </c>, then <c> TRACE: 2 414629d3
/// filter:FORWARD:rule:0x5:ACCEPT  -4 -t filter -A FORWARD …</c> or <c>…:FORWARD:policy:DROP</c>. The number is the
/// netfilter family. For a bridge's frame it prints the IP header in hexadecimal.
/// </summary>
internal sealed class XtablesTrace : TraceReader
{
    private const string OfPacket = "PACKET: ", OfTrace = "TRACE: ";
    private readonly Dictionary<string, (string Line, int Number)> _packets = [];
    private readonly Dictionary<string, TracedHop> _at = [];

    public override bool Take(string line, int number)
    {
        var text = line.AsSpan().TrimStart();
        var isPacket = text.StartsWith(OfPacket);
        if (!isPacket && !text.StartsWith(OfTrace))
            return false;
        var words = text[(isPacket ? OfPacket : OfTrace).Length..].ToString().Split(
            ' ', 3, StringSplitOptions.RemoveEmptyEntries);
        // TRACE of the legacy iptables looks similar, but has no family: «TRACE: raw:PREROUTING:policy:2 IN=…».
        if (words.Length == 0 || !words[0].All(char.IsAsciiDigit))
            return false;
        if (words.Length < 3)
            return WasCut(line, number);
        if (isPacket)
        {
            _packets[words[1]] = (words[2], number);
            return true;
        }

        var place = words[2].Split(' ', 2);
        var parts = place[0].Split(':');
        if (parts.Length < 4)
            return WasCut(line, number);
        var id = words[1];
        if (_packets.Remove(id, out var packet))
        {
            var sighting = Read(
                packet.Line,
                PointOf(Tool(words[0]), parts[0], parts[1]),
                $"{OfPacket}{words[0]} {id} {packet.Line.Trim()}",
                packet.Number);
            Hops.Add(_at[id] = new(sighting, id));
            if (!sighting.IsComplete)
                WasCut(packet.Line, packet.Number);
        }

        if (_at.TryGetValue(id, out var hop))
            hop.Decide(
                parts[^1],
                parts[2] == "policy" ? $"policy {parts[^1]}" : place.ElementAtOrDefault(1)?.Trim() ?? place[0]);
        return true;
    }

    private static Layer? Tool(string family) => family switch
    {
        "2" => Layer.Iptables,
        "3" => Layer.Arptables,
        "7" => Layer.Ebtables,
        "10" => Layer.Ip6tables,
        _ => null,
    };

    private static Sighting Read(string text, HookPoint point, string line, int number)
    {
        string? input = null, output = null, macSource = null, macDestination = null, protocol = null;
        IPAddress? source = null, destination = null;
        int? length = null, ttl = null, ipId = null, flow = null, sport = null, dport = null;
        uint? mark = null;
        TcpFlags? flags = null;
        byte[] header = [];
        var fields = new LogFields(text);
        while (fields.Next())
        {
            var value = fields.Value;
            switch (fields.Key)
            {
                case "IN": input = LogFields.Name(value); break;
                case "OUT": output = LogFields.Name(value); break;
                case "MACSRC": macSource = LogFields.Name(value); break;
                case "MACDST": macDestination = LogFields.Name(value); break;
                case "SRC": source = LogFields.Address(value); break;
                case "DST": destination = LogFields.Address(value); break;
                case "LEN": length = LogFields.Number(value); break;
                case "TTL" or "HOPLIMIT": ttl = LogFields.Number(value); break;
                case "ID": ipId = LogFields.Number(value); break;
                case "FLOWLBL": flow = LogFields.Number(value); break;
                case "SPORT": sport = LogFields.Number(value); break;
                case "DPORT": dport = LogFields.Number(value); break;
                case "MARK": mark = LogFields.Hex(value); break;
                case "FIN" or "SYN" or "RST" or "PSH" or "ACK" or "URG" or "ECE" or "CWR":
                    flags = (flags ?? TcpFlags.None) | Enum.Parse<TcpFlags>(fields.Key, ignoreCase: true);
                    break;
                case "NH": header = Octets(value); break;
            }
        }

        if (header.Length >= 20 && header[0] >> 4 == 4)
        {
            length = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2));
            ipId = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(4));
            (ttl, protocol) = (header[8], header[9].ToString(CultureInfo.InvariantCulture));
            (source, destination) = (new(header.AsSpan(12, 4)), new(header.AsSpan(16, 4)));
        }
        else if (header.Length >= 40 && header[0] >> 4 == 6)
        {
            length = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(4)) + 40;
            (ttl, protocol) = (header[7], header[6].ToString(CultureInfo.InvariantCulture));
            (source, destination) = (new(header.AsSpan(8, 16)), new(header.AsSpan(24, 16)));
        }

        return new()
        {
            Sequence = (ulong)number,
            Run = default,
            Point = point,
            Line = line,
            IsComplete = source is not null
                ? destination is not null && length is not null
                : macDestination is not null || header.Length > 0,
            In = input,
            Out = output,
            MacSource = macSource,
            MacDestination = macDestination,
            Source = source,
            Destination = destination,
            Length = length,
            Ttl = ttl,
            IpId = ipId,
            FlowLabel = flow,
            // The format has no field for the protocol, but only TCP has flags, and ports without flags mean UDP.
            Protocol = protocol ?? (flags is not null ? "TCP" : sport is not null ? "UDP" : null),
            SourcePort = sport,
            DestinationPort = dport,
            TcpFlags = flags,
            Mark = mark,
        };
    }

    // The tool prints octets as signed numbers, so EE appears as ffffffee and FF as ffffffff; no other octet begins
    // with ff. A corrected release would write two digits each.
    private static byte[] Octets(ReadOnlySpan<char> text)
    {
        var octets = new List<byte>();
        for (var rest = text; rest.Length >= 2;)
        {
            if (rest.StartsWith("ffffff") && rest.Length >= 8)
                rest = rest[6..];
            if (!byte.TryParse(rest[..2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
                return [];
            octets.Add(octet);
            rest = rest[2..];
        }

        return [.. octets];
    }
}
