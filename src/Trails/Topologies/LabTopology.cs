using System.Net;

namespace Hooktrail.Trails.Topologies;

/// <summary>
/// The lab: four networks with their containers, and a host behind a plain NIC. A real lab takes other addresses; all
/// that counts here is which network each is in.
/// </summary>
public static class LabTopology
{
    /// <summary>The nine endpoints of the lab.</summary>
    public static readonly Topology Whole = Make();

    private static Topology Make()
    {
        var networks = LabNames.Networks.Select((name, index) => new Network(name, index)).ToList();
        return new()
        {
            Name = "lab",
            IsOfProfile = true,
            Devices =
            [
                new(LabNames.Loopback, DeviceKind.Loopback)
                {
                    Addresses = [Address("127.0.0.1", 8), Address("::1", 128)],
                },
                new(LabNames.WanNic, DeviceKind.Nic)
                {
                    Addresses = [Address("192.0.2.2", 30), Address("2001:db8:1::1", 64)],
                },
                .. networks.SelectMany(network => network.Devices),
            ],
            Routes =
            [
                .. Attached(LabNames.Loopback, "127.0.0.1", 8, RouteKind.Local), Local(LabNames.Loopback, "127.0.0.1"),
                Local(LabNames.Loopback, "::1"),
                .. Attached(LabNames.WanNic, "192.0.2.2", 30), .. Attached(LabNames.WanNic, "2001:db8:1::1", 64),
                Default(LabNames.WanNic, "192.0.2.1"), Default(LabNames.WanNic, "2001:db8:1::2"),
                .. networks.SelectMany(network => network.Routes),
            ],
            Networks = [.. networks.Select(network => network.OfEngine)],
            Containers = [.. networks.SelectMany(network => network.Containers)],
            Names =
            [
                new(LabNames.HostOnLoopback, IPAddress.Loopback), new(LabNames.HostOnLoopback, IPAddress.IPv6Loopback),
                new(LabNames.HostOnWan, IPAddress.Parse("192.0.2.2")),
                new(LabNames.HostOnWan, IPAddress.Parse("2001:db8:1::1")),
                new(Endpoint.Wan.Name, IPAddress.Parse("192.0.2.1")),
                new(Endpoint.Wan.Name, IPAddress.Parse("2001:db8:1::2")),
                .. networks.SelectMany(network => network.Names),
            ],
        };
    }

    private static HostAddress Address(string text, int length) => new(IPAddress.Parse(text), length);

    /// <summary>
    /// What the kernel itself adds for an address: the address, its network, and in IPv4 its broadcast.
    /// </summary>
    private static IEnumerable<Route> Attached(
        string device, string address, int length, RouteKind kind = RouteKind.Unicast)
    {
        var network = AddressPrefix.Around(IPAddress.Parse(address), length);
        yield return Local(device, address);
        yield return new(kind == RouteKind.Local ? "local" : "main", network, kind) { NextHops = [new(device, null)] };
        if (network.Address.GetAddressBytes() is { Length: 4 } bytes && kind != RouteKind.Local)
        {
            for (var bit = length; bit < 32; bit++)
                bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
            yield return new("local", AddressPrefix.Around(new(bytes), 32), RouteKind.Broadcast)
            {
                NextHops = [new(device, null)],
            };
        }
    }

    private static Route Local(string device, string address)
    {
        var own = IPAddress.Parse(address);
        return new("local", AddressPrefix.Around(own, own.GetAddressBytes().Length * 8), RouteKind.Local)
        {
            NextHops = [new(device, null)],
        };
    }

    private static Route Default(string device, string gateway)
    {
        var router = IPAddress.Parse(gateway);
        var ip = router.GetAddressBytes().Length == 4 ? IpVersion.V4 : IpVersion.V6;
        return new("main", AddressPrefix.All(ip), RouteKind.Unicast)
        {
            NextHops = [new(device, router)],
        };
    }

    private sealed record Network(string Name, int Index)
    {
        private ImmutableArray<Endpoint> Endpoints => Endpoint.On(Name);

        public IEnumerable<Device> Devices =>
            [
                new(Name, DeviceKind.Bridge) { Addresses = [Host(1), Host6(1)] },
                .. Endpoints.Select(one => new Device(LabNames.PortOf(one), DeviceKind.Veth)
                {
                    Master = Name,
                    Port = new(Hairpin: false, Isolated: false),
                }),
            ];

        public IEnumerable<Route> Routes =>
            [.. Attached(Name, Text(1), 24), .. Attached(Name, Text6(1), 64)];

        public EngineNetwork OfEngine => new(Name, "docker", "bridge")
        {
            Device = Name,
            IsInternal = Name == LabNames.Inner,
            Subnets = [Host(0).Network, Host6(0).Network],
        };

        public IEnumerable<Container> Containers => Endpoints.Select((one, at) => new Container(one.Name, "docker")
        {
            Attachments = [new("eth0", [Host(at + 2), Host6(at + 2)]) { Port = LabNames.PortOf(one) }],
            Routes =
            [
                .. Attached("eth0", Text(at + 2), 24), .. Attached("eth0", Text6(at + 2), 64),
                .. Name == LabNames.Inner
                    ? Array.Empty<Route>()
                    : [Default("eth0", Text(1)), Default("eth0", Text6(1))],
            ],
        });

        public IEnumerable<AddressName> Names =>
        [
            .. Named(LabNames.GatewayOf(Name), 1),
            .. Endpoints.SelectMany((one, at) => Named(one.Name, at + 2)),
            new(LabNames.BroadcastOf(Name), IPAddress.Parse(Text(255))),
        ];

        private IEnumerable<AddressName> Named(string name, int number) =>
            [new(name, IPAddress.Parse(Text(number))), new(name, IPAddress.Parse(Text6(number)))];

        private HostAddress Host(int number) => Address(Text(number), 24);

        private HostAddress Host6(int number) => Address(Text6(number), 64);

        private string Text(int number) => string.Create(CultureInfo.InvariantCulture, $"172.30.{Index}.{number}");

        private string Text6(int number) =>
            string.Create(CultureInfo.InvariantCulture, $"fd00:{Index + 1}::{number:x}");
    }
}
