using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Tests.Twins;

/// <summary>
/// A host by chance: NICs, one of them perhaps a port of a bridge with guests, networks with their containers, some in
/// VLANs of their own, a container on a cable without an address, routes of all kinds, policy rules, proxy neighbours,
/// and sockets.
/// </summary>
internal sealed class RandomTopology
{
    /// <summary>A network that is behind a router of the last NIC.</summary>
    private const string Far = "10.50.0.0/16";

    private readonly Random _random;
    private readonly List<Device> _devices = [];
    private readonly List<Route> _routes = [];
    private readonly List<Container> _containers = [];
    private readonly List<EngineNetwork> _networks = [];
    private readonly List<string> _uppers = [];

    public RandomTopology(Random random)
    {
        _random = random;
        _devices.Add(new("lo", DeviceKind.Loopback) { Addresses = [Own("127.0.0.1/8"), Own("::1/128")] });
        var nics = random.Next(1, 4);
        for (var index = 0; index < nics; index++)
            AddNic(index, bridged: index == 1 && Chance(3));
        var networks = random.Next(1, 4);
        for (var index = 0; index < networks; index++)
            AddNetwork(index);
        if (Chance(3))
            AddCable();
        AddRoutes(nics);
        Outside =
        [
            .. Enumerable.Range(0, nics).SelectMany(
                index => new[] { $"10.9{index}.0.77", $"2001:db8:9{index}::77" }).Select(IPAddress.Parse),
            .. new[] { "203.0.113.9", "198.51.100.20", "10.50.0.5", "10.60.0.5", "2001:db8:ff::9", "2001:db8:50::5" }
                .Select(IPAddress.Parse),
        ];
        Value = new()
        {
            Name = "random",
            Devices = [.. _devices],
            Routes = [.. _routes],
            Rules = [.. PolicyRules(nics, IpVersion.V4)],
            Rules6 = [.. PolicyRules(nics, IpVersion.V6)],
            Containers = [.. _containers],
            Networks = [.. _networks],
            Listening = [.. Sockets()],
            Proxies = [.. Proxies()],
        };
    }

    public Topology Value { get; }

    /// <summary>Addresses beyond the host that flows come from and go to.</summary>
    public ImmutableArray<IPAddress> Outside { get; }

    /// <summary>Addresses of the host and its containers.</summary>
    public IEnumerable<IPAddress> Inside => Value.Devices.SelectMany(one => one.Addresses)
        .Concat(Value.Containers.SelectMany(one => one.Attachments).SelectMany(at => at.Addresses))
        .Select(own => own.Address);

    private bool Chance(int oneIn) => _random.Next(oneIn) == 0;

    private static HostAddress Own(string text) => HostAddress.Parse(text)!;

    private static AddressPrefix Prefix(string text) =>
        AddressPrefix.TryParse(text, text.Contains(':') ? IpVersion.V6 : IpVersion.V4, out var prefix)
            ? prefix
            : throw new ArgumentException(text);

    private void AddNic(int index, bool bridged)
    {
        ImmutableArray<HostAddress> addresses =
        [
            Own($"10.9{index}.0.1/24"), Own($"2001:db8:9{index}::1/64"),
            .. Chance(3) ? [Own($"10.9{index}.0.2/24")] : Array.Empty<HostAddress>(),
        ];
        if (bridged)
        {
            _devices.Add(new("br0", DeviceKind.Bridge) { Addresses = addresses });
            _devices.Add(new($"eth{index}", DeviceKind.Nic) { Master = "br0", Port = new(false, false) });
            AddContainer("guest", "br0", "vnet0", Own($"10.9{index}.0.50/24"), Own($"2001:db8:9{index}::50/64"), isolated: false);
            _uppers.Add("br0");
        }
        else
        {
            _devices.Add(new($"eth{index}", DeviceKind.Nic) { Addresses = addresses });
            _uppers.Add($"eth{index}");
        }
    }

