using System.Text;
using Hooktrail.Text;

namespace Hooktrail.Report.Picture;

/// <summary>The picture as a Mermaid flowchart: each entered hook is a box, each hop in it a numbered node.</summary>
public static class PictureMermaid
{
    /// <summary>The flowchart, without a fence around it.</summary>
    public static string Of(StackMap map, LitLeg leg)
    {
        var chart = new StringBuilder("flowchart LR\n");
        var hops = leg.Trail.Hops;
        if (hops.IsEmpty)
            return chart
                .Append(CultureInfo.InvariantCulture, $"  e[\"{Text(leg.Trail.Outcome.ToString())}\"]\n")
                .ToString();

        var rewritings = PictureSvg.Rewritings(map, leg).ToLookup(one => one.Box, one => one.Says);
        HookBox? box = null;
        for (var at = 0; at < hops.Length; at++)
        {
            var next = map.Find(hops[at].Point) is { } row ? map.BoxOf(row) : null;
            if (at == 0 || next != box)
            {
                if (at > 0)
                    chart.Append("  end\n");
                chart.Append(
                    CultureInfo.InvariantCulture,
                    $"  subgraph s{at + 1}[\"{Text(Title(next, hops[at].Point))}{string.Concat(next is null ? [] : rewritings[next].Select(says => $"<br/>NAT: {Text(says)}"))}\"]\n");
            }

            box = next;
            chart.Append(CultureInfo.InvariantCulture, $"    h{at + 1}[\"{at + 1} {Text(hops[at].Point.Table)}\"]\n");
        }

        chart.Append("  end\n");
        chart.Append(CultureInfo.InvariantCulture, $"  b([\"{Text(Begin(hops[0]))}\"]) --> h1\n");
        for (var at = 1; at < hops.Length; at++)
            chart.Append(
                CultureInfo.InvariantCulture, $"  h{at} -->{Between(map, hops[at - 1], hops[at])} h{at + 1}\n");
        chart.Append(
            CultureInfo.InvariantCulture,
            $"  h{hops.Length} {(leg.Trail.Outcome.Kind == OutcomeKind.Delivered ? "-->" : "-.->")} e([\"{Text(leg.Trail.Outcome.ToString())}\"])\n");
        if (leg.Parts >= 0 && leg.Parts < hops.Length)
            chart.Append(CultureInfo.InvariantCulture, $"  h{leg.Parts + 1} -.- d>\"the prediction parts here\"]\n");
        return chart.ToString();
    }

    internal static string Title(HookBox? box, HookPoint point) =>
        box is null
            ? $"{point.Layer.Name()} {point.Chain}"
            : $"{(box.IsBridge ? "bridge " : box.Family == "netdev" ? "" : $"{box.Family} ")}{box.Title}";

    internal static string Begin(Hop first) =>
        (first.PhysIn ?? first.In) is { } device ? $"{first.Source} ▸ {device}" : "the host sends";

    private static string Between(StackMap map, Hop one, Hop next) =>
        map.Find(one.Point) is { } from
        && map.Find(next.Point) is { } to
        && TrailLine.Decision(map.BoxOf(from), map.BoxOf(to)) is { } decision
        && map.BoxOf(from) != map.BoxOf(to)
            ? $"|{decision}|"
            : "";

    // Within quotes, Mermaid has its own escapes for characters that would end or mark up the text.
    private static string Text(string text) => PlainText.Of(text)
        .Replace("#", "#35;", StringComparison.Ordinal).Replace("\"", "#quot;", StringComparison.Ordinal)
        .Replace("<", "#lt;", StringComparison.Ordinal).Replace(">", "#gt;", StringComparison.Ordinal);
}
