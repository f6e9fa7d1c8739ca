using System.Collections.Immutable;
using Hooktrail.Observation;
using Hooktrail.Trails;

namespace Hooktrail.Namespaces;

/// <summary>The names in the lab of what the kernel prints in the host's namespace.</summary>
public static class NamespaceNames
{
    /// <summary>The map. In a namespace of its own a device may be called what it is called in the lab, and so it is.</summary>
    public static LabMap Map(NamespaceTopology topology, NamespaceAddresses addresses) => new(
        Devices(topology).ToImmutableDictionary(device => device),
        addresses.All.ToImmutableDictionary(named => named.Address, named => named.Name))
    {
        Macs = Macs(topology).ToImmutableDictionary(),
    };

    /// <summary>Who answers to which Ethernet address: what tells of a frame whose packet nobody looks into.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Macs(NamespaceTopology topology) =>
        from network in topology.Networks
        from one in network.Containers.Select(container => (container.Name, container.Number)).Prepend((network.Name, Number: (byte)1))
        select KeyValuePair.Create(NamespaceAddresses.Mac(NamespaceAddresses.Nth(network.V4, one.Number)), one.Name);

    /// <summary>The devices of the host's namespace.</summary>
    private static IEnumerable<string> Devices(NamespaceTopology topology) =>
    [
        LabNames.Loopback,
        .. topology.Networks.Select(network => network.Name),
        .. topology.Containers.Select(container => container.Port),
        .. topology.Wan ? [LabNames.WanNic] : Array.Empty<string>(),
    ];
}
