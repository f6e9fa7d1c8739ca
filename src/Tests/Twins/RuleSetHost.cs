using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Tests.Twins;

/// <summary>
/// A small host for the rules of a program: a NIC, two networks with the program's names and addresses, three
/// containers, and both versions of IP. Who sends from outside may be one that the rules refuse.
/// </summary>
internal sealed record RuleSetHost
{
    private const string First6 = "fd00:1::";
    private const string Second6 = "fd00:2::";

    /// <summary>The bridge that the rules know, and its network without the last number.</summary>
    public (string Bridge, string Network) First { get; init; } = ("docker0", "172.17.0.");

    public (string Bridge, string Network) Second { get; init; } = ("br-fe43e5538291", "172.31.77.");

    /// <summary>The last number of the first container in the first network.</summary>
    public int Web { get; init; } = 2;

    /// <summary>The port that the host publishes.</summary>
    public int Published { get; init; } = 8080;

    /// <summary>The port of the container behind it.</summary>
    public int Target { get; init; } = 80;

    /// <summary>The address of the host at its NIC.</summary>
    public string Own { get; init; } = "198.51.100.2";

    /// <summary>Sends some of the packets from outside.</summary>
    public string Refused { get; init; } = "203.0.113.5";

    /// <summary>A tunnel, its address and what is beyond it.</summary>
    public (string Device, string Address, string Beyond)? Tunnel { get; init; }

    public Topology Topology => new()
    {
        Name = "small",
        Devices =
        [
            new("lo", DeviceKind.Loopback) { Addresses = [At("127.0.0.1/8"), At("::1/128")] },
            new("eth0", DeviceKind.Nic) { Addresses = [At($"{Own}/24"), At("2001:db8:1::2/64")] },
            .. Tunnel is { } tunnel
                ? [new(tunnel.Device, DeviceKind.Tun) { Addresses = [At($"{tunnel.Address}/32")] }]
                : Array.Empty<Device>(),
            Bridge(First, First6), Bridge(Second, Second6), Port("veth0", First), Port("veth1", First),
            Port("veth2", Second),
        ],
        Routes =
        [
            Default("eth0", Own[..(Own.LastIndexOf('.') + 1)] + "254"), Default("eth0", "2001:db8:1::1"),
            .. Tunnel is { } way ? [To(way.Beyond, new(way.Device))] : Array.Empty<Route>(),
        ],
        Networks =
        [
            new("first", "docker", "bridge") { Device = First.Bridge },
            new("second", "docker", "bridge") { Device = Second.Bridge },
        ],
        Listening = [.. Sockets("tcp", 22, 80), .. Sockets("udp", 53)],
        Containers =
        [
            Container("web", "veth0", First.Network, First6, Web, [.. Sockets("tcp", 80, 443), .. Sockets("udp", 53)]) with
            {
                Published = [new(IPAddress.Any, Published, "tcp", Target)],
            },
            Container("db", "veth1", First.Network, First6, Web + 1, [.. Sockets("tcp", 80, 5432)]),
            Container("app", "veth2", Second.Network, Second6, 2, [.. Sockets("tcp", 80, 443)]),
        ],
    };

    /// <summary>
    /// In, out, through, to a published port, among containers and the host, and to a port at which nothing listens.
    /// </summary>
    public ImmutableArray<Flow> Flows(IpVersion ip)
    {
        var topology = Topology;
        var is4 = ip == IpVersion.V4;
        var host = is4 ? Own : "2001:db8:1::2";
        var (web, app) = is4
            ? ($"{First.Network}{Web}", $"{Second.Network}2")
            : ($"{First6}{Web}", $"{Second6}2");
        var db = is4 ? $"{First.Network}{Web + 1}" : $"{First6}{Web + 1}";
        var anyone = is4 ? "203.0.113.77" : "2001:db8:ffff::77";
        var refused = is4 ? Refused : "2001:db8:ffff::5";
        Endpoint Named(string name) => topology.EndpointOf(topology.Containers.First(one => one.Name == name));
        Flow Of(Endpoint from, Endpoint to, Protocol protocol, string via, int port = 80) => new(from, to, protocol)
        {
            Ip = ip,
            Port = port,
            Via = via,
            By = from.Kind == EndpointKind.Wan ? "eth0" : null,
        };
        return
        [
            Of(Endpoint.Outside(anyone), Endpoint.Host, Protocol.Icmp, host),
            Of(Endpoint.Outside(refused), Endpoint.Host, Protocol.Tcp, host, 22),
            Of(Endpoint.Outside(anyone), Endpoint.Host, Protocol.Udp, host, 53),
            Of(Endpoint.Outside(anyone), Endpoint.Host, Protocol.Tcp, host, 81),
            Of(Endpoint.Outside(anyone), Endpoint.Host, Protocol.Tcp, host, Published),
            Of(Endpoint.Outside(refused), Named("web"), Protocol.Tcp, web),
            Of(Endpoint.Host, Endpoint.Outside(anyone), Protocol.Tcp, anyone, 443),
            Of(Endpoint.Host, Named("web"), Protocol.Icmp, web),
            Of(Endpoint.Host, Named("app"), Protocol.Tcp, app),
            Of(Named("web"), Named("db"), Protocol.Tcp, db, 5432),
            Of(Named("web"), Named("app"), Protocol.Tcp, app),
            Of(Named("web"), Endpoint.Outside(anyone), Protocol.Udp, anyone, 53),
            Of(Named("app"), Endpoint.Outside(anyone), Protocol.Icmp, anyone),
            Of(Named("web"), Endpoint.Host, Protocol.Tcp, host, Published),
        ];
    }

    private static IEnumerable<ListeningSocket> Sockets(string protocol, params ImmutableArray<int> ports) =>
        from port in ports
        from any in new[] { IPAddress.Any, IPAddress.IPv6Any }
        select new ListeningSocket(protocol, any, port);

    private static Device Bridge((string Bridge, string Network) network, string network6) =>
        new(network.Bridge, DeviceKind.Bridge) { Addresses = [At($"{network.Network}1/24"), At($"{network6}1/64")] };

    private static Device Port(string name, (string Bridge, string Network) network) =>
        new(name, DeviceKind.Veth) { Master = network.Bridge, Port = new(false, false) };

    private static Container Container(
        string name, string port, string network, string network6, int number, ImmutableArray<ListeningSocket> sockets) =>
        new(name, "docker")
        {
            Attachments = [new("eth0", [At($"{network}{number}/24"), At($"{network6}{number}/64")]) { Port = port }],
            Routes =
            [
                To($"{network}0/24", new("eth0")), To($"{network6}/64", new("eth0")),
                Default("eth0", $"{network}1"), Default("eth0", $"{network6}1"),
            ],
            Listening = sockets,
        };

    private static Route Default(string device, string gateway) =>
        To(gateway.Contains(':') ? "::/0" : "0.0.0.0/0", new(device, IPAddress.Parse(gateway)));

    private static Route To(string prefix, NextHop hop)
    {
        var is6 = prefix.Contains(':');
        AddressPrefix.TryParse(prefix, is6 ? IpVersion.V6 : IpVersion.V4, out var destination);
        return new("main", destination, RouteKind.Unicast) { NextHops = [hop], Metric = is6 ? 1024 : 0 };
    }

    private static HostAddress At(string text) => HostAddress.Parse(text)!;
}
