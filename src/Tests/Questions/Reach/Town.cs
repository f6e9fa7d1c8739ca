using System.Net;
using System.Text;
using Hooktrail.Hosts;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Tests.Questions.Reach;

/// <summary>
/// A host with many containers, each of which publishes a port, and the rules that Docker 28 has for them.
/// </summary>
internal static class Town
{
    /// <summary>What a busy server may have: 200 containers on 20 networks, and 2,000 rules.</summary>
    public static HostProfile Large => Of(200, refused: 1_253);

    /// <summary>The user refuses as many addresses as given, with a rule each.</summary>
    public static HostProfile Of(int containers, int refused = 0, int onEach = 10)
    {
        var (all, networks) = Houses(containers, onEach);
        return HostProfile.Default with
        {
            Topology = new()
            {
                Devices =
                [
                    Device("lo", DeviceKind.Loopback, "127.0.0.1/8"), Device("eth0", DeviceKind.Nic, "198.51.100.2/24"),
                    .. networks.Select(one => Device(Bridge(one), DeviceKind.Bridge, $"172.18.{one}.1/24")),
                    .. all.Select(one => Device(one.Port, DeviceKind.Veth) with
                    {
                        Master = Bridge(one.Network), Port = new(false, false),
                    }),
                ],
                Routes =
                [
                    Local("lo", "127.0.0.0/8"), Local("eth0", "198.51.100.2/32"),
                    Route("198.51.100.0/24", "eth0"), Route("default", "eth0", "198.51.100.1"),
                    .. networks.SelectMany(one => (Route[])
                        [Local(Bridge(one), $"172.18.{one}.1/32"), Route($"172.18.{one}.0/24", Bridge(one))]),
                ],
                Networks =
                [
                    .. networks.Select(one => new EngineNetwork($"net{one}", "docker", "bridge") { Device = Bridge(one) }),
                ],
                Listening = [new("tcp", IPAddress.Any, 22)],
                Containers =
                [
                    .. all.Select(one => new Container(one.Name, "docker")
                    {
                        Attachments = [new("eth0", [HostAddress.Parse($"{one.Address}/24")!]) { Port = one.Port }],
                        Routes =
                        [
                            Route($"172.18.{one.Network}.0/24", "eth0"),
                            Route("default", "eth0", $"172.18.{one.Network}.1"),
                        ],
                        Listening = [new("tcp", IPAddress.Any, 80)],
                        Published = [new(IPAddress.Any, one.Published, "tcp", 80)],
                    }),
                ],
            },
            Published = [],
            Rules = RuleReader.Xtables(Layer.Iptables, Rules(all, networks, refused), HostNames.Instance),
        };
    }

    /// <summary>Its rules, as <c>iptables-save</c> prints them.</summary>
    public static string RulesOf(int containers, int refused = 0, int onEach = 10)
    {
        var (all, networks) = Houses(containers, onEach);
        return Rules(all, networks, refused);
    }

    private static (List<House> All, List<int> Networks) Houses(int containers, int onEach)
    {
        var all = Enumerable.Range(0, containers).Select(number => new House(number, onEach)).ToList();
        return (all, [.. all.Select(one => one.Network).Distinct()]);
    }

    /// <summary>
    /// Who asks whom on such a host: from outside, in a network, from network to network, to the outside, and the host.
    /// </summary>
    public static ImmutableArray<Flow> Flows(HostProfile town)
    {
        var all = town.Topology.Containers.Select(town.Topology.EndpointOf).ToList();
        var outside = Endpoint.Outside("203.0.113.7");
        return
        [
            .. all.SelectMany((one, number) => (Flow[])
            [
                new(outside, Endpoint.Host, Protocol.Tcp) { Port = 10_000 + number, Via = "198.51.100.2" },
                new(all[number ^ 1], one, Protocol.Tcp) { Port = 80 },
                new(all[(number + 10) % all.Count], one, Protocol.Tcp) { Port = 80 },
                new(one, outside, Protocol.Udp) { Port = 53 },
                new(Endpoint.Host, one, Protocol.Icmp),
            ]),
        ];
    }

