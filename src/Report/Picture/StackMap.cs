using Hooktrail.Trails.Accounts;

namespace Hooktrail.Report.Picture;

/// <summary>
/// A host's stack on one sheet: the bridge's hooks below, those of the IP layer above, each with its registrations in
/// the order in which they run. All legs of a host share one map.
/// </summary>
public sealed class StackMap
{
    internal const int BoxWidth = 196;
    internal const int Gap = 46;
    internal const int Left = 78;
    internal const int RowHeight = 20;
    internal const int HeaderHeight = 24;
    internal const int Gutter = 28;
    internal const int Strip = 74;

    // Below the rows of a hook with NAT: what NAT rewrote.
    private const int NatLine = 18;
    private const int DeviceHeight = 30;

    // For an nft chain that a packet crossed at an unknown hook.
    private const string Elsewhere = "hook not known";

    private static readonly string[] Columns = ["prerouting", "input", "forward", "output", "postrouting"];

    private StackMap(
        Plane plane, ImmutableArray<HookBox> boxes, int upperTop, int upperBottom, int lowerTop, int lowerBottom)
    {
        Plane = plane;
        Boxes = boxes;
        (UpperTop, UpperBottom, LowerTop, LowerBottom) = (upperTop, upperBottom, lowerTop, lowerBottom);
    }

    /// <summary>The layer above the bridge.</summary>
    public Plane Plane { get; }

    public int Width => Left + Columns.Length * BoxWidth + (Columns.Length - 1) * Gap + 16;

    public int Height => DeviceTop + DeviceHeight + 34;

    internal ImmutableArray<HookBox> Boxes { get; }

    internal int UpperTop { get; }

    internal int UpperBottom { get; }

    internal int LowerTop { get; }

    internal int LowerBottom { get; }

    internal int ProcessTop => 12;

    internal int ProcessBottom => ProcessTop + DeviceHeight;

    internal int DeviceTop => LowerBottom + Strip;

    /// <summary>The registrations are those of all families, in their order. Crossed points get a place too.</summary>
    public static StackMap Of(
        ImmutableArray<Registration> registrations, Plane plane, params IEnumerable<HookPoint> alsoCrossed)
    {
        var family = plane switch { Plane.IPv6 => "ip6", Plane.Arp => "arp", _ => "ip" };
        var known = registrations.SelectMany(one => one.Points).ToHashSet();
        var all = registrations.AddRange(alsoCrossed.Where(known.Add).SelectMany(Unregistered));

        var processBottom = 12 + DeviceHeight;
        var upperTop = processBottom + Strip;
        var upper = Lane(all, family, upperTop);
        var upperBottom = upper.Max(box => box.Bottom);
        var lowerTop = upperBottom + Strip + 10;
        var lower = Lane(all, "bridge", lowerTop);
        return new(
            plane, [.. upper, .. lower, .. Devices(all, lower.Max(box => box.Bottom) + Strip)],
            upperTop, upperBottom, lowerTop, lower.Max(box => box.Bottom));
    }

    /// <summary>Null if the map has none, as for a chain of another IP version.</summary>
    internal HookRow? Find(HookPoint point) =>
        Boxes.SelectMany(box => box.Rows).FirstOrDefault(row => row.Point == point);

    /// <summary>The decisions that a trail passed, each once.</summary>
    internal IEnumerable<(HookBox Box, HookRow Row)> Decisions(Trail trail)
    {
        ImmutableArray<HookBox> boxes = [.. trail.Hops.Select(hop => Find(hop.Point)).OfType<HookRow>().Select(BoxOf)];
        var passed = boxes.Zip(boxes.Skip(1))
            .Where(pair => pair.First != pair.Second)
            .Select(pair => TrailLine.Decision(pair.First, pair.Second))
            .ToHashSet();
        if (boxes is [{ Hook: "output", IsBridge: false } first, ..])
            foreach (var row in first.Rows.Where(row => row.IsDecision))
                yield return (first, row);
        foreach (var box in Boxes.Where(box => box.Hook == "prerouting"))
            foreach (var row in box.Rows.Where(row => row.IsDecision && passed.Contains(row.Label)))
                yield return (box, row);
    }

    internal HookBox BoxOf(HookRow row) => Boxes.First(box => box.Rows.Contains(row));

    internal static int ColumnLeft(int column) => Left + column * (BoxWidth + Gap);

    private static ImmutableArray<HookBox> Lane(ImmutableArray<Registration> all, string family, int top) =>
        [
            .. Columns.Select((hook, column) => Box(family, hook, column, top, [.. all.Where(
                one => one.Family == family && (one.Hook == hook || one.Hook == "brouting" && hook == "prerouting"))]))
        ];

