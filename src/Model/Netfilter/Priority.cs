namespace Hooktrail.Model.Netfilter;

/// <summary>
/// The kernel's names for the IPv4 hook priorities, which are those of IPv6 too; uapi linux/netfilter_ipv4.h and
/// netfilter_ipv6.h, unchanged from 4.15 to 7.3.
/// </summary>
internal static class IpPriority
{
    public const int First = int.MinValue;

    public const int ConntrackDefrag = -400;

    public const int Raw = -300;

    public const int Conntrack = -200;

    public const int Mangle = -150;

    /// <summary><c>NF_IP_PRI_NAT_DST</c>: where destinations are rewritten, PREROUTING and OUTPUT.</summary>
    public const int NatDestination = -100;

    public const int Filter = 0;

    public const int Security = 50;

    /// <summary><c>NF_IP_PRI_NAT_SRC</c>: where sources are rewritten, POSTROUTING and INPUT.</summary>
    public const int NatSource = 100;

    /// <summary>
    /// Where iptables-nft puts security instead of <see cref="Security"/>: after the nat of INPUT, not before it
    /// (iptables, nft.c, <c>xtables_ipv4</c>; measured on 6.18).
    /// </summary>
    public const int SecurityOfIptablesNft = 150;

    public const int ConntrackConfirm = int.MaxValue;
}

/// <summary>Bridge hook priorities; uapi linux/netfilter_bridge.h, unchanged from 4.15 to 7.3.</summary>
internal static class BridgePriority
{
    public const int First = int.MinValue;

    /// <summary><c>NF_BR_PRI_NAT_DST_BRIDGED</c>: nat PREROUTING.</summary>
    public const int NatDestinationBridged = -300;

    /// <summary><c>NF_BR_PRI_FILTER_BRIDGED</c>: filter INPUT and FORWARD, and OUTPUT too with ebtables-nft.</summary>
    public const int FilterBridged = -200;

    /// <summary><c>NF_BR_PRI_BRNF</c>: br_netfilter.</summary>
    public const int BrNetfilter = 0;

    /// <summary><c>NF_BR_PRI_NAT_DST_OTHER</c>: nat OUTPUT.</summary>
    public const int NatDestinationOther = 100;

    /// <summary><c>NF_BR_PRI_FILTER_OTHER</c>: filter OUTPUT of ebtables-legacy.</summary>
    public const int FilterOther = 200;

    /// <summary><c>NF_BR_PRI_NAT_SRC</c>: nat POSTROUTING.</summary>
    public const int NatSource = 300;

    public const int Last = int.MaxValue;
}
