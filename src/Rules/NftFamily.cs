namespace Hooktrail.Rules;

/// <summary>The families of nf_tables; written in lower case.</summary>
public enum NftFamily
{
    Bridge,

    Ip,

    Ip6,

    /// <summary>IPv4 and IPv6; at ingress like <see cref="Netdev"/>.</summary>
    Inet,

    /// <summary>ARP that the host sends or receives; bridged ARP does not cross it.</summary>
    Arp,

    Netdev,
}
