using System.Text.RegularExpressions;

namespace Hooktrail.Observation.Import;

/// <summary>
/// Finds where lines are missing: where a logger says so, and where the numbers of records have a gap. A gap may also
/// come from a filter such as grep, which looks the same.
/// </summary>
internal sealed partial class TraceLosses
{
    private string? _first;
    private int _more;
    private ulong? _last;

    /// <summary>The first loss, as a sentence's subject; null for none.</summary>
    public string? Text => _first is null || _more == 0
        ? _first
        : $"{_first}, and {_more} more time{(_more == 1 ? "" : "s")}";

    /// <summary>Whether the line is a logger's report of lost lines.</summary>
    public bool Take(string line, int number)
    {
        if (KernelLogRecord.TryParse(line, out var record))
            Number(record.Sequence, number);
        else if (Sequence().Match(line) is { Success: true } sequence
            && LogFields.LongNumber(sequence.Groups[1].Value) is { } id)
            Number((ulong)id, number);
        if (!Report().IsMatch(line))
            return false;
        Add($"messages were lost at {TraceReader.Quote(line.Trim(), number)}");
        return true;
    }

    private void Number(ulong sequence, int line)
    {
        if (_last is { } last && sequence > last + 1)
            Add($"the records {last + 1} to {sequence - 1} are missing before line {line}");
        _last = sequence;
    }

    private void Add(string what)
    {
        if (_first is null)
            _first = what;
        else
            _more++;
    }

    // RFC 5424, section 7.3.1.
    [GeneratedRegex(@"\[meta [^\]]*\bsequenceId=""(\d+)""", RegexOptions.CultureInvariant)]
    private static partial Regex Sequence();

    // journald; lib/ratelimit.c; printk; journald and rsyslog, limiting a sender; nft monitor and xtables-monitor after
    // ENOBUFS (iptables/nft.c, nftables/src/mnl.c).
    [GeneratedRegex(
        @"Missed \d+ kernel messages|\d+ callbacks suppressed|\d+ printk messages dropped|Suppressed \d+ messages from|\d+ messages lost due to rate-limiting|lost some netlink events|\d+ messages (?:were )?lost",
        RegexOptions.CultureInvariant)]
    private static partial Regex Report();
}
