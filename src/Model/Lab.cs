using System.Collections.Frozen;

namespace Hooktrail.Model;

/// <summary>The lab's wiring: which address is whose, and which device leads to it.</summary>
internal static class Lab
{
    public const string BroadcastMac = "broadcast";

    /// <summary>The number of the VLAN of a frame with a tag.</summary>
    public const int Vlan = LabNames.Vlan;

    private static readonly FrozenDictionary<string, Endpoint> Containers =
        Endpoint.All.Where(one => one.Kind == EndpointKind.Container).ToFrozenDictionary(one => one.Name);

    private static readonly FrozenDictionary<string, Endpoint> Ports =
        Containers.Values.ToFrozenDictionary(LabNames.PortOf);

    private static readonly FrozenDictionary<string, string> Gateways =
        LabNames.Networks.ToFrozenDictionary(LabNames.GatewayOf);

    private static readonly FrozenDictionary<string, string> Broadcasts =
        LabNames.Networks.ToFrozenDictionary(LabNames.BroadcastOf);

    public static bool IsOfHost(string address) =>
        address is LabNames.HostOnWan or LabNames.HostOnLoopback || Gateways.ContainsKey(address);

    public static bool IsLoopback(string address) => address == LabNames.HostOnLoopback;

    public static bool IsBroadcast(string address) => Broadcasts.ContainsKey(address);

    /// <summary>The device by which the host sends to an address, by the routing tables main and local.</summary>
    public static string DeviceTowards(string address) =>
        IsOfHost(address) ? LabNames.Loopback
        : Containers.TryGetValue(address, out var container) ? container.Network!
        : Broadcasts.TryGetValue(address, out var network) ? network
        : LabNames.WanNic;

    /// <summary>The device that has one of the host's own addresses.</summary>
    public static string DeviceOf(string address) =>
        Gateways.TryGetValue(address, out var network) ? network
        : address == LabNames.HostOnWan ? LabNames.WanNic
        : LabNames.Loopback;

    public static string AddressOn(string device) => device switch
    {
        LabNames.WanNic => LabNames.HostOnWan,
        LabNames.Loopback => LabNames.HostOnLoopback,
        _ => LabNames.GatewayOf(device),
    };

    public static bool IsBridge(string device) => LabNames.Networks.Contains(device);

    public static bool IsPort(string device) => Ports.ContainsKey(device);

    public static string BridgeOf(string port) => Ports[port].Network!;

    public static IEnumerable<string> PortsOf(string bridge) => Endpoint.On(bridge).Select(LabNames.PortOf);

    /// <summary>
    /// The owner of the MAC address that leads to <paramref name="address"/> on the network <paramref name="network"/>:
    /// the container's port if the address is there, otherwise the bridge, the containers' gateway.
    /// </summary>
    public static string MacTowards(string address, string network) =>
        Containers.TryGetValue(address, out var container) && container.Network == network ? LabNames.PortOf(container)
        : address == LabNames.BroadcastOf(network) ? BroadcastMac
        : network;

    /// <summary>The endpoint at the other end of a device that leads out of the host.</summary>
    public static Endpoint Behind(string device) => Ports.GetValueOrDefault(device, Endpoint.Wan);

    /// <summary>The address by which <paramref name="endpoint"/> is known to <paramref name="other"/>.</summary>
    public static string AddressOf(Endpoint endpoint, Endpoint other) => endpoint.Kind switch
    {
        EndpointKind.Everyone => LabNames.BroadcastOf(other.Network ?? LabNames.Bridge),
        EndpointKind.Host => other.Kind switch
        {
            EndpointKind.Container => LabNames.GatewayOf(other.Network!),
            EndpointKind.Wan => LabNames.HostOnWan,
            EndpointKind.Everyone => LabNames.Gateway,
            _ => LabNames.HostOnLoopback,
        },
        _ => endpoint.Name,
    };

    /// <summary>Null for a broadcast address.</summary>
    public static Endpoint? OwnerOf(string address) =>
        IsOfHost(address) ? Endpoint.Host
        : Containers.TryGetValue(address, out var container) ? container
        : address == Endpoint.Wan.Name ? Endpoint.Wan
        : null;

    /// <summary>A container of the internal network has no gateway, so no route to the outside.</summary>
    public static bool HasRoute(Endpoint from, string address) =>
        from.Network != LabNames.Inner
        || MacTowards(address, LabNames.Inner) != LabNames.Inner
        || address == LabNames.GatewayOf(LabNames.Inner);
}