    private static string Rules(List<House> all, List<int> networks, int refused)
    {
        var text = new StringBuilder("""
            *filter
            :INPUT ACCEPT [0:0]
            :FORWARD DROP [0:0]
            :OUTPUT ACCEPT [0:0]
            :DOCKER - [0:0]
            :DOCKER-BRIDGE - [0:0]
            :DOCKER-CT - [0:0]
            :DOCKER-FORWARD - [0:0]
            :DOCKER-ISOLATION-STAGE-1 - [0:0]
            :DOCKER-ISOLATION-STAGE-2 - [0:0]
            :DOCKER-USER - [0:0]
            -A FORWARD -j DOCKER-USER
            -A FORWARD -j DOCKER-FORWARD
            -A DOCKER-FORWARD -j DOCKER-CT
            -A DOCKER-FORWARD -j DOCKER-ISOLATION-STAGE-1
            -A DOCKER-FORWARD -j DOCKER-BRIDGE

            """);
        for (var number = 0; number < refused; number++)
            text.Append(
                CultureInfo.InvariantCulture, $"-A DOCKER-USER -s 100.64.{number / 250}.{number % 250} -j DROP\n");
        foreach (var one in all)
            text.Append(
                CultureInfo.InvariantCulture,
                $"-A DOCKER -d {one.Address}/32 ! -i {Bridge(one.Network)} -o {Bridge(one.Network)} -p tcp -m tcp --dport 80 -j ACCEPT\n");
        foreach (var bridge in networks.Select(Bridge))
            text.Append(
                CultureInfo.InvariantCulture,
                $"""
                -A DOCKER ! -i {bridge} -o {bridge} -j DROP
                -A DOCKER-BRIDGE -o {bridge} -j DOCKER
                -A DOCKER-CT -o {bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
                -A DOCKER-FORWARD -i {bridge} -j ACCEPT
                -A DOCKER-ISOLATION-STAGE-1 -i {bridge} ! -o {bridge} -j DOCKER-ISOLATION-STAGE-2
                -A DOCKER-ISOLATION-STAGE-2 -o {bridge} -j DROP

                """);
        text.Append("""
            COMMIT
            *raw
            :PREROUTING ACCEPT [0:0]

            """);
        foreach (var one in all)
            text.Append(
                CultureInfo.InvariantCulture,
                $"-A PREROUTING -d {one.Address}/32 ! -i {Bridge(one.Network)} -j DROP\n");
        text.Append("""
            COMMIT
            *nat
            :PREROUTING ACCEPT [0:0]
            :OUTPUT ACCEPT [0:0]
            :POSTROUTING ACCEPT [0:0]
            :DOCKER - [0:0]
            -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
            -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER

            """);
        foreach (var network in networks)
            text.Append(
                CultureInfo.InvariantCulture,
                $"-A POSTROUTING -s 172.18.{network}.0/24 ! -o {Bridge(network)} -j MASQUERADE\n");
        foreach (var one in all)
            text.Append(
                CultureInfo.InvariantCulture,
                $"-A DOCKER ! -i {Bridge(one.Network)} -p tcp -m tcp --dport {one.Published} -j DNAT --to-destination {one.Address}:80\n");
        return text.Append("COMMIT\n").ToString();
    }

    private static string Bridge(int network) => $"br-{network}";

    private static Device Device(string name, DeviceKind kind, params string[] addresses) => new(name, kind)
    {
        Addresses = [.. addresses.Select(one => HostAddress.Parse(one)!)],
        Settings = new() { Forwarding = true },
    };

    private static Route Local(string device, string destination) => new("local", Prefix(destination), RouteKind.Local)
    {
        NextHops = [new(device)],
    };

    private static Route Route(string destination, string device, string? gateway = null) =>
        new("main", Prefix(destination), RouteKind.Unicast)
        {
            NextHops = [new(device, gateway is null ? null : IPAddress.Parse(gateway))],
        };

    private static AddressPrefix Prefix(string text)
    {
        AddressPrefix.TryParse(text, IpVersion.V4, out var prefix);
        return prefix;
    }

    private sealed record House(int Number, int OnEach)
    {
        public string Name => $"house{Number}";

        public string Port => $"veth{Number}";

        public int Network => Number / OnEach;

        public string Address => $"172.18.{Network}.{Number % OnEach + 2}";

        public int Published => 10_000 + Number;
    }
}
