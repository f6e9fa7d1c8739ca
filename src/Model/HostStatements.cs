namespace Hooktrail.Model;

/// <summary>Statements about the tools: what moves chains, or keeps them from being crossed.</summary>
public static class HostStatements
{
    public static readonly Statement IptablesBackend = new(
        "iptables-nft has security at priority 150, behind nat at INPUT; the legacy table is at 50, before it. Only arptables-legacy has FORWARD.",
        "iptables, nft.c, xtables_ipv4 and xtables_arp; net/ipv4/netfilter/iptable_security.c; measured on 6.18");

    public static readonly Statement EbtablesBackend = new(
        "ebtables-nft has filter OUTPUT at priority -200, before nat; the legacy table is at 200, behind it.",
        "iptables, nft.c, xtables_bridge; net/bridge/netfilter/ebtable_filter.c");

    public static readonly Statement Broute = new(
        "ebtables has the table broute with the legacy backend always, with nft from iptables 1.8.10 on.",
        "iptables 1.8.10, nft.c, xtables_bridge; net/bridge/netfilter/ebtable_broute.c");

    public static readonly Statement Registration = new(
        "Of two chains at one hook with one priority, the one that was registered last runs first.",
        "net/netfilter/core.c, nf_hook_entries_grow");

    public static readonly Statement HeldPorts = new(
        "Without its userland proxy, dockerd itself holds each published port with a socket that it never reads: connections are opened and acknowledged, datagrams vanish, and neither is refused.",
        "moby, libnetwork/portmapper/proxy.go, dummyProxy; measured on 20.10.24");

    public static readonly Statement ProxyPktinfo = new(
        "From Docker 28.0 on: The userland proxy answers a datagram from the address to which it was sent; before, from that of the route back.",
        "release notes of 28.0.0; moby pull request 48571");

    public static readonly Statement Conntrack = new(
        "Where nothing needs conntrack, no nat chain is crossed.",
        "net/netfilter/nf_conntrack_proto.c, nf_ct_netns_get; net/netfilter/nf_nat_core.c, nf_nat_inet_fn");

    public static readonly Statement BrNetfilter = new(
        "Without the module br_netfilter no frame in a bridge is shown to the IP layer.",
        "net/bridge/br_netfilter_hooks.c, br_nf_ops");
}
