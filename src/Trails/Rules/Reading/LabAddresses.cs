using System.Collections.Immutable;

namespace Hooktrail.Trails.Rules.Reading;

/// <summary>The addresses of the lab by their names: which a network has, and in which order they are spoken of.</summary>
internal static class LabAddresses
{
    private static readonly ImmutableArray<string> InOrder =
    [
        .. LabNames.Networks.SelectMany(network => On(network, IpVersion.V4)),
        LabNames.HostOnWan, Endpoint.Wan.Name, LabNames.BroadcastOf(Endpoint.Wan.Name), LabNames.HostOnLoopback,
    ];

    /// <summary>Whether it is the name of an address in a lab.</summary>
    public static bool IsName(string text) => InOrder.Contains(text);

    /// <summary>All addresses of a network: its containers', the host's, and in IPv4 the one that all hear.</summary>
    public static ImmutableArray<string> On(string network, IpVersion version) =>
    [
        .. Endpoint.On(network).Select(container => container.Name),
        LabNames.GatewayOf(network),
        .. version == IpVersion.V4 ? [LabNames.BroadcastOf(network)] : ImmutableArray<string>.Empty,
    ];

    /// <summary>Each name once, in the order in which they are spoken of; such as the lab does not have come last.</summary>
    public static ImmutableArray<string> Sorted(IEnumerable<string> names) =>
    [
        .. names.Distinct(StringComparer.Ordinal)
            .OrderBy(name => InOrder.IndexOf(name) is var index and >= 0 ? index : int.MaxValue)
            .ThenBy(name => name, StringComparer.Ordinal),
    ];
}