    private void AddNetwork(int index)
    {
        var name = $"br-{(char)('a' + index)}";
        var filters = Chance(3) && LiveTwin.KernelFiltersVlans;
        _devices.Add(new(name, DeviceKind.Bridge)
        {
            Addresses = [Own($"172.2{index}.0.1/24"), Own($"fd00:{index + 1}::1/64")],
            FiltersVlans = filters,
            Vlans = filters ? [Untagged(1)] : [],
        });
        _networks.Add(new($"net{index}", "docker", "bridge")
        {
            Device = name,
            Subnets = [Prefix($"172.2{index}.0.0/24"), Prefix($"fd00:{index + 1}::/64")],
        });
        var isolated = Chance(4);
        for (var number = 0; number < _random.Next(1, 4); number++)
            AddContainer(
                $"c{index}{number}", name, $"veth{index}{number}", Own($"172.2{index}.0.{number + 2}/24"),
                Own($"fd00:{index + 1}::{number + 2}/64"), isolated);
    }

    private static PassingVlans Untagged(int vlan) => new(vlan, vlan, IsOfUntagged: true, LeavesUntagged: true);

    private ImmutableArray<PassingVlans> Vlans() => _random.Next(8) switch
    {
        < 5 => [Untagged(1)],
        5 or 6 => [Untagged(20)],
        _ => [new(1, 4)],
    };

    /// <summary>As Calico does: the host has no address there, and answers for the router's by proxy_arp.</summary>
    private void AddCable()
    {
        _devices.Add(new("cab0", DeviceKind.Veth) { Addresses = [Own("fd00:77::1/64")] });
        _routes.Add(new("main", Prefix("10.77.0.2"), RouteKind.Unicast) { NextHops = [new("cab0")] });
        _containers.Add(new("lone", "docker")
        {
            Attachments = [new("eth0", [Own("10.77.0.2/32"), Own("fd00:77::2/64")]) { Port = "cab0" }],
            Listening = [.. Sockets()],
            Routes =
            [
                new("main", Prefix("169.254.1.1"), RouteKind.Unicast) { NextHops = [new("eth0")] },
                new("main", AddressPrefix.All(IpVersion.V4), RouteKind.Unicast)
                {
                    NextHops = [new("eth0", IPAddress.Parse("169.254.1.1"))],
                },
                new("main", Prefix("fd00:77::/64"), RouteKind.Unicast) { NextHops = [new("eth0")], Metric = 256 },
                new("main", AddressPrefix.All(IpVersion.V6), RouteKind.Unicast)
                {
                    NextHops = [new("eth0", IPAddress.Parse("fd00:77::1"))], Metric = 1024,
                },
            ],
        });
    }

    private void AddContainer(
        string name, string bridge, string port, HostAddress own, HostAddress own6, bool isolated)
    {
        var upper = _devices.First(one => one.Name == bridge);
        var gateways = upper.Addresses;
        _devices.Add(new(port, DeviceKind.Veth)
        {
            Master = bridge,
            Port = new(Chance(4), isolated),
            Vlans = upper.FiltersVlans ? Vlans() : [],
        });
        // It asks on its network for whatever it sends to, and unless the host answers for others, nobody does.
        var (believes, believes6) = (bridge != "br0" && Chance(4), bridge != "br0" && Chance(4));
        _containers.Add(new(name, "docker")
        {
            Attachments = [new("eth0", [own, own6]) { Port = port }],
            Listening = [.. Sockets()],
            Routes =
            [
                new("main", own.Network, RouteKind.Unicast) { NextHops = [new("eth0")] },
                new("main", own6.Network, RouteKind.Unicast) { NextHops = [new("eth0")], Metric = 256 },
                .. Chance(6) ? Array.Empty<Route>() :
                [
                    new("main", AddressPrefix.All(IpVersion.V4), RouteKind.Unicast)
                    {
                        NextHops = believes
                            ? [new("eth0")]
                            : [new("eth0", gateways.First(one => one.Ip == IpVersion.V4).Address)],
                    },
                    new("main", AddressPrefix.All(IpVersion.V6), RouteKind.Unicast)
                    {
                        NextHops = believes6
                            ? [new("eth0")]
                            : [new("eth0", gateways.First(one => one.Ip == IpVersion.V6).Address)],
                        Metric = 1024,
                    },
                ],
            ],
        });
    }

