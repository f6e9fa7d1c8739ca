namespace Hooktrail.Model.Netfilter;

/// <summary>The families whose hooks a packet of the lab meets; <c>NFPROTO_*</c> of linux/netfilter.h.</summary>
internal enum Family
{
    /// <summary><c>NFPROTO_BRIDGE</c>: frames on the ports of a bridge.</summary>
    Bridge,

    IPv4,

    IPv6,

    Arp,

    /// <summary><c>NFPROTO_NETDEV</c>: what a device receives and sends, whatever it is.</summary>
    Netdev,
}

internal static class Families
{
    public static Family Family(this IpVersion version) =>
        version == IpVersion.V4 ? Netfilter.Family.IPv4 : Netfilter.Family.IPv6;

    public static bool IsIp(this Family family) => family is Netfilter.Family.IPv4 or Netfilter.Family.IPv6;
}
