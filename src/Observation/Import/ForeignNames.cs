using System.Net;

namespace Hooktrail.Observation.Import;

/// <summary>Maps a foreign host's devices and addresses to names of the lab.</summary>
public static class ForeignNames
{
    private static readonly ImmutableArray<string> Devices =
    [
        .. LabNames.Networks,
        .. Endpoint.All.Where(one => one.Kind == EndpointKind.Container).Select(LabNames.PortOf),
        LabNames.WanNic,
        LabNames.Loopback,
    ];

    /// <summary>Parses pairs such as <c>172.17.0.2=client</c>, <c>veth12ab=client.port</c>.</summary>
    /// <exception cref="HooktrailException">A text is no such pair, or the lab has no such name.</exception>
    /// <remarks>What the user says goes before what the <paramref name="topology"/> says.</remarks>
    public static LabMap Parse(IEnumerable<string> said, IForeignTopology? topology = null)
    {
        var devices = ImmutableDictionary.CreateBuilder<string, string>();
        var addresses = ImmutableDictionary.CreateBuilder<IPAddress, string>();
        addresses[IPAddress.Loopback] = LabNames.HostOnLoopback;
        addresses[IPAddress.IPv6Loopback] = LabNames.HostOnLoopback;
        foreach (var (printed, name) in topology?.Devices ?? [])
            devices[printed] = name;
        foreach (var (printed, name) in topology?.Addresses ?? [])
            addresses[printed] = name;
        foreach (var one in said)
        {
            var equals = one.LastIndexOf('=');
            if (equals < 1 || equals == one.Length - 1)
                throw new HooktrailException(
                    $"\"{one}\" is not a name; write what the trace prints and the lab's name for it, such as 172.17.0.2=client or docker0=lab.");
            var (printed, name) = (one[..equals], one[(equals + 1)..]);
            if (IPAddress.TryParse(printed, out var address) && printed.IndexOfAny(['.', ':']) > 0)
                addresses[address] = LabNames.ParseAddress(name);
            else if (Devices.Contains(name))
                devices[printed] = name;
            else
                throw new HooktrailException(
                    $"Unknown device \"{name}\" in \"{one}\"; the devices of the lab are {string.Join(", ", Devices)}.");
        }

        return new(devices.ToImmutable(), addresses.ToImmutable());
    }
}
