using System.Net;
using System.Text.RegularExpressions;

namespace Hooktrail.Observation.Import;

/// <summary>
/// The format of <c>nft monitor trace</c>: for each base chain a line with the packet, then the rules that
/// matched, then the policy if no rule decided: <c>trace id c7c373c8 ip filter FORWARD packet: iif "br0" oif "br0"
/// ip saddr … ip id 39379 …</c>, <c>trace id c7c373c8 ip filter FORWARD rule oifname "br0" accept (verdict
/// accept)</c>, <c>… policy drop</c>.
/// </summary>
internal sealed partial class NftTrace : TraceReader
{
    private const string Mark = "trace id ";
    private readonly Dictionary<string, TracedHop> _at = [];

    public override bool Take(string line, int number)
    {
        var text = line.AsSpan().TrimStart();
        if (!text.StartsWith(Mark))
            return false;
        var words = text[Mark.Length..].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not [var id, var family, var table, var chain, var kind, ..])
            return WasCut(line, number);
        switch (kind)
        {
            case "packet:":
                var sighting = Read(words.AsSpan(5), new(Tool(family), table, chain), line, number);
                Hops.Add(_at[id] = new(sighting, id));
                return sighting.IsComplete || WasCut(line, number);
            case "policy" when words.Length > 5:
                if (_at.TryGetValue(id, out var ended))
                    ended.Decide(words[5], $"policy {words[5]}");
                return true;
            case "rule" when Verdict().Match(line) is { Success: true } verdict:
                var rule = line[(line.IndexOf(" rule ", StringComparison.Ordinal) + 6)..verdict.Index].Trim();
                if (_at.TryGetValue(id, out var hop))
                    hop.Decide(verdict.Groups[1].Value, Counter().Replace(rule, ""));
                return true;
            case "rule" or "policy":
                return WasCut(line, number);
            default:
                return true; // «verdict», «conntrack:» and the words of newer releases
        }
    }

    private static Layer? Tool(string family) => family switch
    {
        "ip" => Layer.Iptables,
        "ip6" => Layer.Ip6tables,
        "bridge" => Layer.Ebtables,
        "arp" => Layer.Arptables,
        _ => null,
    };

    private static Sighting Read(
        ReadOnlySpan<string> words, (Layer? Tool, string Table, string Chain) at, string line, int number)
    {
        string? input = null, output = null, macSource = null, macDestination = null, protocol = null;
        IPAddress? source = null, destination = null;
        int? length = null, ttl = null, ipId = null, flow =
            null, sport = null, dport = null, type = null, code = null, echo = null, sequence = null, operation = null;
        long? tcpSequence = null, acknowledged = null;
        TcpFlags? flags = null;
        var isV6 = false;
        for (var i = 0; i + 1 < words.Length; i++)
        {
            var value = i + 2 < words.Length ? words[i + 2] : "";
            switch (words[i], words[i + 1])
            {
                case ("iif" or "iifname", var name): input ??= name.Trim('"'); break;
                case ("oif" or "oifname", var name): output ??= name.Trim('"'); break;
                case ("ether", "saddr"): macSource = value; break;
                case ("ether", "daddr"): macDestination = value; break;
                case ("ip" or "ip6", "saddr"): source = LogFields.Address(value); isV6 = words[i] == "ip6"; break;
                case ("ip" or "ip6", "daddr"): destination = LogFields.Address(value); break;
                case ("ip", "id"): ipId = LogFields.Number(value); break;
                case ("ip", "ttl") or ("ip6", "hoplimit"): ttl = LogFields.Number(value); break;
                case ("ip" or "ip6", "length"): length = LogFields.Number(value); break;
                case ("ip6", "flowlabel"): flow = LogFields.Number(value); break;
                case ("ip", "protocol") or ("ip6", "nexthdr"): protocol ??= Protocol(value); break;
                case ("icmp" or "icmpv6", "type"):
                    (protocol, type) = (words[i] == "icmp" ? "ICMP" : "ICMPv6", IcmpType(value, isV6));
                    break;
                case ("icmp" or "icmpv6", "code"): code = LogFields.Number(value); break;
                case ("icmp" or "icmpv6", "id"): echo = LogFields.Number(value); break;
                case ("icmp" or "icmpv6", "sequence"): sequence = LogFields.Number(value); break;
                case ("tcp" or "udp", "sport"):
                    (protocol, sport) = (words[i].ToUpperInvariant(), LogFields.Number(value));
                    break;
                case ("tcp" or "udp", "dport"): dport = LogFields.Number(value); break;
                case ("tcp", "sequence"): tcpSequence = LogFields.LongNumber(value); break;
                case ("tcp", "ackseq"): acknowledged = LogFields.LongNumber(value); break;
                case ("tcp", "flags"): flags = Flags(words[(i + 2)..]); break;
                case ("arp", "operation"):
                    operation = value switch { "request" => 1, "reply" => 2, _ => LogFields.Number(value) };
                    break;
                case ("arp", "saddr") when value == "ip" && i + 3 < words.Length:
                    source = LogFields.Address(words[i + 3]);
                    break;
                case ("arp", "daddr") when value == "ip" && i + 3 < words.Length:
                    destination = LogFields.Address(words[i + 3]);
                    break;
            }
        }

        return new()
        {
            Sequence = (ulong)number,
            Run = default,
            Point = PointOf(at.Tool, at.Table, at.Chain),
            Line = line.Trim(),
            // The trace of a packet in br_netfilter's hooks has no physical ports. A frame
            // that is not IP has MAC addresses.
            IsComplete =
                (source is not null && destination is not null && (length is not null || operation is not null))
                    || (source is null && macDestination is not null && input is not null),
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
            Protocol = protocol,
            SourcePort = sport,
            DestinationPort = dport,
            TcpSequence = tcpSequence,
            TcpAcknowledgement = acknowledged,
            TcpFlags = flags,
            IcmpType = type,
            IcmpCode = code,
            IcmpId = echo,
            IcmpSequence = sequence,
            ArpOperation = operation,
        };
    }

    private static string Protocol(string value) => value switch
    {
        "icmp" => "ICMP",
        "icmpv6" or "ipv6-icmp" => "ICMPv6",
        "tcp" => "TCP",
        "udp" => "UDP",
        _ => value,
    };

    // «== syn», «== 0x14», «== syn | ack», «== psh,ack».
    private static TcpFlags Flags(ReadOnlySpan<string> words)
    {
        var flags = TcpFlags.None;
        foreach (var word in words)
        {
            if (word is "==" or "|")
                continue;
            if (LogFields.Hex(word) is { } number)
                return (TcpFlags)(byte)number;
            foreach (var name in word.Split(','))
            {
                if (name is not ("fin" or "syn" or "rst" or "psh" or "ack" or "urg" or "ecn" or "ece" or "cwr"))
                    return flags;
                flags |= name == "ecn" ? TcpFlags.Ece : Enum.Parse<TcpFlags>(name, ignoreCase: true);
            }
        }

        return flags;
    }

    private static int? IcmpType(string value, bool v6) => value switch
    {
        "echo-request" => v6 ? 128 : 8,
        "echo-reply" => v6 ? 129 : 0,
        "destination-unreachable" => v6 ? 1 : 3,
        "packet-too-big" => 2,
        "time-exceeded" => v6 ? 3 : 11,
        "parameter-problem" => v6 ? 4 : 12,
        "redirect" => 5,
        "nd-redirect" => 137,
        "nd-neighbor-solicit" => 135,
        "nd-neighbor-advert" => 136,
        _ => LogFields.Number(value),
    };

    [GeneratedRegex(@"\(verdict (\S+?)(?: [^)]*)?\)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Verdict();

    [GeneratedRegex(@"counter packets \d+ bytes \d+ ?", RegexOptions.CultureInvariant)]
    private static partial Regex Counter();
}
