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
        Macs = Macs(topology).ToImmutableDictionary(named => named.Mac, named => named.Name),
    };

    /// <summary>The devices of the host's namespace.</summary>
    private static IEnumerable<string> Devices(NamespaceTopology topology) =>
    [
        LabNames.Loopback,
        .. topology.Networks.Select(network => network.Name),
        .. topology.Containers.Select(container => container.Port),
        .. topology.Wan ? [LabNames.WanNic] : Array.Empty<string>(),
    ];

    // Who answers: a container at its own end of the link, the host at the bridge.
    private static IEnumerable<(string Mac, string Name)> Macs(NamespaceTopology topology) =>
        from network in topology.Networks
        from named in network.Containers.Select(container => (container.Number, container.Name)).Prepend(((byte)1, network.Name))
        select (NamespaceAddresses.Mac(NamespaceAddresses.Nth(network.V4, named.Item1)), named.Item2);
}
