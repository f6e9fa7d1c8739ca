using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Hooktrail.Trails;

namespace Hooktrail.Namespaces;

/// <summary>The addresses of a topology by their names in the lab; they are the same in every run.</summary>
public sealed class NamespaceAddresses
{
    private readonly FrozenDictionary<(string Name, AddressFamily Family), IPAddress> _addresses;

    /// <summary>Gives every address of the topology its name.</summary>
    public NamespaceAddresses(NamespaceTopology topology)
    {
        All = [.. Enumerate(topology)];
        _addresses = All.ToFrozenDictionary(named => (named.Name, named.Address.AddressFamily), named => named.Address);
    }

    /// <summary>All of them: <c>client</c>, <c>lab.gateway</c>, <c>lab.broadcast</c> (IPv4 only), <c>host.wan</c>, <c>host.lo</c>, <c>wan</c>, …</summary>
    public ImmutableArray<(string Name, IPAddress Address)> All { get; }

    /// <summary>An address by its name in the lab.</summary>
    /// <exception cref="HooktrailException">Nobody has it.</exception>
    public IPAddress this[string name, AddressFamily family] =>
        _addresses.TryGetValue((name, family), out var address)
            ? address
            : throw new HooktrailException(
                $"The namespace lab has no {(family == AddressFamily.InterNetwork ? "IPv4" : "IPv6")} address \"{name}\" as it was started; "
                + $"it has {string.Join(", ", All.Where(named => named.Address.AddressFamily == family).Select(named => named.Name))}.");

    /// <summary>The n-th address of a network.</summary>
    internal static IPAddress Nth(IPNetwork network, byte n)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        bytes[^1] += n;
        return new IPAddress(bytes);
    }

    /// <summary>The Ethernet address of a container's end of its link: its IPv4 address says the rest, as with Docker's.</summary>
    internal static string Mac(IPAddress address) => "02:42:" + Hexadecimal(address);

    /// <summary>The Ethernet address of the other end. Higher than that of the bridge, which has its own for good.</summary>
    internal static string PeerMac(IPAddress address) => "02:f0:" + Hexadecimal(address);

    private static string Hexadecimal(IPAddress address) =>
        Convert.ToHexStringLower(address.GetAddressBytes()) is var hex ? $"{hex[..2]}:{hex[2..4]}:{hex[4..6]}:{hex[6..]}" : "";

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