    /// <summary>
    /// Of addresses beyond the host, of containers, and of the router that a cable's container asks for.
    /// </summary>
    private IEnumerable<ProxyNeighbour> Proxies() =>
        from device in _devices.Where(
            one => (one.Name is "cab0" || one.Name.StartsWith("br-", StringComparison.Ordinal)) && Chance(2))
        from address in Outside
            .Concat(_containers.SelectMany(one => one.Attachments)
                .SelectMany(at => at.Addresses).Select(own => own.Address))
            .Append(IPAddress.Parse("169.254.1.1"))
        where Chance(3)
        select new ProxyNeighbour(address, device.Name);

    private IEnumerable<ListeningSocket> Sockets() =>
        from protocol in new[] { "tcp", "udp" }
        from port in new[] { 80, 8080 }
        where !Chance(3)
        from any in new[] { IPAddress.Any, IPAddress.IPv6Any }
        select new ListeningSocket(protocol, any, port);

    private void AddRoutes(int nics)
    {
        void Add(string prefix, RouteKind kind, string? device, string? gateway, string table = "main")
        {
            var is6 = prefix.Contains(':');
            _routes.Add(new(table, Prefix(prefix), kind)
            {
                NextHops = device is null ? [] : [new(device, gateway is null ? null : IPAddress.Parse(gateway))],
                Metric = is6 ? 1024 : 0,
            });
        }

        var last = nics - 1;
        if (last > 0 && Chance(4))
            foreach (var (prefix, end) in new[] { ("0.0.0.0/0", "10.9{0}.0.254"), ("::/0", "2001:db8:9{0}::fe") })
                _routes.Add(new("main", Prefix(prefix), RouteKind.Unicast)
                {
                    NextHops =
                    [
                        .. new[] { 0, last }.Select(index => new NextHop(
                            _uppers[index], IPAddress.Parse(string.Format(CultureInfo.InvariantCulture, end, index)))),
                    ],
                    Metric = prefix.Contains(':') ? 1024 : 0,
                });
        else if (!Chance(8))
            Add("0.0.0.0/0", RouteKind.Unicast, _uppers[0], "10.90.0.254");
        if (_routes.TrueForAll(route => route.Destination != Prefix("::/0")) && !Chance(4))
            Add("::/0", RouteKind.Unicast, _uppers[0], "2001:db8:90::fe");
        Add(Far, RouteKind.Unicast, _uppers[last], $"10.9{last}.0.253");
        Add("2001:db8:50::/48", RouteKind.Unicast, _uppers[last], $"2001:db8:9{last}::fd");
        Add("10.60.0.0/16", (RouteKind)((int)RouteKind.Blackhole + _random.Next(3)), null, null);
        if (Chance(2))
            Add("10.50.0.0/24", RouteKind.Unicast, _uppers[0], "10.90.0.254");
        Add("0.0.0.0/0", RouteKind.Unicast, _uppers[last], $"10.9{last}.0.253", "100");
        Add("::/0", RouteKind.Unicast, _uppers[last], $"2001:db8:9{last}::fd", "100");
        if (Chance(2))
            Add("203.0.113.0/24", Chance(2) ? RouteKind.Throw : RouteKind.Unreachable, null, null, "100");
    }

    private IEnumerable<PolicyRule> PolicyRules(int nics, IpVersion ip)
    {
        yield return new(0, "from all lookup local") { Table = "local" };
        foreach (var (index, kind) in Enumerable.Range(0, 5).OrderBy(_ => _random.Next()).Take(_random.Next(4)).Index())
        {
            var source = Prefix(ip == IpVersion.V4 ? "172.20.0.0/24" : "fd00:1::/64");
            var own = Prefix(ip == IpVersion.V4 ? $"10.9{nics - 1}.0.1" : $"2001:db8:9{nics - 1}::1");
            var far = Prefix(ip == IpVersion.V4 ? "198.51.100.0/24" : "2001:db8:ff::/48");
            yield return kind switch
            {
                0 => new(1000 + index, "") { From = source, Table = "100" },
                1 => new(1000 + index, "") { From = own, Table = "100" },
                2 => new(1000 + index, "") { Mark = 1, Table = "100" },
                3 => new(1000 + index, "") { In = "br-a", Table = "100" },
                _ => new(1000 + index, "") { To = far, Action = RouteKind.Prohibit, Negated = false },
            };
        }

        yield return new(32766, "from all lookup main") { Table = "main" };
        yield return new(32767, "from all lookup default") { Table = "default" };
    }
}
