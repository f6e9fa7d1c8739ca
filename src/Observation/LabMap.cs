using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Observation;

/// <summary>Maps what the kernel prints to the lab's names; anything else keeps its printed form.</summary>
/// <param name="Devices">Device to name: <c>veth12ab</c> is <c>client.port</c>.</param>
/// <param name="Addresses">
/// Address of either version to name: that of an <see cref="Endpoint"/>, or one of <see cref="LabNames"/>.
/// </param>
public sealed record LabMap(
    ImmutableDictionary<string, string> Devices,
    ImmutableDictionary<IPAddress, string> Addresses) : INames
{
    /// <summary>The owner of the broadcast MAC address.</summary>
    public const string Broadcast = "broadcast";

    internal const string BroadcastMac = "ff:ff:ff:ff:ff:ff";

    private static readonly ImmutableDictionary<string, Endpoint> Endpoints =
    [
        .. Endpoint.All.Select(endpoint => KeyValuePair.Create(endpoint.Name, endpoint)),
        KeyValuePair.Create(LabNames.HostOnWan, Endpoint.Host),
        KeyValuePair.Create(LabNames.HostOnLoopback, Endpoint.Host),
        .. LabNames.Networks.Select(network => KeyValuePair.Create(LabNames.GatewayOf(network), Endpoint.Host)),
        .. LabNames.Networks.Select(network => KeyValuePair.Create(LabNames.BroadcastOf(network), Endpoint.Everyone)),
    ];

    /// <summary>Published port to the lab's number for it: 49153 is 8080.</summary>
    public ImmutableDictionary<int, int> Ports { get; init; } = ImmutableDictionary<int, int>.Empty;

    /// <summary>MAC address, as aa:bb:cc:dd:ee:ff, to the container or bridge that has it.</summary>
    public ImmutableDictionary<string, string> Macs { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>
    /// Who has an address, on a host whose addresses have no names; null for a lab, whose addresses have.
    /// </summary>
    public Func<IPAddress, Endpoint>? OwnerOf { get; init; }

    [return: NotNullIfNotNull(nameof(printed))]
    public string? Device(string? printed) =>
        printed is null ? null
        : Devices.TryGetValue(printed, out var name) ? name
        : Devices.Values.Any(lab => Covers(printed, lab)) ? $"{printed} of the host" : printed;

    // A rule's pattern ends in + or *.
    private static bool Covers(string printed, string name) =>
        name == printed || (printed.EndsWith('+') || printed.EndsWith('*'))
            && name.StartsWith(printed[..^1], StringComparison.Ordinal);

    ImmutableArray<string> INames.Devices(Func<string, bool> condition) => Names(Devices, condition);

    public string? Address(IPAddress printed) => Addresses.GetValueOrDefault(printed);

    ImmutableArray<string> INames.Addresses(Func<IPAddress, bool> condition) => Names(Addresses, condition);

    /// <summary>
    /// If the lab's port 8080 has the number 10234 on the host, the host's own port 8080 is a
    /// different port: the two swap numbers.
    /// </summary>
    public int Port(int printed) => Ports.TryGetValue(printed, out var known)
        ? known
        : Ports.FirstOrDefault(pair => pair.Value == printed) is { Value: not 0 } taken ? taken.Key : printed;

    public string? MacOwner(string printed) =>
        printed.Equals(BroadcastMac, StringComparison.OrdinalIgnoreCase)
            ? Broadcast
            : Macs.GetValueOrDefault(printed.ToLowerInvariant());

    /// <summary>Null outside the lab. The host's address belongs to the host, even if a container shares it.</summary>
    public Endpoint? Owner(IPAddress? printed) =>
        printed is null ? null
        : OwnerOf is { } find ? find(printed)
        : Address(printed) is { } name ? Endpoints.GetValueOrDefault(name) : null;

    /// <summary>The hop, with the sighting's ports after the addresses: <c>server:80</c>.</summary>
    public Hop HopOf(Sighting sighting) => HopOf(sighting, sighting.SourcePort, sighting.DestinationPort);

    /// <summary>The hop, with these ports after the addresses; null for none.</summary>
    internal Hop HopOf(Sighting sighting, int? sourcePort, int? destinationPort) => new(
        sighting.Point,
        Device(sighting.In),
        Device(sighting.Out),
        Device(sighting.PhysIn),
        Device(sighting.PhysOut),
        Name(sighting.Source, sourcePort),
        Name(sighting.Destination, destinationPort));

    private string? Name(IPAddress? address, int? port)
    {
        if (address is null)
            return null;
        var name = Address(address);
        if (port is not { } printed)
            return name ?? address.ToString();
        name ??= address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
        return $"{name}:{Port(printed)}";
    }

    private static ImmutableArray<string> Names<T>(ImmutableDictionary<T, string> named, Func<T, bool> condition)
        where T : notnull =>
        [
            .. named.Where(pair => condition(pair.Key))
                .Select(pair => pair.Value)
                .Distinct()
                .Order(StringComparer.Ordinal)
        ];
}
