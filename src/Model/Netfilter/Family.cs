using Hooktrail.Trails;

namespace Hooktrail.Model.Netfilter;

/// <summary>
/// The protocol families whose hooks a packet of the lab meets; <c>NFPROTO_*</c> of linux/netfilter.h.
/// </summary>
internal enum Family
{
    /// <summary><c>NFPROTO_BRIDGE</c>: frames on the ports of a bridge.</summary>
    Bridge,

    /// <summary><c>NFPROTO_IPV4</c>.</summary>
    IPv4,

    /// <summary><c>NFPROTO_IPV6</c>.</summary>
    IPv6,

    /// <summary><c>NFPROTO_ARP</c>.</summary>
    Arp,

    /// <summary><c>NFPROTO_NETDEV</c>: what a device receives and sends, whatever it is.</summary>
    Netdev,
}

/// <summary>What follows from the family.</summary>
internal static class Families
{
    /// <summary>The family of a version of IP.</summary>
    public static Family Family(this IpVersion version) => version == IpVersion.V4 ? Netfilter.Family.IPv4 : Netfilter.Family.IPv6;

    /// <summary>Whether its packets are IP packets.</summary>
    public static bool IsIp(this Family family) => family is Netfilter.Family.IPv4 or Netfilter.Family.IPv6;
}
