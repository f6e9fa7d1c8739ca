namespace Hooktrail.Trails;

public enum Protocol
{
    /// <summary>ICMP or ICMPv6 echo: the request and its reply are a connection to conntrack.</summary>
    Icmp,

    /// <summary>One datagram each way per packet.</summary>
    Udp,

    /// <summary>
    /// A connection that is opened, carries data one way and is closed; see <see cref="Leg"/> for its packets.
    /// </summary>
    Tcp,

    /// <summary>A request for an address and its answer; IPv4 only, and no IP packet.</summary>
    Arp,
}

public static class Protocols
{
    private static readonly string[] Names = ["icmp", "udp", "tcp", "arp"];

    public static string Name(this Protocol protocol) => Names[(int)protocol];

    /// <exception cref="HooktrailException">There is no such protocol, or the lab has none of its traffic.</exception>
    public static Protocol Parse(string name) =>
        Array.IndexOf(Names, name) is var index and >= 0
            ? (Protocol)index
            : throw new HooktrailException(
                $"Unknown protocol \"{name}\"; the protocols are {string.Join(", ", Names)}.");
}

public enum IpVersion
{
    /// <summary>IPv4, and ARP.</summary>
    V4,

    V6,
}

public static class IpVersions
{
    public static string Name(this IpVersion version) => version == IpVersion.V4 ? "ipv4" : "ipv6";

    public static Layer Layer(this IpVersion version) =>
        version == IpVersion.V4 ? Trails.Layer.Iptables : Trails.Layer.Ip6tables;

    /// <exception cref="HooktrailException">There is no such version.</exception>
    public static IpVersion Parse(string name) => name.ToLowerInvariant() switch
    {
        "ipv4" => IpVersion.V4,
        "ipv6" => IpVersion.V6,
        _ => throw new HooktrailException($"Unknown version of IP \"{name}\"; it is ipv4 or ipv6."),
    };
}

/// <summary>The encapsulation of an IP packet between a container and the bridge.</summary>
public enum Encapsulation
{
    /// <summary>Plain Ethernet.</summary>
    None,

    /// <summary>An 802.1Q tag.</summary>
    Vlan,

    PPPoE,
}

public static class Encapsulations
{
    private static readonly string[] Names = ["none", "vlan", "pppoe"];

    public static string Name(this Encapsulation encapsulation) => Names[(int)encapsulation];

    /// <exception cref="HooktrailException">There is no such encapsulation.</exception>
    public static Encapsulation Parse(string name) =>
        Array.IndexOf(Names, name) is var index and >= 0
            ? (Encapsulation)index
            : throw new HooktrailException(
                $"Unknown encapsulation \"{name}\"; it is one of {string.Join(", ", Names)}.");
}
