using Hooktrail.Trails;

namespace Hooktrail.Observation;

/// <summary>
/// Reads what tracepoints write. Two writers, two formats (facts 4.1, 4.2): xt LOG of iptables and ip6tables, and ebt_log of ebtables.
/// </summary>
public static class SightingParser
{
    /// <summary>
    /// Reads one record's text. Text of another origin gives false; text that was cut gives a sighting that is not complete.
    /// </summary>
    /// <param name="sequence">The record's number.</param>
    /// <param name="text">The record's text.</param>
    /// <param name="sighting">What it says.</param>
    public static bool TryParse(ulong sequence, string text, out Sighting? sighting)
    {
        sighting = null;
        if (!TracepointPrefix.TryParse(text, out var run, out var point, out var length))
            return false;
        var fields = text.AsSpan(length);
        var head = new Sighting { Sequence = sequence, Run = run, Point = point, Line = text, IsComplete = false };
        sighting = fields.Contains(EbtLogFormat.Marker, StringComparison.Ordinal) || point.Layer == Layer.Ebtables
            ? EbtLogFormat.Read(head, fields)
            : XtLogFormat.Read(head, fields);
        return true;
    }
}
