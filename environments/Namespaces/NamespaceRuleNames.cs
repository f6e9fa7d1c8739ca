using System.Net.Sockets;
using Hooktrail.Trails;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Namespaces;

/// <summary>
/// What the lab's names stand for in the host's namespace: devices are called as in the lab, addresses are those of the whole lab, whether all of
/// it was built or not. Docker's rules may speak of a network that nobody is on.
/// </summary>
public sealed class NamespaceRuleNames : IHostNames
{
    /// <summary>They are the same on every host.</summary>
    public static readonly NamespaceRuleNames Instance = new();

    private static readonly NamespaceAddresses Addresses = new(NamespaceTopology.Whole);

    private NamespaceRuleNames()
    {
    }

    /// <inheritdoc/>
    public string Device(string name) => name;

    /// <inheritdoc/>
    public string Address(string name, IpVersion version)
    {
        var network = NamespaceTopology.Whole.Networks.FirstOrDefault(one => one.Name == name);
        return network is null
            ? Addresses[name, version == IpVersion.V4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6].ToString()
            : (version == IpVersion.V4 ? network.V4 : network.V6).ToString();
    }

    /// <inheritdoc/>
    public int Port(int port) => port;
}
