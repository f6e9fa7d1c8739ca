using System.Text;

namespace Hooktrail.Report.Picture;

/// <summary>A label beside the line: the decision between two hooks.</summary>
internal sealed record TrailLineLabel(int X, int Y, string Text);

/// <summary>
/// A trail's line on the map. It enters and leaves a hook on the left, beside the numbers, and runs between the lanes,
/// each stretch on a separate track, so that no line crosses a text.
/// </summary>
internal sealed class TrailLine
{
    private const int Inner = 10;
    private const int Outer = 22;
    private const int Far = 34;
    private const int Radius = 6;

    private readonly StackMap _map;
    private readonly ImmutableArray<(HookRow Row, HookBox Box)> _stops;
    private readonly List<(int X, int Y)> _points = [];
    private readonly int[] _tracks = new int[3];
    private bool _cameFromBelow;

    private TrailLine(StackMap map, Trail trail)
    {
        _map = map;
        _stops =
            [.. trail.Hops.Select(hop => map.Find(hop.Point)).OfType<HookRow>().Select(row => (row, map.BoxOf(row)))];
        Start = trail.Hops.IsEmpty ? null : trail.Hops[0].PhysIn ?? trail.Hops[0].In;
        var last = trail.Hops.IsEmpty ? null : trail.Hops[^1];
        Draw(trail, last);
    }

    /// <summary>The incoming device; null if the host sends the packet.</summary>
    public string? Start { get; }

    /// <summary>The outgoing device; null if the packet ends on the host.</summary>
    public string? End { get; private set; }

    /// <summary>Whether the line ends at a process of the host.</summary>
    public bool EndsAtProcess { get; private set; }

    public List<TrailLineLabel> Labels { get; } = [];

    public (int X, int Y) Last => _points.Count == 0 ? (0, 0) : _points[^1];

    public static TrailLine Of(StackMap map, Trail trail) => new(map, trail);

    /// <summary>The <c>d</c> of an SVG path; empty for a trail without a hop on the map.</summary>
    public string Path()
    {
        if (_points.Count < 2)
            return "";
        // Relative, with one letter for each direction: a page has hundreds of these.
        var path = new StringBuilder($"M{_points[0].X} {_points[0].Y}");
        var pen = _points[0];
        for (var at = 1; at < _points.Count - 1; at++)
        {
            var (before, corner, after) = (_points[at - 1], _points[at], _points[at + 1]);
            var (near, far) = (Towards(corner, before), Towards(corner, after));
            Line(near);
            path.Append('q');
            Pair(corner.X - near.X, corner.Y - near.Y);
            path.Append(far.X - near.X < 0 ? "" : " ");
            Pair(far.X - near.X, far.Y - near.Y);
            pen = far;
        }

        Line(Last);
        return path.ToString();

        void Line((int X, int Y) to)
        {
            var (x, y) = (to.X - pen.X, to.Y - pen.Y);
            if (x != 0 && y != 0)
            {
                path.Append('l');
                Pair(x, y);
            }
            else if (x != 0)
                path.Append(CultureInfo.InvariantCulture, $"h{x}");
            else if (y != 0)
                path.Append(CultureInfo.InvariantCulture, $"v{y}");
            pen = to;
        }

        void Pair(int x, int y) => path.Append(CultureInfo.InvariantCulture, $"{x}{(y < 0 ? "" : " ")}{y}");
    }

    private void Draw(Trail trail, Hop? last)
    {
        if (_stops.IsEmpty)
            return;
        Begin(_stops[0]);
        for (var at = 1; at < _stops.Length; at++)
            if (_stops[at].Box == _stops[at - 1].Box && _stops[at].Row.Y > _stops[at - 1].Row.Y)
                Add(Badge(_stops[at]));
            else
                Go(_stops[at - 1], _stops[at]);
        if (trail.Outcome.Kind == OutcomeKind.Delivered)
            Finish(_stops[^1], last!);
    }

    private void Begin((HookRow Row, HookBox Box) first)
    {
        if (first.Box is { Hook: "output" } && !first.Box.IsBridge && Start is null)
        {
            var x = first.Box.X - Inner;
            Add((x, _map.ProcessBottom), (x, first.Row.Middle), Badge(first));
            return;
        }

        _cameFromBelow = true;
        // From a device below, along the left edge of the map's first column, or of the hook's column.
        var y = Track(2);
        var from = StackMap.ColumnLeft(0) + StackMap.Gutter;
        var to = first.Box.X - Outer;
        Add(
            (from, _map.DeviceTop), (from, y), (to, y), (to, first.Row.Middle - 3),
            (Badge(first).X, first.Row.Middle - 3), Badge(first));
    }

