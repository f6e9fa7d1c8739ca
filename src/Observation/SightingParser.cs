using System.Diagnostics.CodeAnalysis;

namespace Hooktrail.Observation;

/// <summary>
/// Parses the records of taps: the formats of xt LOG (net/netfilter/nf_log_syslog.c) and ebt_log
/// (net/bridge/netfilter/ebt_log.c).
/// </summary>
public static class SightingParser
{
    /// <summary>
    /// False for text of another origin; a record that was cut gives a sighting that is not complete.
    /// </summary>
    public static bool TryParse(ulong sequence, string text, [NotNullWhen(true)] out Sighting? sighting)
    {
        sighting = null;
        if (!TapPrefix.TryParse(text, out var run, out var point, out var length))
            return false;
        var head = new SightingHead(sequence, run, point, text);
        var fields = text.AsSpan(length);
        sighting = point.Layer == Layer.Ebtables ? EbtLogFormat.Read(head, fields) : XtLogFormat.Read(head, fields);
        return true;
    }
}

/// <summary>The fields of a sighting that are known before the record's text is parsed.</summary>
internal readonly record struct SightingHead(ulong Sequence, RunId Run, HookPoint Point, string Line);
