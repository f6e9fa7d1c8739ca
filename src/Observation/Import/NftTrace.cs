using System.Net;
using System.Text.RegularExpressions;

namespace Hooktrail.Observation.Import;

/// <summary>
/// The format of <c>nft monitor trace</c>: for each base chain a line with the packet, then the rules that
/// matched, then the policy if no rule decided: <c>trace id c7c373c8 ip filter FORWARD packet: iif "br0" oif "br0"
/// ip saddr … ip id 39379 …</c>, <c>trace id c7c373c8 ip filter FORWARD rule oifname "br0" accept (verdict
/// accept)</c>, <c>… policy drop</c>. Rules of a chain that was jumped to have that chain's name; the kernel shows the
/// packet once for each base chain (net/netfilter/nf_tables_trace.c, <c>nft_trace_notify</c>), and at the first line,
/// so in the user's chain if that sets nftrace.
/// </summary>
internal sealed partial class NftTrace : TraceReader
{
    private readonly ChainCrossings _crossings = new();

    public override IEnumerable<string> Notes => _crossings.Notes;

    public override bool Take(string line, int number)
    {
        if (!line.Contains("trace id ", StringComparison.Ordinal))
            return false;
        if (Line().Match(line) is not { Success: true } parts)
            return WasCut(line, number);
        var (id, family, table, chain) = (
            parts.Groups["id"].Value,
            parts.Groups["family"].Value,
            parts.Groups["table"].Value,
            parts.Groups["chain"].Value);
        var place = new ChainPlace(family, table, chain);
        var (kind, rest) = (parts.Groups["kind"].Value, parts.Groups["rest"].Value.Trim());
        var text = line[parts.Index..].Trim();
        switch (kind)
        {
            case "packet:":
                var sighting = Read(
                    rest.Split(' ', StringSplitOptions.RemoveEmptyEntries),
                    PointOf(family, table, chain),
                    text,
                    number);
                var hop = new TracedHop(sighting, id);
                Hops.Add(hop);
                _crossings.Begin(id, place, hop);
                return sighting.IsComplete || WasCut(line, number, hop);
            case "policy" when rest.Length > 0:
                Step(new(chain, TracedStep.Policy) { Verdict = rest.Split(' ')[0], Line = number, Record = text });
                return true;
            case "rule" when Verdict().Match(rest) is { Success: true } verdict:
                var rule = rest[..verdict.Index].Trim();
                string? handle = null;
                if (Handle().Match(rule) is { Success: true } at)
                    (rule, handle) = (rule[..at.Index].Trim(), at.Groups[1].Value);
                Step(new(chain, TracedStep.Rule)
                {
                    Text = Counter().Replace(rule, "").Trim(),
                    Handle = handle,
                    Verdict = verdict.Groups[1].Value,
                    Line = number,
                    Record = text,
                });
                return true;
            case "verdict" when rest.Length > 0:
                Step(new(chain, TracedStep.Return) { Verdict = rest.Split(' ')[0], Line = number, Record = text });
                return true;
            case "rule" or "policy" or "verdict":
                return WasCut(line, number);
            default:
                return true; // «conntrack:» and the words of newer releases
        }

        void Step(TracedRule step)
        {
            if (_crossings.Take(id, place, step, PointOf(family, table, chain)) is { } orphan)
                Hops.Add(orphan);
            if (step.Step != TracedStep.Return)
                _crossings.Decide(id, DecisionOf(step), BecauseOf(step));
        }
    }

    public override void End() => _crossings.Resolve(Hops, place => PointOf(place.Family, place.Table, place.Chain));

    private static TracedDecision DecisionOf(TracedRule step) => step.Verdict switch
    {
        "accept" => TracedDecision.Passed,
        "drop" => IsReject(step.Text) ? TracedDecision.Rejected : TracedDecision.Dropped,
        _ => TracedDecision.Untold,
    };

    private static string BecauseOf(TracedRule step) => step switch
    {
        { Step: TracedStep.Policy } => $"policy {step.Verdict}",
        { Text: { Length: > 0 } text } => text,
        _ => step.ToString(),
    };

    // Only the statement rejects, not a word in a comment, a prefix, or the name of a set.
    private static bool IsReject(string? rule) => rule is not null
        && (rule.Contains("xt target \"REJECT\"", StringComparison.Ordinal)
            || Reject().IsMatch(Comment().Replace(rule, "").TrimEnd()));

    private static Sighting Read(
        ReadOnlySpan<string> words, HookPoint point, string line, int number)
    {
        string? input = null, output = null, macSource = null, macDestination = null, protocol = null;
        IPAddress? source = null, destination = null;
        int? length = null, ttl = null, ipId = null, flow =
            null, sport = null, dport = null, type = null, code = null, echo = null, sequence = null, operation = null;
        long? tcpSequence = null, acknowledged = null;
        TcpFlags? flags = null;
        var (isV6, isIp) = (false, false);
        for (var i = 0; i + 1 < words.Length; i++)
        {
            var value = i + 2 < words.Length ? words[i + 2] : "";
            switch (words[i], words[i + 1])
            {
                case ("iif" or "iifname", var name): input ??= name.Trim('"'); break;
                case ("oif" or "oifname", var name): output ??= name.Trim('"'); break;
                case ("ether", "saddr"): macSource = value; break;
                case ("ether", "daddr"): macDestination = value; break;
                case ("ip" or "ip6", "saddr"):
                    (source, isV6, isIp) = (LogFields.Address(value), words[i] == "ip6", true);
                    break;
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
                    (source, isIp) = (LogFields.Address(words[i + 3]), true);
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
            Point = point,
            Line = line,
            // The trace of a packet in br_netfilter's hooks has no physical ports. A frame
            // that is not IP has MAC addresses.
            IsComplete = isIp
                ? source is not null && destination is not null && (length is not null || operation is not null)
                : macDestination is not null && input is not null,
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

    [GeneratedRegex(
        @"\btrace id (?<id>[0-9a-f]{1,8}) (?<family>ip6?|inet|bridge|arp|netdev) (?<table>\S+) (?<chain>\S+) (?<kind>packet:|rule|policy|verdict|[a-z]+:?)(?<rest> .*)?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Line();

    [GeneratedRegex(@"\(verdict ([^)]+?)\)\W*$", RegexOptions.CultureInvariant)]
    private static partial Regex Verdict();

    [GeneratedRegex(@"# handle (\d+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Handle();

    [GeneratedRegex(@"\s*\bcounter packets \d+ bytes \d+", RegexOptions.CultureInvariant)]
    private static partial Regex Counter();

    [GeneratedRegex("(?:comment )?\"(?:\\\\.|[^\"\\\\])*\"", RegexOptions.CultureInvariant)]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?:^|\s)reject(?:\s+with\s+.+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Reject();
}
