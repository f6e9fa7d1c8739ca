namespace Hooktrail.Trails;

/// <summary>The protocols of which flows are made.</summary>
public enum Protocol
{
    /// <summary>ICMP or ICMPv6 echo: the request and its reply are a connection to conntrack.</summary>
    Icmp,

    /// <summary>One datagram each way and packet.</summary>
    Udp,

    /// <summary>A connection that is opened, carries data one way and is closed; see <see cref="Leg"/> for its packets.</summary>
    Tcp,

    /// <summary>Who has this address? IPv4 only; no IP packet at all.</summary>
    Arp,
}

/// <summary>The names of the protocols.</summary>
public static class Protocols
{
    private static readonly string[] Names = ["icmp", "udp", "tcp", "arp"];

    /// <summary>The protocol's name in features, on the command line and in JSON.</summary>
    public static string Name(this Protocol protocol) => Names[(int)protocol];

    /// <summary>Finds the protocol that a user named.</summary>
    /// <exception cref="HooktrailException">There is no such protocol, or the lab has none of its traffic.</exception>
    public static Protocol Parse(string name) =>
        Array.IndexOf(Names, name) is var index and >= 0
            ? (Protocol)index
            : throw new HooktrailException($"Unknown protocol \"{name}\"; the protocols are {string.Join(", ", Names)}.");
}

/// <summary>The versions of IP.</summary>
public enum IpVersion
{
    /// <summary>IPv4, and ARP.</summary>
    V4,

    /// <summary>IPv6.</summary>
    V6,
}

/// <summary>The names of the versions.</summary>
public static class IpVersions
{
    /// <summary>The version's name in features, on the command line and in JSON.</summary>
    public static string Name(this IpVersion version) => version == IpVersion.V4 ? "ipv4" : "ipv6";

    /// <summary>The tool whose rules see this version's packets.</summary>
    public static Layer Layer(this IpVersion version) => version == IpVersion.V4 ? Trails.Layer.Iptables : Trails.Layer.Ip6tables;

    /// <summary>Finds the version that a user named.</summary>
    /// <exception cref="HooktrailException">There is no such version.</exception>
    public static IpVersion Parse(string name) => name.ToLowerInvariant() switch
    {
        "ipv4" => IpVersion.V4,
        "ipv6" => IpVersion.V6,
        _ => throw new HooktrailException($"Unknown version of IP \"{name}\"; it is ipv4 or ipv6."),
    };
}

/// <summary>What an IP packet can be wrapped in between a container and the bridge.</summary>
public enum Encapsulation
{
    /// <summary>Plain Ethernet.</summary>
    None,

    /// <summary>An 802.1Q tag.</summary>
    Vlan,

    /// <summary>A PPPoE session header.</summary>
    PPPoE,
}

/// <summary>The names of the encapsulations.</summary>
public static class Encapsulations
{
    private static readonly string[] Names = ["none", "vlan", "pppoe"];

    /// <summary>The name on the command line and in JSON.</summary>
    public static string Name(this Encapsulation encapsulation) => Names[(int)encapsulation];

    /// <summary>Finds the encapsulation that a user named.</summary>
    /// <exception cref="HooktrailException">There is no such encapsulation.</exception>
    public static Encapsulation Parse(string name) =>
        Array.IndexOf(Names, name) is var index and >= 0
            ? (Encapsulation)index
            : throw new HooktrailException($"Unknown encapsulation \"{name}\"; it is one of {string.Join(", ", Names)}.");
}
