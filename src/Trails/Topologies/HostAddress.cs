using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Trails.Topologies;

/// <summary>An address on a device, and the length of its network's prefix.</summary>
public sealed record HostAddress(IPAddress Address, int Length)
{
    public IpVersion Ip => Address.AddressFamily == AddressFamily.InterNetwork ? IpVersion.V4 : IpVersion.V6;

    /// <summary>The network that the device reaches without a router.</summary>
    public AddressPrefix Network => AddressPrefix.Around(Address, Length);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{Length}");
}
