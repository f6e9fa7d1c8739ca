using static Hooktrail.Rules.Known.Knowledge;

namespace Hooktrail.Rules.Known;

/// <summary>The expressions and statements of nft. Examples are of a table of family inet.</summary>
public static class NftWords
{
    public static readonly ImmutableArray<KnownWord> Matches =
    [
        new("ip saddr, ip daddr, ip6 saddr, ip6 daddr", Modelled, "addresses, networks, ranges and sets of them",
            "ip saddr 172.30.0.0/24 drop", "ip6 daddr != fd00::2 drop", "ip daddr { 172.30.0.2, 10.0.0.0/8 } drop"),
        new("iifname, oifname, iif, oif, ibrname, obrname", Modelled, "the device, or its beginning before *",
            "iifname \"br-la0\" drop", "oifname != \"br-*\" drop"),
        new("meta l4proto, meta nfproto, meta protocol, ip protocol, ether type", Modelled, "the protocol",
            "meta l4proto { tcp, udp } drop", "meta nfproto ipv4 drop"),
        new("tcp, udp, th sport and dport", Modelled, "ports, ranges and sets of them",
            "tcp dport { 80, 443-445 } drop", "udp sport != 53 drop"),
        new("tcp flags", Modelled, "as -m tcp --tcp-flags", "tcp flags & (fin | syn | rst | ack) == syn drop"),
        new("icmp type, icmpv6 type", Modelled, "the type", "icmp type echo-request drop", "icmpv6 type != echo-reply drop"),
        new("ct state, ct status", Modelled, "the state and the status of the connection",
            "ct state { established, related } drop", "ct status dnat drop"),
        new("ct mark, ct direction, ct original, ct reply", Modelled, "of the packet's connection",
            "ct mark 0x5 drop", "ct direction reply drop", "ct original ip daddr 172.30.0.3 drop"),
        new("meta mark", Modelled, "the packet's mark", "meta mark and 0xf == 0x5 drop"),
        new("meta pkttype", Modelled, "for whom the frame came in", "meta pkttype broadcast drop"),
        new("meta length, ip length", Modelled, "the bytes of the packet; both ways where a program chooses them",
            "meta length > 1000 drop"),
        new("ip ttl, ip6 hoplimit", Modelled, "the TTL or hop limit", "ip ttl < 3 drop", "ip6 hoplimit 64 drop"),
        new("ip dscp, ip6 dscp", Modelled, "both ways where the sender's program chooses it", "ip dscp ef drop"),
        new("ether saddr, ether daddr", Modelled, "the MAC addresses; both ways where the model does not know the sender's",
            "ether daddr 02:42:ac:1e:00:02 drop"),
        new("arp operation, arp saddr, arp daddr", Modelled, "what the ARP packet says", "arp operation request drop"),
        new("vlan id", Modelled, "the number of the frame's tag", "vlan id 5 drop"),
        new("fib … type, fib … oif", Modelled, "the type of an address, or the device of the route back",
            "fib daddr . iif type local drop", "fib saddr . iif oif missing drop"),
        new("exthdr, rt type, frag", Modelled, "IPv6 extension headers: packets of a lab have only that of fragments",
            "exthdr rt exists drop"),
        new("sets, maps, vmaps, concatenations", Modelled,
            "with their elements; a set that a rule fills is both ways",
            "ip saddr . tcp dport { 172.30.0.2 . 80 } drop", "tcp dport vmap { 22 : accept, 80 : drop }"),
        new("counter, comment, last", WithoutEffect, "they count or explain", "counter packets 1 bytes 2"),
        new("limit, quota, ct count", BothWays, "it depends on earlier packets",
            "limit rate over 5/second drop", "quota over 25 mbytes drop", "ct count over 20 drop"),
        new("numgen, jhash, symhash", BothWays, "it is chance, or depends on a hash",
            "numgen random mod 2 == 0 drop"),
        new("meta skuid, skgid, cgroup, socket", BothWays, "it depends on the process or the host's sockets",
            "meta skuid 0 drop"),
        new("meta time, hour, day", BothWays, "it depends on time", "meta hour \"08:00\"-\"17:00\" drop"),
        new("tcp option, ip option, raw payload @…", BothWays, "it depends on what a program's system writes",
            "tcp option maxseg size > 500 drop", "ip option rr exists drop"),
        new("ipsec, rt nexthop, osf, iifgroup", BothWays, "not modelled",
            "rt ip nexthop 10.0.0.1 drop", "iifgroup 5 drop"),
    ];

    public static readonly ImmutableArray<KnownWord> Statements =
    [
        new("accept, drop, return, continue, jump, goto", Modelled, "as the kernel does",
            "accept", "drop", "return", "jump other", "goto other"),
        new("reject", Modelled, "with the host's message to the sender", "reject with icmpx admin-prohibited"),
        new("dnat, snat, masquerade, redirect", Modelled, "to one address and one port; also by a map",
            "dnat ip to 172.30.0.3", "masquerade", "tcp dport 80 redirect to :99"),
        new("dnat, snat, redirect to several", BothWays, "each of up to 16 addresses and ports is predicted: which of them a connection gets is not known",
            "dnat ip to 10.0.0.1-10.0.0.9"),
        new("meta mark set, ct mark set", Modelled, "with masks, and from one to the other",
            "meta mark set 0x5", "ct mark set meta mark"),
        new("meta mark set by a hash or a map of chance", EndsPrediction, "which mark it is",
            "meta mark set jhash ip saddr mod 2"),
        new("ip ttl set, ip6 hoplimit set, ip dscp set, ip6 dscp set", Modelled, "as later rules ask", "ip ttl set 3",
            "ip dscp set ef"),
        new("notrack", Modelled, "conntrack passes the packet over", "notrack"),
        new("log, meta nftrace set", WithoutEffect, "they write a record", "log prefix \"x\"", "meta nftrace set 1"),
        new("update, add, delete of a set", WithoutEffect,
            "the packet's way is the same, and whether a packet is in the set is both ways",
            "update @growing { ip saddr timeout 1m }"),
        new("any other … set", EndsPrediction, "not modelled", "ip daddr set 10.0.0.1"),
        new("queue, tproxy, dup, fwd, synproxy, flow", EndsPrediction, "a program decides, or the packet leaves the way",
            "queue to 0", "dup to 10.0.0.1"),
    ];
}
