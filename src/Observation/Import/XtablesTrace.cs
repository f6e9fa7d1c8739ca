using System.Buffers.Binary;
using System.Net;
using System.Text.RegularExpressions;

namespace Hooktrail.Observation.Import;

/// <summary>
/// The format of <c>xtables-monitor --trace</c> for <c>-j TRACE</c>: of each chain the packet,
/// <c>PACKET: 2 414629d3 IN=br0 SRC=… DST=… ID=61125 DF SPORT=46538 DPORT=8080 SYN </c>, and <c> TRACE: 2 414629d3
/// filter:FORWARD:rule:0x5:ACCEPT  -4 -t filter -A FORWARD …</c> or <c>…:FORWARD:policy:DROP</c>. The number is the
/// netfilter family. For a bridge's or a device's frame it prints the header of IP or ARP in hexadecimal. The packet
/// comes before its chain's first line; up to 1.8.7, after it.
/// </summary>
internal sealed partial class XtablesTrace : TraceReader
{
    // The beginning of a trace shows which of the two comes first.
    private const int Beginning = 1000;

    private readonly List<Record> _beginning = [];
    private readonly ChainCrossings _crossings = new();
    private readonly Dictionary<string, Record> _packets = [];
    private Record? _held;
    private bool? _isPacketFirst;

    public override IEnumerable<string> Notes => _crossings.Notes;

    public override bool Take(string line, int number)
    {
        if (Line().Match(line) is not { Success: true } parts)
            return false;
        var isPacket = parts.Groups["kind"].Value == "PACKET";
        var rest = parts.Groups["rest"].Value.Trim();
        if (rest.Length == 0 || (!isPacket && Place(rest).Length < 4))
            return WasCut(line, number);
        var record = new Record(
            isPacket, parts.Groups["family"].Value, parts.Groups["id"].Value, rest, line[parts.Index..].Trim(), number);
        if (_isPacketFirst is not null)
            Follow(record);
        else if (_beginning.Count < Beginning)
            _beginning.Add(record);
        else
            FollowBeginning(record);
        return true;
    }

    public override void End()
    {
        FollowBeginning(null);
        if (_held is { } held)
            Step(held);
        foreach (var packet in _packets.Values)
            WasCut(packet.Line, packet.Number);
        _crossings.Resolve(Hops, place => PointOf(place.Family, place.Table, place.Chain));
    }

    private void FollowBeginning(Record? next)
    {
        _isPacketFirst ??= IsPacketFirst(_beginning);
        foreach (var record in _beginning)
            Follow(record);
        _beginning.Clear();
        if (next is not null)
            Follow(next);
    }

    private void Follow(Record record)
    {
        if (_isPacketFirst == true)
        {
            if (record.IsPacket)
            {
                if (_packets.Remove(record.Id, out var lone))
                    WasCut(lone.Line, lone.Number);
                _packets[record.Id] = record;
            }
            else
            {
                if (_packets.Remove(record.Id, out var packet))
                    Begin(packet, record);
                Step(record);
            }

            return;
        }

        if (_held is { } held)
        {
            if (record.IsPacket && record.Id == held.Id)
                Begin(record, held);
            Step(held);
        }

        if (record.IsPacket && _held?.Id != record.Id)
            WasCut(record.Line, record.Number);
        _held = record.IsPacket ? null : record;
    }

    // The tool prints both at once, so each packet has a line of its chain right before it, or right after it; and that
    // chain is at a hook where a packet has such devices.
    private static bool IsPacketFirst(List<Record> records)
    {
        var (before, after) = (0, 0);
        for (var at = 0; at < records.Count; at++)
            if (records[at].IsPacket)
            {
                before += Fits(at - 1, at) ? 1 : 0;
                after += Fits(at + 1, at) ? 1 : 0;
            }

        return after >= before;

        bool Fits(int trace, int packet) =>
            trace >= 0 && trace < records.Count && !records[trace].IsPacket && records[trace].Id == records[packet].Id
            && HasDevicesOf(Place(records[trace].Rest)[1], records[packet].Rest);
    }

    private static bool HasDevicesOf(string chain, string packet)
    {
        var (isIn, isOut) = (
            packet.StartsWith("IN=", StringComparison.Ordinal), packet.Contains("OUT=", StringComparison.Ordinal));
        return chain switch
        {
            "PREROUTING" or "INPUT" => isIn && !isOut,
            "FORWARD" => isIn && isOut,
            "OUTPUT" => !isIn && isOut,
            "POSTROUTING" => isOut,
            _ => true,
        };
    }