    private void Go((HookRow Row, HookBox Box) from, (HookRow Row, HookBox Box) to)
    {
        if (from.Box.Column == to.Box.Column)
        {
            // Straight up or down beside the column.
            var x = from.Box.X - Far;
            Leave(from, x);
            Add((x, to.Row.Middle - 3));
            _cameFromBelow = from.Box.Top > to.Box.Top;
            Label(x + 8, _map.UpperBottom + StackMap.Strip - 12, from, to);
        }
        else
        {
            // 0: above the upper lane; 1: between the lanes; 2: below the lower lane.
            var strip = from.Box.IsBridge != to.Box.IsBridge || from.Box.Hook == "postrouting" ? 1
                : from.Box.IsBridge ? 2
                : 0;
            var y = Track(strip);
            var leaveX = from.Box.X - (IsAbove(strip, from.Box) && !_cameFromBelow ? Outer : Inner);
            _cameFromBelow = !IsAbove(strip, to.Box);
            var enterX = to.Box.X - (_cameFromBelow ? Outer : Inner);
            Leave(from, leaveX);
            Add((leaveX, y), (enterX, y), (enterX, to.Row.Middle - 3));
            Label((leaveX + enterX) / 2, y, from, to, centred: true);
        }

        Add((Badge(to).X, to.Row.Middle - 3), Badge(to));
    }

    private void Finish((HookRow Row, HookBox Box) last, Hop hop)
    {
        EndsAtProcess = last.Box.Hook == "input" && !last.Box.IsBridge;
        var x = last.Box.X - (EndsAtProcess && !_cameFromBelow ? Outer : Inner);
        Leave(last, x);
        if (EndsAtProcess)
        {
            Add((x, _map.ProcessBottom + 3));
            return;
        }

        End = hop.PhysOut ?? hop.Out;
        var y = Track(2);
        var to = StackMap.ColumnLeft(4) + StackMap.Gutter;
        Add((x, y), (to, y), (to, _map.DeviceTop - 3));
    }

    private void Leave((HookRow Row, HookBox Box) from, int x) =>
        Add((Badge(from).X, from.Row.Middle + 3), (x, from.Row.Middle + 3));

    private static bool IsAbove(int strip, HookBox box) => strip == 0 || strip == 1 && box.IsBridge;

    private static (int X, int Y) Badge((HookRow Row, HookBox Box) stop) =>
        (stop.Box.X + StackMap.Gutter / 2, stop.Row.Middle);

    private int Track(int strip)
    {
        var top = strip switch { 0 => _map.ProcessBottom, 1 => _map.UpperBottom, _ => _map.LowerBottom };
        return top + 16 + _tracks[strip]++ % 4 * 15;
    }

    private void Label(
        int x, int y, (HookRow Row, HookBox Box) from, (HookRow Row, HookBox Box) to, bool centred = false)
    {
        if (Decision(from.Box, to.Box) is { } text)
            Labels.Add(new(centred ? x - text.Length * 3 - 6 : x, y, text));
    }

    /// <summary>The decision between two hooks.</summary>
    internal static string? Decision(HookBox from, HookBox to) =>
        (from.IsBridge, from.Hook, to.IsBridge, to.Hook) switch
        {
            (true, "prerouting", false, "prerouting") => "br_netfilter",
            (true, "forward", false, "forward") => "br_netfilter",
            (true, "postrouting", false, "postrouting") => "br_netfilter",
            (_, "prerouting", true, "forward" or "input") => HookRow.Bridging,
            (true, "prerouting", false, _) => HookRow.Routing,
            (true, "input", false, "prerouting") => "up to the host",
            (true, "input", false, _) => HookRow.Routing,
            (false, "prerouting", false, _) => HookRow.Routing,
            (false, "postrouting", false, "prerouting") => "lo",
            (false, "postrouting", true, "output") => "out by the bridge",
            (false, "forward", true, "postrouting") => "back to the bridge",
            _ => null,
        };

    private void Add(params ReadOnlySpan<(int X, int Y)> more)
    {
        foreach (var point in more)
            if (_points.Count == 0 || _points[^1] != point)
                _points.Add(point);
    }

    private static (int X, int Y) Towards((int X, int Y) corner, (int X, int Y) other)
    {
        var (dx, dy) = (other.X - corner.X, other.Y - corner.Y);
        var reach = Math.Min(Radius, Math.Max(Math.Abs(dx), Math.Abs(dy)) / 2);
        return (
            corner.X + Math.Sign(dx) * Math.Min(reach, Math.Abs(dx)),
            corner.Y + Math.Sign(dy) * Math.Min(reach, Math.Abs(dy)));
    }
}
