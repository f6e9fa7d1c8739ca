using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Namespaces;

/// <summary>The addresses of a topology by their names in the lab; they are the same in every run.</summary>
public sealed class NamespaceAddresses
{
    private readonly FrozenDictionary<(string Name, AddressFamily Family), IPAddress> _addresses;

    public NamespaceAddresses(NamespaceTopology topology)
    {
        All = [.. Enumerate(topology)];
        _addresses = All.ToFrozenDictionary(named => (named.Name, named.Address.AddressFamily), named => named.Address);
    }

    /// <summary><c>client</c>, <c>lab.gateway</c>, <c>lab.broadcast</c> (IPv4 only), <c>host.wan</c>, …</summary>
    public ImmutableArray<(string Name, IPAddress Address)> All { get; }

    /// <exception cref="HooktrailException">There is no such address.</exception>
    public IPAddress this[string name, AddressFamily family] =>
        _addresses.TryGetValue((name, family), out var address)
            ? address
            : throw new HooktrailException(
                $"The namespace lab has no {(family == AddressFamily.InterNetwork ? "IPv4" : "IPv6")} address \"{name}\" with the chosen containers; "
                + $"it has {string.Join(", ", All.Where(named => named.Address.AddressFamily == family).Select(named => named.Name))}.");

    internal static IPAddress Nth(IPNetwork network, byte n)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        bytes[^1] += n;
        return new IPAddress(bytes);
    }

    /// <summary>
    /// The MAC address of a container's end of its link: derived from its IPv4 address, as Docker does.
    /// </summary>
    internal static string Mac(IPAddress address) => "02:42:" + Hexadecimal(address);

    /// <summary>The MAC address of the host's end. It is higher than the bridge's, which is fixed.</summary>
    internal static string PeerMac(IPAddress address) => "02:f0:" + Hexadecimal(address);

    private static string Hexadecimal(IPAddress address) =>
        Convert.ToHexStringLower(address.GetAddressBytes()) is var hex
            ? $"{hex[..2]}:{hex[2..4]}:{hex[4..6]}:{hex[6..]}"
            : "";

    private static IEnumerable<(string Name, IPAddress Address)> Enumerate(NamespaceTopology topology)
    {
        yield return (LabNames.HostOnLoopback, IPAddress.Loopback);
        yield return (LabNames.HostOnLoopback, IPAddress.IPv6Loopback);
        foreach (var network in topology.Networks)
        {
            foreach (var addresses in new[] { network.V4, network.V6 })
            {
                yield return (network.Name + ".gateway", Nth(addresses, 1));
                foreach (var container in network.Containers)
                    yield return (container.Name, Nth(addresses, container.Number));
            }

            yield return (network.Name + ".broadcast", Broadcast(network.V4));
        }

        if (topology.Wan)
        {
            foreach (var addresses in new[] { NamespaceTopology.WanV4, NamespaceTopology.WanV6 })
            {
                yield return (LabNames.HostOnWan, Nth(addresses, 1));
                yield return (NamespaceTopology.WanName, Nth(addresses, 2));
            }

            yield return ("wan.broadcast", Broadcast(NamespaceTopology.WanV4));
        }
    }

    private static IPAddress Broadcast(IPNetwork network)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        for (var bit = network.PrefixLength; bit < 32; bit++)
            bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return new IPAddress(bytes);
    }
}
