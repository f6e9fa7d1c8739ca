using System.Text;
using Hooktrail.Text;

namespace Hooktrail.Report.Picture;

/// <summary>
/// The picture for a terminal, 119 characters wide: every hook is a box of its registrations with their priorities, and
/// each crossed chain has the number of its hop on the left. Below is the way in words, from decision to decision.
/// </summary>
public static class PictureText
{
    private const int NumberWidth = 5;
    private const int LabelWidth = 11;
    private const int PriorityWidth = 5;
    private const int BoxWidth = NumberWidth + LabelWidth + PriorityWidth;

    /// <summary>Lines end with a line feed.</summary>
    public static string Of(StackMap map, LitLeg leg)
    {
        var numbers = leg.Trail.Hops.Index().ToLookup(one => one.Item.Point, one => one.Index + 1);
        var rewritings = PictureSvg.Rewritings(map, leg).ToLookup(one => one.Box, one => one.Says);
        var decided = map.Decisions(leg.Trail).Select(one => one.Row).ToHashSet();
        var text = new StringBuilder().Append(PlainText.Of(leg.Title)).Append("\n\n");
        foreach (var (name, lane) in (ReadOnlySpan<(string, ImmutableArray<HookBox>)>)
        [
            (
                map.Plane switch { Plane.IPv6 => "IPv6", Plane.Arp => "ARP", _ => "IPv4" },
                [.. map.Boxes.Where(box => !box.IsBridge && box.Family != "netdev")]),
            ("bridge", [.. map.Boxes.Where(box => box.IsBridge)]),
            ("devices", [.. map.Boxes.Where(box => box.Family == "netdev")]),
        ])
            if (!lane.IsEmpty)
                Lane(text, name, lane.Select(box => Box(box, numbers, decided)));
        return text.Append(Way(map, leg, rewritings)).ToString();
    }

    private static void Lane(StringBuilder text, string name, IEnumerable<ImmutableArray<string>> boxes)
    {
        text.Append(name).Append('\n');
        var drawn = boxes.ToImmutableArray();
        for (var line = 0; line < drawn.Max(box => box.Length); line++)
            text.Append(string
                .Join(' ', drawn.Select(box => line < box.Length ? box[line] : new string(' ', BoxWidth + 2)))
                .TrimEnd()).Append('\n');
        text.Append('\n');
    }

    private static ImmutableArray<string> Box(HookBox box, ILookup<HookPoint, int> numbers, HashSet<HookRow> decided) =>
    [
        $"┌ {box.Title} {new string('─', Math.Max(0, BoxWidth - box.Title.Length - 2))}┐",
        .. box.Rows.Select(row => $"│{(row.IsDecision ? Decision(row, decided) : Function(row, numbers))}│"),
        $"└{new string('─', BoxWidth)}┘",
    ];

    private static string Decision(HookRow row, HashSet<HookRow> decided) =>
        $"{(decided.Contains(row) ? "◆" : "◇")} {row.Label}".PadRight(BoxWidth);

    private static string Function(HookRow row, ILookup<HookPoint, int> numbers)
    {
        var crossed = PictureSvg.Short(
            row.Point is { } point ? string.Join(',', numbers[point]) : "",
            NumberWidth + LabelWidth - 6).PadLeft(NumberWidth - 1);
        // Several crossings, such as those of fragments, take room from the name.
        var room = NumberWidth + LabelWidth - crossed.Length - 1;
        var name = PictureSvg.Short(PlainText.Of(row.Point is null ? Kernel(row.Label) : row.Label), room);
        return $"{crossed} {name.PadRight(room)}{PictureSvg.Priority(row.Priority),PriorityWidth}";
    }

    // There is room for a function's purpose, but not for its name.
    private static string Kernel(string function) => function switch
    {
        "nf_conntrack_in" => "(conntrack)",
        _ when function.StartsWith("br_nf", StringComparison.Ordinal) => "(br_netf.)",
        _ =>
            $"({function.Replace("nf_", "", StringComparison.Ordinal).Replace("ip_", "", StringComparison.Ordinal).Replace("_in", "", StringComparison.Ordinal)})",
    };

    /// <summary>One line for each hook: what led there, its hops, and what NAT rewrote.</summary>
    private static string Way(StackMap map, LitLeg leg, ILookup<HookBox, string> rewritings)
    {
        var hops = leg.Trail.Hops;
        if (hops.IsEmpty)
            return $"no hop; {PlainText.Of(leg.Trail.Outcome.ToString())}\n";
        var text = new StringBuilder($"{PictureMermaid.Begin(hops[0])}\n");
        HookBox? before = null;
        for (var at = 0; at < hops.Length;)
        {
            var box = map.Find(hops[at].Point) is { } row ? map.BoxOf(row) : null;
            var end = at + 1;
            while (end < hops.Length
                && box is not null
                && map.Find(hops[end].Point) is { } next
                && map.BoxOf(next) == box)
                end++;
            var led = before is not null && box is not null && before != box ? TrailLine.Decision(before, box) : null;
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {(led is null ? "" : $"{led}: ")}{PictureMermaid.Title(box, hops[at].Point)} ");
            text.Append(string.Join(", ", hops[at..end].Select(
                (hop, index) => string.Create(CultureInfo.InvariantCulture, $"{at + index + 1} {hop.Point.Table}"))));
            if (box is not null && box != before)
                text.Append(string.Concat(rewritings[box].Select(says => $"; NAT: {says}")));
            text.Append(leg.Parts >= at && leg.Parts < end
                ? string.Create(CultureInfo.InvariantCulture, $"; the prediction parts from it at {leg.Parts + 1}\n")
                : "\n");
            (before, at) = (box, end);
        }
        return PlainLines(text.Append(leg.Trail.Outcome.ToString()).Append('\n').ToString());
    }

    private static string PlainLines(string text) => string.Join('\n', text.Split('\n').Select(PlainText.Of));
}