    private void Begin(Record packet, Record trace)
    {
        var place = PlaceOf(trace);
        var sighting = Read(
            packet.Rest, PointOf(place.Family, place.Table, place.Chain), packet.Line, packet.Number);
        var hop = new TracedHop(sighting, packet.Id);
        Hops.Add(hop);
        _crossings.Begin(packet.Id, place, hop);
        if (!sighting.IsComplete)
            WasCut(packet.Line, packet.Number, hop);
    }

    private void Step(Record trace)
    {
        var (words, text) = (Place(trace.Rest), trace.Rest.Split(' ', 2).ElementAtOrDefault(1)?.Trim());
        var kind = words[2] switch
        {
            "policy" => TracedStep.Policy,
            "return" => TracedStep.Return,
            _ => TracedStep.Rule,
        };
        var verdict = string.Join(':', words[(kind == TracedStep.Rule ? 4 : 3)..]);
        var step = new TracedRule(words[1], kind)
        {
            Handle = kind == TracedStep.Rule ? words[3] : null,
            Text = string.IsNullOrEmpty(text) ? null : text,
            // It knows no name for NFT_RETURN (-5).
            Verdict = verdict == "0xfffffffb" ? "RETURN" : verdict,
            Line = trace.Number,
            Record = trace.Line,
        };
        var place = PlaceOf(trace);
        if (_crossings.Take(trace.Id, place, step, PointOf(place.Family, place.Table, place.Chain)) is { } orphan)
            Hops.Add(orphan);
        if (kind == TracedStep.Return)
            return;
        _crossings.Decide(
            trace.Id,
            step.Verdict switch
            {
                "ACCEPT" => TracedDecision.Passed,
                "DROP" => step.Text is { } rule && Reject().IsMatch(Quoted().Replace(rule, ""))
                    ? TracedDecision.Rejected
                    : TracedDecision.Dropped,
                _ => TracedDecision.Untold,
            },
            kind == TracedStep.Policy ? $"policy {step.Verdict}" : step.Text ?? step.ToString());
    }

    private static string[] Place(string rest) => rest.Split(' ', 2)[0].Split(':');

    private static ChainPlace PlaceOf(Record trace) =>
        new(Family(trace.Family), Place(trace.Rest)[0], Place(trace.Rest)[1]);

    // include/uapi/linux/netfilter.h, NFPROTO_*.
    private static string Family(string number) => number switch
    {
        "1" => "inet",
        "2" => "ip",
        "3" => "arp",
        "5" => "netdev",
        "7" => "bridge",
        "10" => "ip6",
        _ => number,
    };

    private static Sighting Read(string text, HookPoint point, string line, int number)
    {
        string? input = null, output = null, macSource = null, macDestination = null, protocol = null;
        IPAddress? source = null, destination = null;
        int? length = null, ttl = null, ipId = null, flow = null, sport = null, dport = null, operation = null;
        uint? mark = null;
        TcpFlags? flags = null;
        byte[] header = [];
        var isMasked = false;
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
                case "SRC": source = LogFields.Address(value); isMasked |= source is null; break;
                case "DST": destination = LogFields.Address(value); isMasked |= destination is null; break;
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
        else if (header.Length >= 28 && header[0] == 0 && header[1] == 1)
        {
            // ARP of Ethernet: types, lengths, operation, the sender's MAC and address, the target's (RFC 826).
            operation = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(6));
            (source, destination) = (new(header.AsSpan(14, 4)), new(header.AsSpan(24, 4)));
        }

        return new()
        {
            Sequence = (ulong)number,
            Run = default,
            Point = point,
            Line = line,
            IsComplete = source is not null
                ? destination is not null && (length is not null || operation is not null)
                : !isMasked && (macDestination is not null || header.Length > 0),
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
            ArpOperation = operation,
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

    [GeneratedRegex(
        @"\b(?<kind>PACKET|TRACE): (?<family>\d+) (?<id>[0-9a-f]{1,8})(?:$| +(?<rest>.*)$)",
        RegexOptions.CultureInvariant)]
    private static partial Regex Line();

    [GeneratedRegex("\"(?:\\\\.|[^\"\\\\])*\"", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"-[jg] REJECT\b", RegexOptions.CultureInvariant)]
    private static partial Regex Reject();

    private sealed record Record(bool IsPacket, string Family, string Id, string Rest, string Line, int Number);
}
