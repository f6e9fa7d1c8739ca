using System.Net;
using Hooktrail.Hosts;
using Hooktrail.Questions.Reach;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Tests.Questions.Reach;

/// <summary>Tables of the sample host, and of hosts that differ from it.</summary>
internal static class Tables
{
    public static readonly ReachScope Usual = new([], EachContainer: true);

    public static ReachTable Of(HostProfile? host = null, params ImmutableArray<string> from) =>
        ReachTable.Of(host ?? Shop.Profile, Usual with { From = from });

    public static Cell At(this ReachTable table, string source, string service, IpVersion ip = IpVersion.V4) =>
        table.Cells.Single(cell => cell.Source.Name == source && cell.Service.Name == service && cell.Service.Ip == ip);

    public static IEnumerable<SurpriseKind> Kinds(this ReachTable table) => table.Surprises.Select(one => one.Kind);

    /// <summary>The sample host with another rule set, of which <paramref name="change"/> gets the text.</summary>
    public static HostProfile WithRules(Func<string, string> change) => Shop.Profile with
    {
        Rules = RuleReader.Xtables(Layer.Iptables, change(Shop.Rules), HostNames.Instance),
    };

    public static HostProfile With(Func<Container, Container> change) => Shop.On(Shop.Topology with
    {
        Containers = [.. Shop.Topology.Containers.Select(change)],
    });

    /// <summary>The sample host with IPv6 everywhere, and these rules of ip6tables.</summary>
    public static HostProfile WithIpv6(string rules)
    {
        var host = Shop.On(Shop.Topology with
        {
            Devices = [.. Shop.Topology.Devices.Select(Ipv6)],
            Routes =
            [
                .. Shop.Topology.Routes,
                Local("eth0", "2001:db8:1::2/128"), Local("br-shop", "fd00:18::1/128"),
                Route("2001:db8:1::/64", "eth0"), Route("fd00:18::/64", "br-shop"),
                Route("::/0", "eth0", "2001:db8:1::1"),
            ],
            Containers =
            [
                .. Shop.Topology.Containers.Select((one, index) => one with
                {
                    Attachments =
                    [
                        one.Attachments[0] with
                        {
                            Addresses = [.. one.Attachments[0].Addresses, HostAddress.Parse($"fd00:18::{index + 2}/64")!],
                        },
                    ],
                    Routes = [.. one.Routes, Route("fd00:18::/64", "eth0"), Route("::/0", "eth0", "fd00:18::1")],
                    Listening = [new("tcp", IPAddress.IPv6Any, one.Listening[0].Port)],
                }),
            ],
        });
        return host with
        {
            Rules = host.Rules.With(RuleReader.Xtables(Layer.Ip6tables, rules, HostNames.Instance)),
        };
    }

    private static Device Ipv6(Device device) => device.Name switch
    {
        "eth0" => device with { Addresses = [.. device.Addresses, HostAddress.Parse("2001:db8:1::2/64")!] },
        "br-shop" => device with { Addresses = [.. device.Addresses, HostAddress.Parse("fd00:18::1/64")!] },
        _ => device,
    } with
    {
        Settings = device.Settings with { Forwarding6 = true },
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
        AddressPrefix.TryParse(text, IpVersion.V6, out var prefix);
        return prefix;
    }
}
