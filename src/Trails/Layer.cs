namespace Hooktrail.Trails;

/// <summary>
/// A family of rules, named after its tool; written in lower case (<c>ebtables</c>) in features and JSON.
/// </summary>
public enum Layer
{
    /// <summary>Frames in a Linux bridge (netfilter family <c>bridge</c>).</summary>
    Ebtables,

    /// <summary>IPv4 packets (netfilter family <c>ip</c>).</summary>
    Iptables,

    /// <summary>IPv6 packets (netfilter family <c>ip6</c>).</summary>
    Ip6tables,

    /// <summary>ARP packets (netfilter family <c>arp</c>).</summary>
    Arptables,

    /// <summary>A user's own base chain in nftables, of any family.</summary>
    Nftables,
}
