using Hooktrail.Trails;

namespace Hooktrail.Model;

/// <summary>How the lab is wired: which address is whose, and which device leads to it.</summary>
internal static class Lab
{
    private static readonly string ClientPort = LabNames.PortOf(Endpoint.Client);
    private static readonly string ServerPort = LabNames.PortOf(Endpoint.Server);

    /// <summary>Whether the address is one of the host's own.</summary>
    public static bool IsOfHost(string address) =>
        address is LabNames.Gateway or LabNames.HostOnWan or LabNames.HostOnLoopback;

    /// <summary>Whether the address is in the subnet of the network lab.</summary>
    public static bool IsOnBridge(string address) =>
        address == Endpoint.Client.Name || address == Endpoint.Server.Name || address == LabNames.Gateway;

    /// <summary>
    /// The device by which the host sends to an address: the table main, and the table local for its own.
    /// </summary>
    public static string DeviceTowards(string address) =>
        IsOfHost(address) ? LabNames.Loopback : IsOnBridge(address) ? LabNames.Bridge : LabNames.WanNic;

    /// <summary>The host's address on a device.</summary>
    public static string AddressOn(string device) => device switch
    {
        LabNames.Bridge => LabNames.Gateway,
        LabNames.WanNic => LabNames.HostOnWan,
        _ => LabNames.HostOnLoopback,
    };

    /// <summary>The bridge port behind which a container is.</summary>
    public static string PortOf(Endpoint container) => container == Endpoint.Client ? ClientPort : ServerPort;

    /// <summary>
    /// Who answers to the MAC address that leads to <paramref name="address"/> on the bridge: the container's port if
    /// the address is a container's, otherwise the bridge itself, the containers' gateway.
    /// </summary>
    public static string MacTowards(string address) =>
        address == Endpoint.Client.Name ? ClientPort
        : address == Endpoint.Server.Name ? ServerPort
        : LabNames.Bridge;

    /// <summary>Who is at the other end of a device that leads out of the host.</summary>
    public static Endpoint Behind(string device) =>
        device == ClientPort ? Endpoint.Client
        : device == ServerPort ? Endpoint.Server
        : Endpoint.Wan;

    /// <summary>The address by which <paramref name="endpoint"/> is known to <paramref name="other"/>.</summary>
    public static string AddressOf(Endpoint endpoint, Endpoint other) =>
        endpoint.Kind != EndpointKind.Host ? endpoint.Name
        : other.Kind switch
        {
            EndpointKind.Container => LabNames.Gateway,
            EndpointKind.Wan => LabNames.HostOnWan,
            _ => LabNames.HostOnLoopback,
        };
}
