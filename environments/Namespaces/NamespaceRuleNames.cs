using System.Net.Sockets;
using Hooktrail.Trails;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Namespaces;

/// <summary>What the lab's names stand for in the host's namespace: devices are called as in the lab, addresses are the topology's.</summary>
public sealed class NamespaceRuleNames(NamespaceAddresses addresses) : IHostNames
{
    /// <summary>Those of a host.</summary>
    public NamespaceRuleNames(NamespaceHost host) : this(host.Addresses)
    {
    }

    /// <inheritdoc/>
    public string Device(string name) => name;

    /// <inheritdoc/>
    public string Address(string name, IpVersion version)
    {
        var network = NamespaceTopology.Whole.Networks.FirstOrDefault(one => one.Name == name);
        return network is null
            ? addresses[name, version == IpVersion.V4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6].ToString()
            : (version == IpVersion.V4 ? network.V4 : network.V6).ToString();
    }

    /// <inheritdoc/>
    public int Port(int port) => port;
}
