using System.Net;
using System.Text;
using Hooktrail.Report.Hosts;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Report.Picture;

/// <summary>
/// Draws a host: on the left what is beyond its devices, in the middle the host itself, on the right its bridges with
/// the containers on them.
/// </summary>
public static class TopologySvg
{
    private const int Width = 920;
    private const int Margin = 16;
    private const int BoxWidth = 220;
    private const int HostLeft = 300;
    private const int LaneLeft = 610;
    private const int LaneWidth = Width - LaneLeft - Margin;
    private const int Line = 17;
    private const int Gap = 14;
    private const int Letters = 34;

    public static string Of(Topology topology)
    {
        var (left, right, inside) = (new StringBuilder(), new StringBuilder(), HostLines(topology));
        var leftEnd = Outside(left, topology);
        var rightEnd = Lanes(right, topology);
        var height = new[] { leftEnd, rightEnd, Margin + Height(inside.Count) + Gap }.Max() + Margin;
        var host = new StringBuilder();
        Box(host, HostLeft, Margin, BoxWidth, height - 2 * Margin, inside, "ht-lane");
        var title = PictureSvg.Text($"The topology of {topology.Name}");
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" class="ht" viewBox="0 0 {Text(Width)} {Text(height)}" width="{Text(Width)}" height="{Text(height)}" role="img" aria-labelledby="t d">
            <title id="t">{title}</title>
            <desc id="d">{PictureSvg.Text(Description(topology))}</desc>
            <style>{PictureSvg.Css}@media(prefers-color-scheme:dark){"{"}{PictureSvg.DarkCss}{"}"}.wire{"{"}stroke:var(--ht-line);stroke-width:1.5{"}"}</style>
            <rect width="{Text(Width)}" height="{Text(height)}" style="fill:var(--ht-bg)"/>
            {host}
            {left}
            {right}
            </svg>

            """;
    }

    /// <summary>The picture in words, for readers who cannot see it.</summary>
    internal static string Description(Topology topology)
    {
        var outside = topology.LeadingOut().Select(device => device.Name).ToList();
        var lanes = LanesOf(topology).Select(
            lane => $"{lane.Name} with {Listed(lane.Containers.Select(one => one.Name), "no container")}");
        return $"The host leads out by {Listed(outside, "no device")}. {Listed(lanes, "It has no bridge", "; ")}.";
    }

    private static string Listed(IEnumerable<string> all, string none, string separator = ", ") =>
        string.Join(separator, all) is { Length: > 0 } text ? text : none;

    private static List<string> HostLines(Topology topology) =>
    [
        topology.Name,
        .. topology.Devices
            .Where(device => device.Kind != DeviceKind.Loopback)
            .SelectMany(device => device.Addresses
                .Where(one => !one.Address.IsIPv6LinkLocal)
                .Select(one => $"{device.Name}  {one}")),
        .. topology.Containers.Where(one => one.IsHosted).Select(one => $"{one.Name} (host's network)"),
        .. Listening(topology),
    ];

    private static IEnumerable<string> Listening(Topology topology)
    {
        var ports = topology.Listening
            .Where(socket => !IPAddress.IsLoopback(socket.Address))
            .Select(socket => $"{socket.Protocol} {Text(socket.Port)}")
            .Distinct()
            .ToList();
        var more = ports.Count > 4 ? $" and {Text(ports.Count - 4)} more" : "";
        return ports.Count == 0 ? [] : [$"listens: {string.Join(", ", ports.Take(4))}{more}"];
    }

    private static int Outside(StringBuilder svg, Topology topology)
    {
        var top = Margin + Gap;
        foreach (var endpoint in topology.Endpoints().Where(one => one.Kind == EndpointKind.Wan))
        {
            var device = topology.Find(endpoint.Name)!;
            List<string> lines =
            [
                endpoint.IsByDefault ? $"internet, by {endpoint.Name}" : endpoint.ToString(),
                device.Master is { } master ? $"port of {master}" : device.Kind.ToString().ToLowerInvariant(),
            ];
            Wire(svg, Margin + BoxWidth, HostLeft, top + Height(lines.Count) / 2);
            Box(svg, Margin, top, BoxWidth, Height(lines.Count), lines, "ht-box");
            top += Height(lines.Count) + Gap;
        }

        return top;
    }

    private static int Lanes(StringBuilder svg, Topology topology)
    {
        var top = Margin;
        foreach (var (name, lines, containers) in LanesOf(topology))
        {
            var boxes = containers.Select(one => ContainerLines(one)).ToList();
            var height = Height(lines.Count) + boxes.Sum(box => Height(box.Count) + Gap);
            Wire(svg, HostLeft + BoxWidth, LaneLeft, top + Height(lines.Count) / 2);
            Box(svg, LaneLeft, top, LaneWidth, height, [name, .. lines.Skip(1)], "ht-lane2");
            var at = top + Height(lines.Count);
            foreach (var box in boxes)
            {
                Box(svg, LaneLeft + 12, at, LaneWidth - 24, Height(box.Count), box, "ht-box");
                at += Height(box.Count) + Gap;
            }

            top += height + Gap;
        }

        return top;
    }

    /// <summary>A lane for each bridge, and one for containers that are on none.</summary>
    private static IEnumerable<(string Name, List<string> Lines, List<Container> Containers)> LanesOf(Topology topology)
    {
        var placed = new HashSet<Container>();
        foreach (var bridge in topology.Devices.Where(device => device.Kind == DeviceKind.Bridge))
        {
            var ports = topology.PortsOf(bridge.Name).Select(port => port.Name).ToHashSet();
            var of = topology.Networks.FirstOrDefault(one => one.Device == bridge.Name);
            var containers = topology.Containers.Where(one => !one.IsHosted && one.Attachments.Any(at =>
                at.Port is { } port ? ports.Contains(port) : of is not null && at.Network == of.Name)).ToList();
            placed.UnionWith(containers);
            var name = of is null || of.Name == bridge.Name ? bridge.Name : $"{of.Name} ({bridge.Name})";
            yield return (
                name,
                [name, .. bridge.Addresses.Where(one => !one.Address.IsIPv6LinkLocal).Select(one => one.ToString())],
                containers);
        }

        var others = topology.Containers.Where(one => !one.IsHosted && !placed.Contains(one)).ToList();
        if (others.Count > 0)
            yield return ("on no bridge", ["on no bridge"], others);
    }

    private static List<string> ContainerLines(Container container) =>
    [
        container.Name,
        .. container.SharesWith is { } other ? [$"in the network of {other}"] : Array.Empty<string>(),
        .. container.Attachments.SelectMany(at => at.Addresses.Where(one => !one.Address.IsIPv6LinkLocal)
            .Select(one => at.Port is null ? one.ToString() : $"{one}  {at.Port}")),
        .. container.Published.Select(port => $"{HostText.Text(port)} → {Text(port.Target)}"),
    ];

    private static int Height(int lines) => 12 + lines * Line;

    private static void Box(
        StringBuilder svg, int x, int y, int width, int height, List<string> lines, string style)
    {
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<rect class="{style}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>""");
        foreach (var (index, line) in lines.Index())
        {
            var head = index == 0 ? "class=\"ht-head\" " : "";
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<text {head}x="{x + 10}" y="{y + 18 + index * Line}">{PictureSvg.Text(PictureSvg.Short(line, Letters))}</text>""");
        }

        svg.Append('\n');
    }

    private static void Wire(StringBuilder svg, int from, int to, int y) => svg.Append(
        CultureInfo.InvariantCulture, $"""<path class="wire" d="M{from} {y}H{to}"/>""");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
