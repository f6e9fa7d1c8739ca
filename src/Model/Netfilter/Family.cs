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
}
