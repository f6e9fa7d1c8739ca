using System.Net;
using Hooktrail.Hosts;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Tests.Questions;

/// <summary>A host with two NICs and one network of containers, as compose would make it.</summary>
internal static class Shop
{
    private const string Filter = """
        *filter
        :INPUT DROP [0:0]
        :FORWARD DROP [0:0]
        :OUTPUT ACCEPT [0:0]
        :DOCKER - [0:0]
        :DOCKER-USER - [0:0]
        -A INPUT -i lo -j ACCEPT
        -A INPUT -p icmp -j ACCEPT
        -A FORWARD -j DOCKER-USER
        -A FORWARD -o br-shop -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A FORWARD -o br-shop -j DOCKER
        -A FORWARD -i br-shop ! -o br-shop -j ACCEPT
        -A FORWARD -i br-shop -o br-shop -j ACCEPT
        -A DOCKER -d 172.18.0.2/32 ! -i br-shop -o br-shop -p tcp -m tcp --dport 443 -j ACCEPT
        -A DOCKER-USER -s 192.0.2.99/32 -j LOG
        -A DOCKER-USER -i eth0 -s 203.0.113.0/25 -j DROP
        COMMIT
        """;

    private const string Nat = """
        *nat
        :PREROUTING ACCEPT [0:0]
        :POSTROUTING ACCEPT [0:0]
        :DOCKER - [0:0]
        -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
        -A POSTROUTING -s 172.18.0.0/16 ! -o br-shop -j MASQUERADE
        -A DOCKER ! -i br-shop -p tcp -m tcp --dport 8443 -j DNAT --to-destination 172.18.0.2:443
        COMMIT
        """;

    public static readonly Topology Topology = new()
    {
        Devices =
        [
            new("lo", DeviceKind.Loopback) { Addresses = [Address("127.0.0.1", 8)] },
            Nic("eth0", "198.51.100.2"),
            Nic("eth1", "192.0.2.2"),
            new("br-shop", DeviceKind.Bridge) { Addresses = [Address("172.18.0.1", 16)], Settings = Routing },
            Port("veth-web"),
            Port("veth-db"),
        ],
        Routes =
        [
            Local("lo", "127.0.0.0/8"), Local("eth0", "198.51.100.2"), Local("eth1", "192.0.2.2"),
            Local("br-shop", "172.18.0.1"),
            Route("main", "198.51.100.0/24", "eth0"), Route("main", "192.0.2.0/24", "eth1"),
            Route("main", "172.18.0.0/16", "br-shop"), Route("main", "default", "eth0", "198.51.100.1"),
        ],
        Listening = [new("tcp", IPAddress.Any, 22), new("tcp", IPAddress.Any, 8443)],
        Containers =
        [
            Container("shop-web-1", "web", "veth-web", "172.18.0.2", 443) with
            {
                Published = [new(IPAddress.Any, 8443, "tcp", 443)],
            },
            Container("shop-db-1", "db", "veth-db", "172.18.0.3", 5432),
        ],
    };

    public static HostProfile Profile { get; } = On(Topology);

    /// <summary>As <c>iptables-save</c> prints them.</summary>
    public static string Rules => $"{Filter}\n{Nat}\n";

    private static DeviceSettings Routing => new() { Forwarding = true, SendRedirects = true };

    public static HostProfile On(Topology topology, string more = "") => HostProfile.Default with
    {
        Topology = topology,
        Published = [],
        Rules = RuleReader.Xtables(Layer.Iptables, Rules + more, HostNames.Instance),
    };

    public static Route Route(string table, string destination, string device, string? gateway = null)
    {
        AddressPrefix.TryParse(destination, IpVersion.V4, out var prefix);
        return new(table, prefix, RouteKind.Unicast)
        {
            NextHops = [new(device, gateway is null ? null : IPAddress.Parse(gateway))],
        };
    }

    private static Route Local(string device, string destination)
    {
        AddressPrefix.TryParse(destination, IpVersion.V4, out var prefix);
        return new("local", prefix, RouteKind.Local) { NextHops = [new(device, null)] };
    }

    private static HostAddress Address(string address, int length) => new(IPAddress.Parse(address), length);

    private static Device Nic(string name, string address) => new(name, DeviceKind.Nic)
    {
        Addresses = [Address(address, 24)],
        Settings = Routing,
    };

    private static Device Port(string name) => new(name, DeviceKind.Veth)
    {
        Master = "br-shop",
        Port = new(Hairpin: false, Isolated: false),
        Settings = Routing,
    };

    private static Container Container(
        string name, string service, string port, string address, int listens) => new(name, "docker")
        {
            Project = "shop",
            Service = service,
            Attachments = [new("eth0", [Address(address, 16)]) { Port = port }],
            Routes = [Route("main", "172.18.0.0/16", "eth0"), Route("main", "default", "eth0", "172.18.0.1")],
            Listening = [new("tcp", IPAddress.Any, listens)],
        };
}
