using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Model.Tests;

/// <summary>A user's host: a NIC, a bridge with the containers a, b and c, and a container d on a cable of its own.</summary>
internal static class OwnHosts
{
    public static readonly Topology Usual = new()
    {
        Devices =
        [
            new("lo", DeviceKind.Loopback) { Addresses = [Own("127.0.0.1/8"), Own("::1/128")] },
            new("eth0", DeviceKind.Nic)
            {
                Addresses = [Own("198.51.100.2/24"), Own("2001:db8::2/64")], Settings = Routing,
            },
            new("br0", DeviceKind.Bridge)
            {
                Addresses = [Own("10.0.0.1/24"), Own("fd00::1/64")], Settings = Routing,
            },
            Port("va"), Port("vb"), Port("vc"),
            new("vd", DeviceKind.Veth) { Settings = Routing },
        ],
        Routes =
        [
            Local("127.0.0.0/8", "lo"), Local("198.51.100.2/32", "eth0"), Local("10.0.0.1/32", "br0"),
            Local("2001:db8::2/128", "eth0"), Local("fd00::1/128", "br0"),
            To("198.51.100.0/24", "eth0"), To("10.0.0.0/24", "br0"), To("10.9.9.9/32", "vd"),
            To("0.0.0.0/0", "eth0", "198.51.100.1"),
            To("2001:db8::/64", "eth0"), To("fd00::/64", "br0"), To("::/0", "eth0", "2001:db8::1"),
        ],
        Containers =
        [
            Container("a", "va", "10.0.0.2"), Container("b", "vb", "10.0.0.3"), Container("c", "vc", "10.0.0.4"),
            new("d", "docker")
            {
                Attachments = [new("eth0", [Own("10.9.9.9/32")]) { Port = "vd" }],
                Routes = [To("169.254.1.1/32", "eth0"), To("0.0.0.0/0", "eth0", "169.254.1.1")],
            },
        ],
    };

    public static Endpoint Named(string container) =>
        Usual.EndpointOf(Usual.Containers.First(one => one.Name == container));

    public static HostProfile With(Topology topology, params ImmutableArray<RuleChain> chains) =>
        HostProfile.Default with { Topology = topology, Published = [], Rules = new(chains) };

    public static Topology With(Func<Device, Device> change) =>
        Usual with { Devices = [.. Usual.Devices.Select(change)] };

    public static PredictedLeg Ask(HostProfile host, Endpoint from, Endpoint to, string? via = null, IpVersion ip = IpVersion.V4) =>
        Prediction.LegOf(
            host,
            new(from, to, Protocol.Icmp)
            {
                Ip = ip,
                Via = via,
                By = from.Kind == EndpointKind.Wan ? "eth0" : null,
            },
            Leg.Request);

    public static HostAddress Own(string text) => HostAddress.Parse(text)!;

    public static Route To(string destination, string device, string? gateway = null) =>
        new("main", Prefix(destination), RouteKind.Unicast)
        {
            NextHops = [new(device, gateway is null ? null : IPAddress.Parse(gateway))],
        };

    private static DeviceSettings Routing => new() { Forwarding = true, Forwarding6 = true };

    private static Route Local(string destination, string device) =>
        new("local", Prefix(destination), RouteKind.Local) { NextHops = [new(device)] };

    private static AddressPrefix Prefix(string text) =>
        AddressPrefix.TryParse(text, text.Contains(':') ? IpVersion.V6 : IpVersion.V4, out var prefix)
            ? prefix
            : throw new ArgumentException(text);

    private static Device Port(string name) => new(name, DeviceKind.Veth)
    {
        Master = "br0",
        Port = new(Hairpin: false, Isolated: false),
        Settings = Routing,
    };

    private static Container Container(string name, string port, string address) => new(name, "docker")
    {
        Attachments = [new("eth0", [Own($"{address}/24"), Own($"fd00::{address[^1]}/64")]) { Port = port }],
        Routes =
        [
            To("10.0.0.0/24", "eth0"), To("203.0.113.0/24", "eth0"), To("0.0.0.0/0", "eth0", "10.0.0.1"),
            To("fd00::/64", "eth0"), To("2001:db8:7::/64", "eth0"), To("::/0", "eth0", "fd00::1"),
        ],
    };
}
