using System.Net;
using Hooktrail.Hosts.Overview;
using Hooktrail.Text;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Report.Hosts;

/// <summary>What a host is, for a terminal.</summary>
public static class HostText
{
    public static void Write(TextWriter output, HostOverview host)
    {
        var topology = host.Topology;
        string[] counts =
        [
            .. host.Kernel is { } kernel ? [$"Linux {kernel}"] : Array.Empty<string>(),
            Count(topology.Devices.Length, "device"),
            Count(topology.Containers.Length, "container"),
            Count(host.Tables.Sum(table => table.Rules), "rule"),
        ];
        output.Write($"{PlainText.Of($"{topology.Name}: {string.Join(", ", counts)}")}\n");
        Section(output, "Endpoints", Endpoints(topology));
        Section(output, "Networks", Networks(topology));
        Section(output, "Published ports", Published(topology));
        Section(output, "Listening on the host", Listening(topology));
        Section(output, "Devices", Devices(topology));
        Section(output, "Routes", Routes(topology));
        Section(output, "Rules", Tables(host));
        Section(output, "Rules that are not modelled", Open(host));
        Section(output, "Not known", NotKnown(topology));
    }

    internal static string Text(Publication port) => string.Create(
        CultureInfo.InvariantCulture, $"{Socket(port.Address, port.Port)}/{port.Protocol}");

    private static TextTable Endpoints(Topology topology)
    {
        var table = new TextTable("endpoint", "by", "addresses");
        foreach (var endpoint in topology.Endpoints())
            table.Add(
                endpoint.ToString() + (endpoint.IsByDefault ? " (default route)" : ""),
                endpoint.Device ?? "",
                endpoint.Kind == EndpointKind.Host && endpoint.Name == "host"
                    ? "its own"
                    : string.Join(' ', endpoint.Addresses.Where(one => !one.Address.IsIPv6LinkLocal)));
        return table;
    }

    private static TextTable? Networks(Topology topology)
    {
        if (topology.Networks.IsEmpty)
            return null;
        var table = new TextTable("network", "of", "driver", "device", "subnets");
        foreach (var one in topology.Networks)
            table.Add(
                one.Name, one.Engine, one.Driver + (one.IsInternal ? ", internal" : ""), one.Device ?? "",
                string.Join(' ', one.Subnets));
        return table;
    }

    private static TextTable? Published(Topology topology)
    {
        if (topology.Containers.All(one => one.Published.IsEmpty))
            return null;
        var table = new TextTable("host", "container", "service", "port");
        foreach (var container in topology.Containers)
            foreach (var port in container.Published)
                table.Add(
                    Text(port), container.Name,
                    container.Service is null ? "" : $"{container.Project}/{container.Service}",
                    Number(port.Target));
        return table;
    }

    private static TextTable? Listening(Topology topology)
    {
        if (topology.Listening.IsEmpty)
            return null;
        var table = new TextTable("protocol", "address");
        foreach (var socket in topology.Listening)
            table.Add(socket.Protocol, Socket(socket.Address, socket.Port));
        return table;
    }

    private static TextTable? Devices(Topology topology)
    {
        if (topology.Devices.IsEmpty)
            return null;
        var table = new TextTable("device", "kind", "in", "addresses");
        foreach (var device in topology.Devices)
            table.Add(
                device.Name + (device.IsUp ? "" : " (down)"),
                device.Kind.ToString().ToLowerInvariant(),
                device.Master ?? "",
                string.Join(' ', device.Addresses));
        return table;
    }

    private static TextTable? Routes(Topology topology)
    {
        // Those of the table local are of the host's own addresses, which stand above.
        var routes = topology.Routes.Where(route => route.Table != "local" && route.Kind != RouteKind.Multicast)
            .Select(route => route.ToString())
            .ToList();
        // Every host has a rule for each of these tables.
        var rules = topology.Rules.Select(rule => (Tool: "ip rule", Rule: rule))
            .Concat(topology.Rules6.Select(rule => (Tool: "ip -6 rule", Rule: rule)))
            .Where(one => one.Rule.Table is not ("local" or "main" or "default")
                || one.Rule is not { From: null, To: null, In: null, Out: null, Mark: null, Unknown: null })
            .Select(one => string.Create(
                CultureInfo.InvariantCulture, $"{one.Tool} {one.Rule.Priority}: {one.Rule.Text}"))
            .ToList();
        if (routes.Count + rules.Count == 0)
            return null;
        var table = new TextTable("route or policy rule");
        foreach (var line in rules.Concat(routes))
            table.Add(line);
        return table;
    }

    private static TextTable? Tables(HostOverview host)
    {
        if (host.Tables.IsEmpty)
            return null;
        var table = new TextTable("table", "chains", "rules", "modelled", "both ways", "unknown");
        foreach (var one in host.Tables)
            table.Add(
                $"{one.Layer.Name()} {one.Table}", Number(one.Chains), Number(one.Rules), Number(one.Modelled),
                Number(one.BothWays), Number(one.Unknown));
        return table;
    }

    private static TextTable? Open(HostOverview host)
    {
        if (host.Open.IsEmpty)
            return null;
        // A blocklist may have thousands alike; JSON has each.
        var table = new TextTable("what", "how far", "rules", "packets", "the first rule");
        foreach (var alike in host.Open.GroupBy(one => (one.What, one.Knowledge, one.Chain)))
            table.Add(
                alike.Key.What, alike.Key.Knowledge == RuleKnowledge.BothWays ? "both ways" : "unknown",
                Number(alike.Count()), alike.First().Flows, $"{alike.Key.Chain}: {alike.First().Rule.Text}");
        return table;
    }

    private static TextTable? NotKnown(Topology topology)
    {
        if (topology.NotKnown.IsEmpty)
            return null;
        var table = new TextTable("about", "why");
        foreach (var one in topology.NotKnown)
            table.Add(one.What.Name(), one.Why);
        return table;
    }

    private static void Section(TextWriter output, string title, TextTable? table)
    {
        if (table is not null)
            output.Write($"\n{title}\n{table.Text("  ")}");
    }

    private static string Count(int number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:N0} {what}{(number == 1 ? "" : "s")}");

    private static string Socket(IPAddress address, int port) => new IPEndPoint(address, port).ToString();

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
