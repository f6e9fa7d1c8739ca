using System.Net.Sockets;

namespace Hooktrail.Namespaces;

/// <summary>
/// Translates the lab's names for the host's namespace. Devices have the same names there. Addresses are those of the
/// whole lab, even of parts that were not built, since Docker's rules may name an empty network.
/// </summary>
public sealed class NamespaceRuleNames : IHostNames
{
    /// <summary>One instance is enough, because the names are the same on every host.</summary>
    public static readonly NamespaceRuleNames Instance = new();

    private static readonly NamespaceAddresses Addresses = new(NamespaceTopology.Whole);

    private NamespaceRuleNames()
    {
    }

    public string Device(string name) => name;

    public string Address(string name, IpVersion version)
    {
        var network = NamespaceTopology.Whole.Networks.FirstOrDefault(one => one.Name == name);
        return network is null
            ? Addresses[name, version == IpVersion.V4
                ? AddressFamily.InterNetwork
                : AddressFamily.InterNetworkV6].ToString()
            : (version == IpVersion.V4 ? network.V4 : network.V6).ToString();
    }

    public int Port(int port) => port;

    /// <summary>The MAC address of a container.</summary>
    public static string MacOf(string name) => NamespaceAddresses.Mac(Addresses[name, AddressFamily.InterNetwork]);
}
