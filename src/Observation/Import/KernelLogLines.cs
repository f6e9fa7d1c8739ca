using System.Text.RegularExpressions;
using Match = System.Text.RegularExpressions.Match;

namespace Hooktrail.Observation.Import;

/// <summary>
/// Lines of the kernel log: from LOG of iptables and ip6tables, <c>log</c> of nftables, <c>--log</c> of ebtables, and
/// TRACE of the legacy iptables (<c>TRACE: raw:PREROUTING:policy:2 IN=…</c>). A line is found by its record; what any
/// logger wrote before it is the head.
/// </summary>
internal sealed partial class KernelLogLines(LogPrefixes prefixes) : TraceReader
{
    private (string Text, int Number)? _begun;
    private int _unnamed;
    private string? _firstUnnamed;
    private TraceFormat? _tool;

    public override IEnumerable<string> Notes => _unnamed == 0
        ? []
        : [$"{_unnamed} line{(_unnamed == 1 ? "" : "s")} from rules whose prefix names no hook point {(_unnamed == 1 ? "was" : "were")} skipped, first {_firstUnnamed}; map the prefix with --prefix{(_tool is { } tool ? $", or use --format {tool.Name()}" : "")}."];

    public override bool Take(string line, int number)
    {
        var text = KernelLogRecord.TryParse(line, out var record) ? record.Text : line;
        var fields = Fields().Match(text);
        if (!fields.Success)
        {
            if (Piece().Match(text) is { Success: true } piece && _begun is { } begun)
            {
                // ebt_log prints a line in pieces, so this one may be a piece of the one before.
                _begun = (begun.Text + text[piece.Index..], begun.Number);
                return true;
            }

            return IsCutHere(text) && WasCut(line, number);
        }

        End();
        if (text.AsSpan(fields.Index).Contains(EbtLogFormat.Marker, StringComparison.Ordinal))
        {
            _begun = (text, number);
            return true;
        }

        return Take(text, fields.Index, number, isBridge: false);
    }

    public override void End()
    {
        if (_begun is not { } begun)
            return;
        _begun = null;
        Take(begun.Text, Fields().Match(begun.Text).Index, begun.Number, isBridge: true);
    }

    private bool Take(string text, int fields, int number, bool isBridge)
    {
        // A whole line ends with a space, which copied lines lose, so the fields must show whether it is whole.
        var body = text[fields..].TrimEnd(' ', '"', '\'', '`', '”', '»');
        var prefix = text[..fields];
        var trace = Trace().Match(prefix);
        var head = new SightingHead(
            (ulong)number, default, default, (trace.Success ? text[trace.Index..] : WithoutHead(text, fields)).Trim());
        var sighting = isBridge ? EbtLogFormat.Read(head, $" {body}") : XtLogFormat.Read(head, $"{body} ");
        if (trace.Success)
            return Add(Traced(trace, sighting, number), text, number);
        var meaning = prefixes.Of(prefix, isBridge, sighting.IsV6(), sighting.ArpOperation is not null);
        if (meaning?.At(sighting) is { } point)
        {
            var hop = new TracedHop(sighting with { Point = point }, null) { Prefix = meaning.Prefix };
            hop.Decide(meaning.Decision, meaning.Prefix ?? "");
            return Add(hop, text, number);
        }

        if (meaning is { Points.IsEmpty: true })
            return true;
        _unnamed++;
        _firstUnnamed ??= Quote(text.Trim(), number);
        _tool ??= LogTools.Of(prefix);
        return true;
    }

    private bool Add(TracedHop hop, string line, int number)
    {
        if (!hop.Sighting.IsComplete || IsCut(hop.Sighting))
        {
            // Without both addresses it can be of any packet.
            if (hop.Sighting is not { Source: not null, Destination: not null })
                return WasCut(line.Trim(), number);
            WasCut(line.Trim(), number, hop);
        }

        Hops.Add(hop);
        return true;
    }

    // The number is the rule's in its chain; ip_tables.c, trace_packet. A policy has the number after the last rule.
    private static TracedHop Traced(Match trace, Sighting sighting, int number)
    {
        var (table, chain) = (trace.Groups["table"].Value, trace.Groups["chain"].Value);
        var point = new HookPoint(sighting.IsV6() ? Layer.Ip6tables : Layer.Iptables, table, chain);
        var hop = new TracedHop(sighting with { Point = point }, null) { IsInUsersChain = !IsBuiltIn(point) };
        hop.Add(new(chain, trace.Groups["step"].Value switch
        {
            "policy" => TracedStep.Policy,
            "return" => TracedStep.Return,
            _ => TracedStep.Rule,
        })
        {
            Number = LogFields.Number(trace.Groups["number"].Value),
            Line = number,
            Record = sighting.Line,
        });
        return hop;
    }

    private static bool IsCut(Sighting sighting) =>
        sighting is { Protocol: "TCP" or "UDP", DestinationPort: null, FragmentOffset: null or 0, Length: not null };

    // A line that ends before its fields do is skipped, unless it begins like a line of LOG.
    private static bool IsCutHere(string text) => Begun().IsMatch(text);

    // For evidence: from the prefix on, as far as the head's end is known.
    private static string WithoutHead(string text, int fields)
    {
        var begin = 0;
        foreach (var head in Head().EnumerateMatches(text.AsSpan(0, fields)))
            begin = head.Index + head.Length;
        return text[begin..];
    }

    // Every record begins with both, next to each other (nf_log_syslog.c, nf_log_dump_packet_common; ebt_log.c).
    [GeneratedRegex(@"IN=\S* +OUT=", RegexOptions.CultureInvariant)]
    private static partial Regex Fields();

    [GeneratedRegex(@" (?:IP|IPv6) SRC=| SPT=\d| ARP HTYPE=| ARP MAC SRC=", RegexOptions.CultureInvariant)]
    private static partial Regex Piece();

    [GeneratedRegex(
        @"TRACE: (?<table>\S+?):(?<chain>\S+):(?<step>rule|return|policy):(?<number>\d+)\s*$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Trace();

    [GeneratedRegex(@"\d+", RegexOptions.CultureInvariant)]
    private static partial Regex WithoutTimes();

    [GeneratedRegex(
        @"\bkernel(?:\[\d+\])?: |^\S*\[ *[+<]?[\d.]+>?\] ?|\[ *[TC+]?[\d.]+\] |^\[[^\]]*\d:\d\d[^\]]*\] |^\d{4}-\d\d-\d\dT\S+ |\] (?=\[ *[\d.]+\])",
        RegexOptions.CultureInvariant)]
    private static partial Regex Head();

    [GeneratedRegex(@"(?:^|[ \]:-])(?:IN=\S* (?:OUT?)?$|IN=\S*$)", RegexOptions.CultureInvariant)]
    private static partial Regex Begun();
}
