using System.Net;
using System.Text;
using Hooktrail.Text;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Report.Picture;

/// <summary>
/// Draws the stack with a leg's trail lit on it. All legs of a host share one map definition and add little to it, so a
/// page can hold hundreds of them. Registrations and trail determine map and line.
/// </summary>
public static class PictureSvg
{
    /// <summary>The style of the pictures; its colours are custom properties of the class <c>ht</c>.</summary>
    public static string Css { get; } = Resource("picture.css");

    public static string DarkCss { get; } = Resource("picture-dark.css");

    /// <summary>
    /// The unlit map, as an invisible element to which <see cref="Overlay"/> refers. Its attribute <c>data-areas</c>
    /// gives each hook point's place: <c>point,x,y,width,height</c>, joined by semicolons.
    /// </summary>
    public static string Definition(StackMap map, string id)
    {
        var areas = map.Boxes.SelectMany(box => box.Rows.Where(row => row.Point is not null)
            .Select(row => $"{row.Point},{box.X},{row.Y},{StackMap.BoxWidth},{StackMap.RowHeight}"));
        return $"""<svg class="ht ht-map" width="0" height="0" aria-hidden="true" focusable="false" data-areas="{Text(string.Join(';', areas))}"><symbol id="{Text(id)}" viewBox="0 0 {map.Width} {map.Height}"><g class="ht-m">{Map(map)}</g></symbol></svg>""";
    }

    /// <summary>One leg's picture, on a map that the same document defines.</summary>
    /// <remarks>The ids of the picture's title and description begin with the picture's id.</remarks>
    public static string Overlay(StackMap map, string mapId, string id, LitLeg leg) =>
        $"""<svg class="ht" viewBox="0 0 {map.Width} {map.Height}" role="img" aria-labelledby="{Text(id)}-t {Text(id)}-d"><title id="{Text(id)}-t">{Text(leg.Title)}</title><desc id="{Text(id)}-d">{Text(Brief(leg))}</desc><use href="#{Text(mapId)}" width="{map.Width}" height="{map.Height}"/>{Lit(map, leg)}</svg>""";

    /// <summary>A whole file: map, trail, style, light and dark.</summary>
    public static string Standalone(StackMap map, LitLeg leg) =>
        $"""
        <svg xmlns="http://www.w3.org/2000/svg" class="ht" viewBox="0 0 {map.Width} {map.Height}" width="{map.Width}" height="{map.Height}" role="img" aria-labelledby="t d">
        <title id="t">{Text(leg.Title)}</title>
        <desc id="d">{Text(Description(leg))}</desc>
        <style>{Css}@media(prefers-color-scheme:dark){"{"}{DarkCss}{"}"}</style>
        <rect width="{map.Width}" height="{map.Height}" style="fill:var(--ht-bg)"/>
        {Map(map)}
        {Lit(map, leg)}
        </svg>

        """;

    /// <summary>The picture in a sentence, for readers who cannot see it.</summary>
    public static string Description(LitLeg leg)
    {
        var hops = leg.Trail.Hops.Select((hop, index) => $"{index + 1} {hop.Point}");
        var parts = leg.Parts < 0 ? "" : $" The prediction parts from it at hop {leg.Parts + 1}.";
        return leg.Trail.Hops.IsEmpty
            ? $"It crosses no hook point; {leg.Trail.Outcome}."
            : $"It crosses {string.Join(", ", hops)}; then it is {leg.Trail.Outcome}.{parts}";
    }

    // On a page, the table of hops beside the picture has the details.
    private static string Brief(LitLeg leg) =>
        $"{leg.Trail.Hops.Length} hops, {leg.Trail.Outcome}{(leg.Parts < 0 ? "" : $"; the prediction parts from it at hop {leg.Parts + 1}")}. The table below says the same.";

