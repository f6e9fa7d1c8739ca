using System.Net;

namespace Hooktrail.Tests.Rules;

/// <summary>Has other names, addresses and ports than the lab: both ways.</summary>
internal sealed class TestHost : INames, IHostNames
{
    public static readonly TestHost Instance = new();

    private static readonly ImmutableSortedDictionary<string, string> DeviceNames = LabNames.Networks
        .ToImmutableSortedDictionary(network => network, network => $"br-{network[..2]}0")
        .AddRange(Endpoint.All.Where(one => one.Kind == EndpointKind.Container)
            .Select(one => KeyValuePair.Create(LabNames.PortOf(one), $"veth{one.Name}")))
        .Add(LabNames.WanNic, "enp3s0");

    private static readonly ImmutableArray<(string Name, IPAddress Address)> Known =
    [
        .. LabNames.Networks.SelectMany((network, index) => OfNetwork(network, index)),
        (LabNames.HostOnWan, IPAddress.Parse("203.0.113.1")), (LabNames.HostOnWan, IPAddress.Parse("2001:db8:f::1")),
        ("wan", IPAddress.Parse("203.0.113.9")),
        ("wan", IPAddress.Parse("2001:db8:f::9")),
        ("wan", IPAddress.Parse("fe80::9")),
        (LabNames.HostOnLoopback, IPAddress.Loopback), (LabNames.HostOnLoopback, IPAddress.IPv6Loopback),
    ];

    public string Device(string printed) =>
        DeviceNames.FirstOrDefault(one => one.Value == printed || one.Key == printed) is { Key: { } name } found
            ? found.Value == printed ? name : found.Value
            : printed;

    public ImmutableArray<string> Devices(Func<string, bool> condition) =>
        [.. DeviceNames.Where(one => condition(one.Value)).Select(one => one.Key)];

    public string? Address(IPAddress printed) => Known.FirstOrDefault(one => one.Address.Equals(printed)).Name;

    public ImmutableArray<string> Addresses(Func<IPAddress, bool> condition) =>
        [.. Known.Where(one => condition(one.Address)).Select(one => one.Name).Distinct()];

    public string Address(string name, IpVersion version)
    {
        var network = LabNames.Networks.IndexOf(name);
        return network >= 0
            ? version == IpVersion.V4 ? $"172.30.{network}.0/24" : $"fd00:{network}::/64"
            : Known.First(one => one.Name == name && one.Address.AddressFamily == (version == IpVersion.V4
                ? System.Net.Sockets.AddressFamily.InterNetwork
                : System.Net.Sockets.AddressFamily.InterNetworkV6)).Address.ToString();
    }

    // A published port of the lab is 40000 higher here, and another port has its number.
    int INames.Port(int printed) =>
        PublishedPort.OfLab.Any(one => one.Port == printed - 40000) ? printed - 40000
        : PublishedPort.OfLab.Any(one => one.Port == printed) ? printed + 40000
        : printed;

    int IHostNames.Port(int port) => port + 40000;

    public string? MacOwner(string printed) => printed.ToLowerInvariant() switch
    {
        "02:42:ac:1e:00:02" => "client",
        "ff:ff:ff:ff:ff:ff" => "broadcast",
        _ => null,
    };

    private static IEnumerable<(string Name, IPAddress Address)> OfNetwork(string network, int index)
    {
        var at = 1;
        foreach (var name in Endpoint.On(network).Select(one => one.Name).Prepend(LabNames.GatewayOf(network)))
        {
            yield return (name, IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"172.30.{index}.{at}")));
            yield return (name, IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"fd00:{index}::{at++}")));
        }

        yield return (LabNames.BroadcastOf(network), IPAddress.Parse($"172.30.{index}.255"));
    }
}
