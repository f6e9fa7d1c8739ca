using System.Net;
using System.Text.Json;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Hosts.Reading;

/// <summary>Reads <c>ip -j neigh</c>, <c>bridge -j fdb</c> and <c>bridge -j vlan</c>.</summary>
internal static class NeighbourReader
{
    public static ImmutableArray<Neighbour> Neighbours(IEnumerable<JsonElement> printed) =>
    [
        .. from one in printed
           let device = one.Text("dev")
           where device is not null && IPAddress.TryParse(one.Text("dst"), out _)
           select new Neighbour(IPAddress.Parse(one.Text("dst")!), device, one.Text("lladdr"))
           {
               IsPermanent = one.Has("state", "PERMANENT"),
           },
    ];

    /// <summary>An entry may be for all devices; <c>ip neigh</c> itself makes none of these.</summary>
    public static ImmutableArray<ProxyNeighbour> Proxies(IEnumerable<JsonElement> printed) =>
    [
        .. from one in printed
           where IPAddress.TryParse(one.Text("dst"), out _)
           select new ProxyNeighbour(IPAddress.Parse(one.Text("dst")!), one.Text("dev")),
    ];

    /// <summary>
    /// The rows of bridges. Those of a device itself, with the flag self, decide nothing between ports; a row with and
    /// without a VLAN are two.
    /// </summary>
    public static ImmutableArray<Forwarding> Forwarding(
        IEnumerable<JsonElement> printed, ImmutableArray<Device> devices)
    {
        var ports = devices
            .Where(device => device.Master is { } master
                && devices.Any(bridge => bridge.Name == master && bridge.Kind == DeviceKind.Bridge))
            .Select(device => device.Name)
            .ToHashSet();
        return
        [
            .. from one in printed
               let mac = one.Text("mac")
               let device = one.Text("ifname")
               where mac is not null && device is not null && ports.Contains(device)
                   && !one.Has("flags", "self")
               select new Forwarding(mac, device, one.Number("vlan"))
               {
                   IsPermanent = one.Text("state") is "permanent" or "static",
               },
        ];
    }

    /// <summary>The VLANs that pass each device.</summary>
    public static Dictionary<string, ImmutableArray<PassingVlans>> Vlans(IEnumerable<JsonElement> printed) => printed
        .Where(one => one.Text("ifname") is not null)
        .GroupBy(one => one.Text("ifname")!)
        .ToDictionary(
            one => one.Key,
            one => one.SelectMany(device => device.Each("vlans")).Select(Passing).OfType<PassingVlans>()
                .ToImmutableArray());

    private static PassingVlans? Passing(JsonElement vlan) => vlan.Number("vlan") is { } first
        ? new(
            first,
            vlan.Number("vlanEnd") ?? first,
            vlan.Has("flags", "PVID"),
            vlan.Has("flags", "Egress Untagged"))
        : null;
}
