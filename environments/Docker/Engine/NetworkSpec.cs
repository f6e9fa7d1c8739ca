using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Docker.Engine;

/// <summary>A bridge network to create.</summary>
public sealed record NetworkSpec
{
    /// <summary>The bridge driver's option that names the bridge device.</summary>
    public const string BridgeNameOption = "com.docker.network.bridge.name";

    /// <summary>The network's name; taken names are refused.</summary>
    public required string Name { get; init; }

    /// <summary>The bridge device's name, at most 15 characters; null lets the Engine choose.</summary>
    public string? BridgeDevice { get; init; }

    /// <summary>At most one subnet of each family; none lets the Engine take an IPv4 one from its pools. An IPv6 subnet turns IPv6 on.</summary>
    public ImmutableArray<IPNetwork> Subnets { get; init; } = [];

    /// <summary>Whether the network has no way out: its containers get no default route, and Docker's rules drop what leaves.</summary>
    public bool Internal { get; init; }

    /// <summary>Further options of the bridge driver.</summary>
    public ImmutableDictionary<string, string> Options { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Labels, by which <c>specs clean</c> finds what a run left.</summary>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The driver's options with <see cref="BridgeDevice"/> among them.</summary>
    internal ImmutableDictionary<string, string> DriverOptions =>
        BridgeDevice is null ? Options : Options.SetItem(BridgeNameOption, BridgeDevice);

    /// <summary>Whether a subnet is IPv6.</summary>
    internal bool HasIpv6 => Subnets.Any(s => s.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6);

    /// <summary>
    /// The address that the bridge takes: the first of the subnet. It is always asked for, because an Engine of version
    /// 20.10 takes the same without telling of it.
    /// </summary>
    internal static IPAddress GatewayOf(IPNetwork subnet)
    {
        var bytes = subnet.BaseAddress.GetAddressBytes();
        bytes[^1]++;
        return new IPAddress(bytes);
    }

    /// <summary>The subnets for a message, such as « on 172.30.0.0/24»; empty where there are none.</summary>
    internal string SubnetsInWords => Subnets.IsEmpty ? "" : " on " + string.Join(" and ", Subnets);
}

/// <summary>A network as the Engine has it.</summary>
/// <param name="Id">The Engine's id, 64 hexadecimal digits.</param>
/// <param name="Name">The network's name.</param>
/// <param name="BridgeDevice">The bridge device in the Engine's network namespace.</param>
/// <param name="Subnets">Each subnet with the gateway's address in it; IPv4 first.</param>
/// <param name="Labels">The network's labels.</param>
public sealed record NetworkDetails(
    string Id,
    string Name,
    string BridgeDevice,
    ImmutableArray<NetworkSubnet> Subnets,
    ImmutableDictionary<string, string> Labels)
{
    /// <summary>Reads the Engine's words; a bridge that was given no name is named after the network's id.</summary>
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

/// <summary>A subnet of a network and the address that the bridge has in it.</summary>
public sealed record NetworkSubnet(IPNetwork Network, IPAddress? Gateway);
