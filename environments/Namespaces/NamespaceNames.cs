using Hooktrail.Observation;

namespace Hooktrail.Namespaces;

/// <summary>Translates what the kernel prints in the host's namespace into the lab's names.</summary>
public static class NamespaceNames
{
    /// <summary>In a private namespace, devices have the same names as in the lab.</summary>
    public static LabMap Map(NamespaceTopology topology, NamespaceAddresses addresses) => new(
        Devices(topology).ToImmutableDictionary(device => device),
        addresses.All.ToImmutableDictionary(named => named.Address, named => named.Name))
    {
        Macs = Macs(topology).ToImmutableDictionary(),
    };

    /// <summary>The owners of MAC addresses, for frames whose packet is not parsed.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Macs(NamespaceTopology topology) =>
        from network in topology.Networks
        from one in network.Containers.Select(container => (container.Name, container.Number)).Prepend(
            (network.Name, Number: (byte)1))
        select KeyValuePair.Create(NamespaceAddresses.Mac(NamespaceAddresses.Nth(network.V4, one.Number)), one.Name);

    private static IEnumerable<string> Devices(NamespaceTopology topology) =>
    [
        LabNames.Loopback,
        .. topology.Networks.Select(network => network.Name),
        .. topology.Containers.Select(container => container.Port),
        .. topology.Wan ? [LabNames.WanNic] : Array.Empty<string>(),
    ];
}
