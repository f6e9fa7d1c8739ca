using System.Text.RegularExpressions;

namespace Hooktrail.Observation.Import;

/// <summary>
/// Lines of the kernel log: from LOG of iptables and ip6tables, <c>log</c> of nftables, <c>--log</c> of ebtables, and
/// TRACE of the legacy iptables (<c>TRACE: raw:PREROUTING:policy:2 IN=…</c>).
/// </summary>
internal sealed partial class KernelLogLines(LogPrefixes prefixes) : TraceReader
{
    private const string Trace = "TRACE: ";
    private readonly Dictionary<string, HookPoint?> _points = [];
    private (string Text, int Number)? _begun;
    private (HookPoint, string)? _traced;
    private int _unnamed;
    private string? _firstUnnamed;

    public override IEnumerable<string> Notes => _unnamed == 0
        ? []
        : [$"{_unnamed} line{(_unnamed == 1 ? "" : "s")} from rules whose prefix names no hook point {(_unnamed == 1 ? "was" : "were")} skipped, first {_firstUnnamed}; map the prefix with --prefix."];

    public override bool Take(string line, int number)
    {
        var text = WithoutHeader(line);
        if (EbtLogFormat.IsFurtherPiece(text))
        {
            if (_begun is not { } begun)
                return false;
            _begun = (begun.Text + text, begun.Number);
            return true;
        }

        var bridge = text.IndexOf(EbtLogFormat.Marker, StringComparison.Ordinal) >= 0;
        var fields = text.IndexOf(bridge ? " IN=" : "IN=", StringComparison.Ordinal);
        if (fields < 0 || text.IndexOf(" OUT=", fields, StringComparison.Ordinal) < 0)
            return IsCutHere(text) && WasCut(line, number);
        End();
        if (bridge)
        {
            // ebt_log prints a line in pieces, so the next line may be a piece of this one.
            _begun = (text, number);
            return true;
        }

        return Take(text, fields, line, number, isBridge: false);
    }

    public override void End()
    {
        if (_begun is not { } begun)
            return;
        _begun = null;
        Take(
            begun.Text, begun.Text.IndexOf(" IN=", StringComparison.Ordinal), begun.Text, begun.Number, isBridge: true);
    }

    private bool Take(string text, int fields, string line, int number, bool isBridge)
    {
        // A whole line ends with a space, which copied lines lose, so the fields must show whether it is whole.
        var body = text[fields..].TrimEnd() + " ";
        var head = new SightingHead((ulong)number, default, default, text.Trim());
        var sighting = isBridge ? EbtLogFormat.Read(head, body.TrimEnd()) : XtLogFormat.Read(head, body);
        var prefix = text[..fields];
        if (Point(prefix, sighting, isBridge) is not { } point)
        {
            if (IsPassedOver(prefix))
                return true;
            _unnamed++;
            _firstUnnamed ??= Quote(line.Trim(), number);
            return true;
        }

        // TRACE prints a line for each matching rule of a chain, and at last for the policy.
        if (prefix.StartsWith(Trace, StringComparison.Ordinal) && _traced == (point, body))
            return true;
        _traced = (point, body);
        if (!sighting.IsComplete || IsCut(sighting))
            WasCut(line, number);
        Hops.Add(new(sighting with { Point = point }, null));
        return true;
    }

    private HookPoint? Point(string prefix, Sighting sighting, bool isBridge)
    {
        var (isV6, isArp) = (sighting.IsV6(), sighting.ArpOperation is not null);
        if (prefix.StartsWith(Trace, StringComparison.Ordinal))
            return TracedPoint(prefix, isV6);
        // Cached, because there are as many prefixes as rules, and a line for each packet.
        var key = $"{prefix}{(isBridge ? "b" : isArp ? "a" : isV6 ? "6" : "4")}";
        if (!_points.TryGetValue(key, out var point))
            _points[key] = point = prefixes.PointOf(prefix, isBridge, isV6, isArp);
        return point;
    }

    // The hook point of a built-in chain; null for chains to which it jumps.
    private static HookPoint? TracedPoint(string prefix, bool isV6)
    {
        if (prefix[Trace.Length..].Split(':') is not [var table, var chain, ..])
            return null;
        var point = new HookPoint(isV6 ? Layer.Ip6tables : Layer.Iptables, table.Trim(), chain);
        return IsBuiltIn(point) ? point : null;
    }

    private static bool IsPassedOver(string prefix) => prefix.StartsWith(Trace, StringComparison.Ordinal);

    private static bool IsCut(Sighting sighting) =>
        sighting is { Protocol: "TCP" or "UDP", DestinationPort: null, FragmentOffset: null or 0, Length: not null };

    // A line that ends before its fields do is skipped, unless it begins like a line of LOG.
    private static bool IsCutHere(string text) => Begun().IsMatch(text);

    // The text that dmesg, journald, syslog and /dev/kmsg write before a record.
    private static string WithoutHeader(string line)
    {
        if (KernelLogRecord.TryParse(line, out var record))
            return record.Text;
        var text = line;
        if (Syslog().Match(text) is { Success: true } syslog)
            text = text[syslog.Length..];
        if (Level().Match(text) is { Success: true } level)
            text = text[level.Length..];
        return Time().Match(text) is { Success: true } time ? text[time.Length..] : text;
    }

    // «Nov 24 10:00:00 host kernel: », «2026-11-24T10:00:00+0000 host kernel: », and the same of journald.
    [GeneratedRegex(@"^(?:\S+ +){1,5}kernel(?:\[\d+\])?: ", RegexOptions.CultureInvariant)]
    private static partial Regex Syslog();

    // «kern  :warn  : » of dmesg -x, «<4>» of dmesg -r.
    [GeneratedRegex(@"^(?:<\d+>|[a-z]+ *:[a-z]+ *: )", RegexOptions.CultureInvariant)]
    private static partial Regex Level();

    // «[ 3268.687973] », «[Tue Nov 24 15:55:32 2026] », «[  +0.000012] » and «[Nov24 15:55] » of -H,
    // «2026-11-24T15:55:32,123456+00:00 ».
    [GeneratedRegex(@"^(?:\[ *(?:[+<]?[\d.]+>?|[A-Za-z]{3} [A-Za-z]{3} [ \d]\d [\d:.]+ \d{4}|[A-Za-z]{3} ?\d+ [\d:]+)\] ?|\d{4}-\d\d-\d\dT[\d:.,]+(?:[+-][\d:]+|Z)? )", RegexOptions.CultureInvariant)]
    private static partial Regex Time();

    [GeneratedRegex(@"(?:^|[ \]:-])(?:IN=\S* (?:OUT?)?$|IN=\S*$)", RegexOptions.CultureInvariant)]
    private static partial Regex Begun();
}
