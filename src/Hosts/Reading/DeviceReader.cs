using System.Text.Json;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Hosts.Reading;

/// <summary>Reads <c>ip -j -d addr</c> and <c>bridge -j -d link</c>.</summary>
internal static class DeviceReader
{
    public static ImmutableArray<Device> Of(
        IEnumerable<JsonElement> links, IEnumerable<JsonElement> ports, IEnumerable<JsonElement> vlans,
        Settings settings)
    {
        var passing = NeighbourReader.Vlans(vlans);
        var byName = ports.Where(port => port.Text("ifname") is not null)
            .GroupBy(port => port.Text("ifname")!)
            .ToDictionary(port => port.Key, port => port.First());
        var all = links.ToList();
        var indexes = all.ToLookup(link => link.Text("ifname") ?? "", link => link.Number("ifindex"))
            .ToDictionary(one => one.Key, one => one.First());
        return
        [
            .. from link in all
               let name = link.Text("ifname")
               where name is not null
               select Of(name, link, byName.TryGetValue(name, out var port) ? port : null, settings) with
               {
                   Vlans = passing.GetValueOrDefault(name, []),
                   PeerIndex = link.Number("link_index")
                       ?? (link.Text("link") is { } peer ? indexes.GetValueOrDefault(peer) : null),
               },
        ];
    }

    /// <summary>The addresses of one link; those of a peer-to-peer device are its own.</summary>
    public static ImmutableArray<HostAddress> Addresses(JsonElement link) =>
    [
        .. from one in link.Each("addr_info")
           let address = HostAddress.Parse(string.Create(
               CultureInfo.InvariantCulture, $"{one.Text("local")}/{one.Number("prefixlen") ?? 0}"))
           where address is not null
           select address,
    ];

    public static string? Mac(JsonElement link) =>
        link.Text("link_type") == "ether" ? link.Text("address") : null;

    private static Device Of(string name, JsonElement link, JsonElement? port, Settings settings)
    {
        var info = link.Member("linkinfo") ?? default;
        var data = info.Member("info_data") ?? default;
        var slave = info.Member("info_slave_data") ?? default;
        var kind = Kind(link, info.Text("info_kind"));
        return new(name, kind)
        {
            Index = link.Number("ifindex") ?? 0,
            IsUp = link.Has("flags", "UP"),
            Mac = Mac(link),
            Master = link.Text("master"),
            Parent = kind is DeviceKind.Vlan or DeviceKind.Macvlan or DeviceKind.Ipvlan ? link.Text("link") : null,
            Vlan = kind == DeviceKind.Vlan ? data.Number("id") : null,
            Addresses = Addresses(link),
            Port = info.Text("info_slave_kind") == "bridge" || port is not null
                ? new(
                    slave.IsOn("hairpin") || port?.IsOn("hairpin") == true,
                    slave.IsOn("isolated") || port?.IsOn("isolated") == true,
                    (slave.Text("state") ?? port?.Text("state") ?? "forwarding") == "forwarding")
                : null,
            FiltersVlans = kind == DeviceKind.Bridge && data.IsOn("vlan_filtering"),
            Calls = new(data.IsOn("nf_call_iptables"), data.IsOn("nf_call_ip6tables"), data.IsOn("nf_call_arptables")),
            Settings = settings.Of(name),
        };
    }

    private static DeviceKind Kind(JsonElement link, string? kind) => kind switch
    {
        null when link.Text("link_type") == "loopback" => DeviceKind.Loopback,
        null => DeviceKind.Nic,
        "bridge" => DeviceKind.Bridge,
        "veth" => DeviceKind.Veth,
        "vlan" => DeviceKind.Vlan,
        "macvlan" or "macvtap" => DeviceKind.Macvlan,
        "ipvlan" or "ipvtap" => DeviceKind.Ipvlan,
        "tun" => DeviceKind.Tun,
        "wireguard" => DeviceKind.WireGuard,
        "bond" => DeviceKind.Bond,
        "vxlan" => DeviceKind.Vxlan,
        "dummy" => DeviceKind.Dummy,
        "vrf" => DeviceKind.Vrf,
        _ => DeviceKind.Other,
    };
}