    private static string Map(StackMap map)
    {
        var svg = new StringBuilder();
        var upper = map.Plane switch { Plane.IPv6 => "IPv6", Plane.Arp => "ARP", _ => "IPv4" };
        Rect(svg, "ht-lane", 6, map.UpperTop - 8, map.Width - 12, map.UpperBottom - map.UpperTop + 16, 8);
        Rect(svg, "ht-lane2", 6, map.LowerTop - 8, map.Width - 12, map.LowerBottom - map.LowerTop + 16, 8);
        LaneName(svg, 28, (map.UpperTop + map.UpperBottom) / 2, upper);
        LaneName(svg, 28, (map.LowerTop + map.LowerBottom) / 2, "bridge");
        var processLeft = StackMap.ColumnLeft(1) - 34;
        Rect(
            svg, "ht-box", processLeft, map.ProcessTop,
            StackMap.ColumnLeft(3) + StackMap.BoxWidth - processLeft, map.ProcessBottom - map.ProcessTop, 6);
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<text class="ht-head" x="{map.Width / 2}" y="{map.ProcessTop + 19}" text-anchor="middle">local process (the host itself)</text>""");
        foreach (var box in map.Boxes)
            Box(svg, box);
        return svg.ToString();
    }

    private static void Box(StringBuilder svg, HookBox box)
    {
        Rect(svg, "ht-box", box.X, box.Top, StackMap.BoxWidth, box.Bottom - box.Top, 6);
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<text class="ht-head" x="{box.X + 10}" y="{box.Top + 16}">{Text(box.Title)}</text>""");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<path class="ht-rule" d="M{box.X} {box.Top + StackMap.HeaderHeight - 2}h{StackMap.BoxWidth}"/>""");
        foreach (var row in box.Rows)
        {
            if (row.IsDecision)
            {
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"""<text class="ht-fn" x="{box.X + StackMap.Gutter + 4}" y="{row.Y + 14}">◇ {row.Label}</text>""");
                continue;
            }
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<text {(row.Point is null ? "class=\"ht-fn\" " : "")}x="{box.X + StackMap.Gutter + 4}" y="{row.Y + 14}">{Text(Short(row.Label, 21))}</text>""");
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<text class="ht-pri" x="{box.X + StackMap.BoxWidth - 8}" y="{row.Y + 14}">{Priority(row.Priority)}</text>""");
        }
    }

    private static string Lit(StackMap map, LitLeg leg)
    {
        var svg = new StringBuilder();
        if (leg.Trail.Hops.IsEmpty)
            return svg.Append(
                CultureInfo.InvariantCulture,
                $"""<text class="ht-bad" x="{StackMap.Left}" y="{map.Height - 10}">{Text($"no hop: {leg.Trail.Outcome}")}</text>""")
                .ToString();
        var route = TrailLine.Of(map, leg.Trail);
        if (leg.Parts >= 0)
            Other(svg, map, leg);
        svg.Append(CultureInfo.InvariantCulture, $"""<path class="ht-path" pathLength="1" d="{route.Path()}"/>""");
        if (leg.Trail.Outcome.Kind == OutcomeKind.Delivered)
            svg.Append(Arrow(route, down: !route.EndsAtProcess));
        foreach (var (box, row) in map.Decisions(leg.Trail))
            Rect(svg, "ht-decided", box.X + 2, row.Y + 1, StackMap.BoxWidth - 4, StackMap.RowHeight - 2, 4);
        foreach (var label in route.Labels)
            Label(svg, label);
        Ends(svg, map, leg, route);
        Hops(svg, map, leg);
        foreach (var (box, says) in Rewritings(map, leg))
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<text class="ht-nat" x="{box.X + 8}" y="{box.NatY}">{Text(Short(says, 30))}</text>""");
        var end = leg.Trail.Outcome.Kind == OutcomeKind.Delivered ? "ht-head" : "ht-bad";
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<text class="{end}" x="{StackMap.Left}" y="{map.Height - 10}">{Text(Short($"{leg.Title}: {leg.Trail.Outcome}", 170))}</text>""");
        return svg.ToString();
    }

    private static void Hops(StringBuilder svg, StackMap map, LitLeg leg)
    {
        var before = new Dictionary<HookRow, int>();
        foreach (var (index, hop) in leg.Trail.Hops.Index())
        {
            if (map.Find(hop.Point) is not { } row)
                continue;
            var box = map.BoxOf(row);
            var again = before[row] = before.GetValueOrDefault(row) + 1;
            // Further crossings are numbered on the right, beside the priority.
            var x = again == 1 ? box.X + StackMap.Gutter / 2 : box.X + StackMap.BoxWidth - 26 - again * 18;
            var ends = index == leg.Trail.Hops.Length - 1 && leg.Trail.Outcome.Kind != OutcomeKind.Delivered;
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<g class="lit{(index == leg.Parts ? " diverge" : "")}" data-n="{index + 1}" data-point="{Text(hop.Point.ToString())}">""");
            if (again == 1)
                Rect(svg, null, box.X + 2, row.Y + 1, StackMap.BoxWidth - 4, StackMap.RowHeight - 2, 4);

            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<circle cx="{x}" cy="{row.Middle}" r="9"/><text x="{x}" y="{row.Middle + 4}">{index + 1}</text></g>""");
            if (ends)
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"""<text class="ht-bad" x="{box.X + StackMap.BoxWidth - 58}" y="{row.Y + 15}">✕ {leg.Trail.Outcome.Kind switch { OutcomeKind.Unknown => "?", _ => "end" }}</text>""");
        }
    }

    /// <summary>The other trail from the place where it parts: dashed, with its own numbers.</summary>
    private static void Other(StringBuilder svg, StackMap map, LitLeg leg)
    {
        svg.Append(
            CultureInfo.InvariantCulture, $"""<path class="ht-other" d="{TrailLine.Of(map, leg.Other!).Path()}"/>""");
        foreach (var (index, hop) in leg.Other!.Hops.Index().Skip(leg.Parts))
            if (map.Find(hop.Point) is { } row)
            {
                var box = map.BoxOf(row);
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"""<g class="other{(index == leg.Parts ? " diverge" : "")}" data-n="{index + 1}" data-point="{Text(hop.Point.ToString())}">""");
                Rect(svg, null, box.X + 2, row.Y + 1, StackMap.BoxWidth - 4, StackMap.RowHeight - 2, 4);
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"""<text x="{box.X + StackMap.BoxWidth - 46}" y="{row.Middle + 4}">({index + 1})</text></g>""");
            }
    }

    private static void Ends(StringBuilder svg, StackMap map, LitLeg leg, TrailLine route)
    {
        if (route.Start is { } start)
            Device(svg, map, StackMap.ColumnLeft(0), $"{leg.Trail.Hops[0].Source ?? ""} ▸ {start}");
        if (route.End is { } end)
            Device(svg, map, StackMap.ColumnLeft(4), $"{end} ▸ {leg.Trail.Outcome.To}");
    }

    private static void Device(StringBuilder svg, StackMap map, int x, string text)
    {
        svg.Append("<g class=\"ht-end\">");
        Rect(svg, null, x, map.DeviceTop, StackMap.BoxWidth, 26, 6);
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<text x="{x + StackMap.BoxWidth / 2}" y="{map.DeviceTop + 17}" text-anchor="middle">{Text(Short(text.TrimStart(' ', '▸'), 27))}</text></g>""");
    }

    private static void Label(StringBuilder svg, TrailLineLabel label)
    {
        var width = label.Text.Length * 6 + 12;
        svg.Append("<g class=\"ht-label\">");
        Rect(svg, null, label.X, label.Y - 8, width, 16, 7);
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<text x="{label.X + width / 2}" y="{label.Y + 4}" text-anchor="middle">{Text(label.Text)}</text></g>""");
    }

    private static string Arrow(TrailLine route, bool down)
    {
        var (x, y) = route.Last;
        var tip = down ? 7 : -7;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""<path class="ht-arrow" d="M{x - 5} {y - tip}L{x + 5} {y - tip}L{x} {y + tip / 2}Z"/>""");
    }

    /// <summary>
    /// What NAT rewrote at which hook, from the model's account, else from the addresses of two hops.
    /// </summary>
    internal static IEnumerable<(HookBox Box, string Says)> Rewritings(StackMap map, LitLeg leg)
    {
        var rewritten = leg.Account is { } account && account.Trail == leg.Trail
            ? account.Remarks.Where(
                one => one.Place == Place.Nat && one.Says.StartsWith("NAT rewrites the ", StringComparison.Ordinal))
                .Select(one => (one.After, Says: one.Says["NAT rewrites the ".Length..].TrimEnd('.').Replace(
                    " to ", " → ", StringComparison.Ordinal)))
            : leg.Trail.Hops.Zip(leg.Trail.Hops.Skip(1)).SelectMany((pair, index) =>
                Changes(pair.First, pair.Second).Select(says => (After: index + 1, Says: says)));
        foreach (var (after, says) in rewritten)
            if (after > 0 && map.Find(leg.Trail.Hops[after - 1].Point) is { } row
                && map.BoxOf(row) is var box && box.Rows.Any(one => one.IsNat))
                yield return (box, says.Replace("destination ", "dst ", StringComparison.Ordinal).Replace(
                    "source ", "src ", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Changes(Hop one, Hop next)
    {
        if (one.Source is { } source && next.Source is { } newSource && source != newSource)
            yield return $"source {source} → {newSource}";
        if (one.Destination is { } destination
            && next.Destination is { } newDestination
            && destination != newDestination)
            yield return $"destination {destination} → {newDestination}";
    }

    private static void LaneName(StringBuilder svg, int x, int y, string name) =>
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<text class="ht-head" transform="translate({x} {y})rotate(-90)" text-anchor="middle">{name}</text>""");

    private static void Rect(StringBuilder svg, string? style, int x, int y, int width, int height, int radius) =>
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<rect{(style is null ? "" : $" class=\"{style}\"")} x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}"/>""");

    internal static string Priority(int priority) => priority switch
    {
        int.MinValue => "first",
        int.MaxValue => "last",
        _ => priority.ToString(CultureInfo.InvariantCulture).Replace('-', '−'),
    };

    internal static string Short(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";

    // Attributes stand in double quotes, so an apostrophe is safe as it is.
    internal static string Text(string text) =>
        WebUtility.HtmlEncode(PlainText.Of(text)).Replace("&#39;", "'", StringComparison.Ordinal);

    private static string Resource(string name) =>
        EmbeddedText.Of(typeof(PictureSvg).Assembly, $"Hooktrail.Report.Picture.{name}").Replace(
            "\n", "", StringComparison.Ordinal);
}