    private static ImmutableArray<HookBox> Devices(ImmutableArray<Registration> all, int top)
    {
        var ingress = all.Where(one => one is { Family: "netdev", Hook: "ingress" }).ToImmutableArray();
        var egress = all.Where(one => one is { Family: "netdev", Hook: "egress" }).ToImmutableArray();
        var boxes = ImmutableArray.CreateBuilder<HookBox>();
        if (!ingress.IsEmpty)
            boxes.Add(Box("netdev", "ingress", 1, top, ingress));
        if (!egress.IsEmpty)
            boxes.Add(Box("netdev", "egress", 3, top, egress));
        var elsewhere = all.Where(one => one is { Family: "netdev", Hook: Elsewhere }).ToImmutableArray();
        if (!elsewhere.IsEmpty)
            boxes.Add(Box("netdev", Elsewhere, 2, top, elsewhere));
        return boxes.ToImmutable();
    }

    private static HookBox Box(
        string family, string hook, int column, int top, ImmutableArray<Registration> registrations)
    {
        var rows = ImmutableArray.CreateBuilder<HookRow>();
        var y = top + HeaderHeight;
        if (family is "ip" or "ip6" && hook == "output")
            Decision(HookRow.Routing);
        foreach (var one in registrations)
            foreach (var point in one.Points.IsEmpty ? [null] : one.Points.Select(point => (HookPoint?)point))
            {
                rows.Add(new(y, Label(point, one), one.Priority, point));
                y += RowHeight;
            }

        var natY = y + NatLine - 6;
        if (rows.Any(row => row.IsNat))
            y += NatLine - 4;
        if (hook == "prerouting" && family is "ip" or "ip6" or "bridge")
            Decision(family == "bridge" ? HookRow.Bridging : HookRow.Routing);
        return new(family, hook, column, ColumnLeft(column), top, y + 4, natY, rows.ToImmutable());

        void Decision(string what)
        {
            rows.Add(new(y, what, 0, null) { IsDecision = true });
            y += RowHeight;
        }
    }

    private static string Label(HookPoint? point, Registration one) => point switch
    {
        null => one.What,
        { Layer: Layer.Nftables } own =>
            one.Device is null ? $"{own.Table} {own.Chain}" : $"{own.Table} {own.Chain} ({one.Device})",
        { } chain => chain.Table,
    };

    // A point without a registration has no priority; it stands last at the hook after which its chain is named.
    private static IEnumerable<Registration> Unregistered(HookPoint point)
    {
        if (point.Layer == Layer.Nftables)
            return [new("netdev", Elsewhere, int.MaxValue, point.ToString()) { Points = [point] }];
        string[] families = point.Layer switch
        {
            Layer.Ebtables => ["bridge"],
            Layer.Iptables => ["ip"],
            Layer.Ip6tables => ["ip6"],
            Layer.Arptables => ["arp"],
            _ => [],
        };
        var hook = point.Chain == "BROUTING" ? "prerouting" : point.Chain.ToLowerInvariant();
        return families.Select(
            family => new Registration(family, hook, int.MaxValue, point.ToString()) { Points = [point] });
    }
}

/// <summary><c>NatY</c> is the place of NAT's rewriting, after the functions and before the routing decision.</summary>
internal sealed record HookBox(
    string Family, string Hook, int Column, int X, int Top, int Bottom, int NatY, ImmutableArray<HookRow> Rows)
{
    public bool IsBridge => Family == "bridge";

    public string Title => Family == "netdev" ? Hook : Hook.ToUpperInvariant();
}

/// <summary>
/// A row of a hook: a chain; without a point, a function of the kernel, or the decision before or after the hook.
/// </summary>
internal sealed record HookRow(int Y, string Label, int Priority, HookPoint? Point)
{
    /// <summary>By MAC address: out by another port, or up to the host (br_handle_frame_finish).</summary>
    public const string Bridging = "bridging decision";

    /// <summary>
    /// By IP address: for this host, for another one, or nowhere (ip_route_input_slow, ip_route_output_key_hash).
    /// </summary>
    public const string Routing = "routing decision";

    /// <summary>Whether it is a decision about the packet's further way, and no function.</summary>
    public bool IsDecision { get; init; }

    public bool IsNat => Point is { Table: "nat", Layer: Layer.Iptables or Layer.Ip6tables };

    public int Middle => Y + StackMap.RowHeight / 2;
}
