using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Docker.Engine;

public sealed record NetworkSpec
{
    public const string BridgeNameOption = "com.docker.network.bridge.name";

    /// <summary>The Engine refuses a name that is taken.</summary>
    public required string Name { get; init; }

    /// <summary>At most 15 characters; null lets the Engine choose.</summary>
    public string? BridgeDevice { get; init; }

    /// <summary>
    /// At most one subnet of each family; with none, the Engine picks an IPv4 one from its
    /// pools. An IPv6 subnet turns IPv6 on.
    /// </summary>
    public ImmutableArray<IPNetwork> Subnets { get; init; } = [];

    /// <summary>
    /// Whether the network has no way out: no default route, and Docker's rules drop packets that leave.
    /// </summary>
    public bool Internal { get; init; }

    public ImmutableDictionary<string, string> Options { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Labels, by which <c>specs clean</c> finds what a run left.</summary>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    internal ImmutableDictionary<string, string> DriverOptions =>
        BridgeDevice is null ? Options : Options.SetItem(BridgeNameOption, BridgeDevice);

    internal bool HasIpv6 => Subnets.Any(s => s.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6);

    /// <summary>
    /// The subnet's first address. It is always requested: Engine 20.10 uses it without reporting it.
    /// </summary>
    internal static IPAddress GatewayOf(IPNetwork subnet)
    {
        var bytes = subnet.BaseAddress.GetAddressBytes();
        bytes[^1]++;
        return new IPAddress(bytes);
    }

    /// <summary>Such as « on 172.30.0.0/24»; empty where there are none.</summary>
    internal string SubnetsInWords => Subnets.IsEmpty ? "" : " on " + string.Join(" and ", Subnets);
}

/// <summary>
/// A network as the Engine reports it. The id has 64 hexadecimal digits; the IPv4 subnet comes first.
/// </summary>
public sealed record NetworkDetails(
    string Id,
    string Name,
    string BridgeDevice,
    ImmutableArray<NetworkSubnet> Subnets,
    ImmutableDictionary<string, string> Labels)
{
    /// <summary>A bridge without a given name is named after the network's id.</summary>
    internal static NetworkDetails From(
        string id,
        string name,
        IDictionary<string, string>? options,
        IEnumerable<(string? Subnet, string? Gateway)> addresses,
        IDictionary<string, string>? labels) =>
        new(
            id,
            name,
            options?.TryGetValue(NetworkSpec.BridgeNameOption, out var device) == true ? device : $"br-{id[..12]}",
            [
                .. from address in addresses
                   where address.Subnet is not null
                   let subnet = IPNetwork.Parse(address.Subnet)
                   orderby subnet.BaseAddress.AddressFamily
                   select new NetworkSubnet(subnet, ReadGateway(address.Gateway)),
            ],
            labels.OrEmpty());

    // Some Engines write the gateway with its prefix length (172.17.0.1/16).
    private static IPAddress? ReadGateway(string? text) =>
        IPAddress.TryParse(text?.Split('/')[0], out var address) ? address : null;
}

public sealed record NetworkSubnet(IPNetwork Network, IPAddress? Gateway);
