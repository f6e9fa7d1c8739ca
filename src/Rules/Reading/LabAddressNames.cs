namespace Hooktrail.Rules.Reading;

internal static class LabAddressNames
{
    private static readonly ImmutableArray<string> InOrder =
    [
        .. LabNames.Networks.SelectMany(network => On(network, IpVersion.V4)),
        LabNames.HostOnWan, Endpoint.Wan.Name, LabNames.BroadcastOf(Endpoint.Wan.Name), LabNames.HostOnLoopback,
    ];

    public static bool IsName(string text) => InOrder.Contains(text);

    /// <summary>The addresses of the network's containers and of the host, and in IPv4 the broadcast address.</summary>
    public static ImmutableArray<string> On(string network, IpVersion version) =>
    [
        .. Endpoint.On(network).Select(container => container.Name),
        LabNames.GatewayOf(network),
        .. version == IpVersion.V4 ? [LabNames.BroadcastOf(network)] : ImmutableArray<string>.Empty,
    ];

    /// <summary>Each name once, in the usual order; names that are not the lab's come last.</summary>
    public static ImmutableArray<string> Sorted(IEnumerable<string> names) =>
    [
        .. names.Distinct(StringComparer.Ordinal)
            .OrderBy(name => InOrder.IndexOf(name) is var index and >= 0 ? index : int.MaxValue)
            .ThenBy(name => name, StringComparer.Ordinal),
    ];
}
