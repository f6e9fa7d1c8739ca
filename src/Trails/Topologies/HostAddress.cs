using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Trails.Topologies;

/// <summary>An address on a device, and the length of its network's prefix.</summary>
public sealed record HostAddress(IPAddress Address, int Length)
{
    public IpVersion Ip => Address.AddressFamily == AddressFamily.InterNetwork ? IpVersion.V4 : IpVersion.V6;

    /// <summary>The network that the device reaches without a router.</summary>
    public AddressPrefix Network => AddressPrefix.Around(Address, Length);

    /// <summary>Reads <c>172.18.0.2/16</c>; null for anything else.</summary>
    public static HostAddress? Parse(string text) =>
        text.Split('/') is [var address, var length]
        && IPAddress.TryParse(address, out var read)
        && int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
        && bits <= read.GetAddressBytes().Length * 8
            ? new(read, bits)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{Length}");
}
