using static Hooktrail.Rules.Known.Knowledge;

namespace Hooktrail.Rules.Known;

/// <summary>The matches and targets of ebtables.</summary>
public static class EbtablesWords
{
    public static readonly ImmutableArray<KnownWord> Matches =
    [
        new("-p", Modelled, "the frame's protocol: that of a tag, where it has one", "-p IPv4", "-p ! ARP", "-p 802_1Q"),
        new("-i, -o, --logical-in, --logical-out", Modelled, "the port or the bridge", "-i vethclient", "--logical-in ! br-la0"),
        new("-d", Modelled, "the MAC address that the frame is for", "-d 02:42:ac:1e:00:02", "-d ! Broadcast", "-d BGA"),
        new("-s", Modelled, "the sender's MAC address; both ways where the model does not know it", "-s 02:42:ac:1e:00:02"),
        new("a MAC address with another mask", BothWays, "not modelled", "-s 02:42:00:00:00:00/ff:ff:00:00:00:00"),
        new("--ip-src, --ip-dst, --ip6-src, --ip6-dst, --arp-ip-src, --arp-ip-dst", Modelled, "the addresses",
            "-p IPv4 --ip-src ! 172.30.0.2", "-p IPv6 --ip6-dst fd00::/64", "-p ARP --arp-ip-dst 172.30.0.3"),
        new("--ip-proto, --ip-sport, --ip-dport, --ip6-proto, --ip6-sport, --ip6-dport", Modelled, "protocol and ports",
            "-p IPv4 --ip-proto tcp --ip-dport ! 80:90", "-p IPv6 --ip6-proto ! udp"),
        new("--ip-icmp-type, --ip6-icmp-type", Modelled, "one type and code",
            "-p IPv4 --ip-proto icmp --ip-icmp-type echo-request"),
        new("--ip-icmp-type, --ip6-icmp-type with ranges", BothWays, "not modelled",
            "-p IPv4 --ip-proto icmp --ip-icmp-type 0:8/0:1"),
        new("--ip-tos, --ip6-tclass", Modelled, "as iptables' -m tos", "-p IPv4 --ip-tos 0x10"),
        new("--arp-op, --arp-mac-src, --arp-mac-dst", Modelled, "what the ARP packet says",
            "-p ARP --arp-op ! Reply", "-p ARP --arp-mac-dst 02:42:ac:1e:00:02"),
        new("--arp-htype 1, --arp-ptype 0x800", WithoutEffect,
            "a lab has only Ethernet, and only IPv4 in ARP; with other values both ways",
            "-p ARP --arp-htype 1 --arp-ptype 0x800"),
        new("--arp-gratuitous", BothWays, "not modelled", "-p ARP --arp-gratuitous"),
        new("--mark", Modelled, "the packet's mark; /0x3 is any of these bits", "--mark ! 0x1/0x3", "--mark /0x3"),
        new("--pkttype-type", Modelled, "for whom the frame came in", "--pkttype-type ! otherhost"),
        new("--vlan-id, --vlan-prio, --vlan-encap", Modelled, "the frame's tag", "-p 802_1Q --vlan-id ! 5",
            "-p 802_1Q --vlan-prio 0 --vlan-encap 0800"),
        new("--802_3-…, --among-…, --limit, --stp-…, --string…", BothWays, "not modelled",
            "--limit 1/sec --limit-burst 5", "--among-src 2:42:ac:1e:0:2", "-d BGA --stp-type 1"),
    ];

    public static readonly ImmutableArray<KnownWord> Targets =
    [
        new("ACCEPT, DROP, RETURN, CONTINUE", Modelled, "as the kernel does", "-j ACCEPT", "-j DROP", "-j CONTINUE"),
        new("a chain", Modelled, "with its rules and its policy", "-j OWN"),
        new("mark", Modelled, "and then what --mark-target says", "-j mark --mark-or 0x1 --mark-target CONTINUE"),
        new("redirect", Modelled, "to the bridge itself", "-j redirect"),
        new("--log, --nflog, --ulog", WithoutEffect, "they write a record, beside any target",
            "--log-level notice --log-prefix \"ab\" -j CONTINUE", "--nflog-group 3 -j ACCEPT"),
        new("redirect with another --redirect-target", EndsPrediction, "not modelled",
            "-j redirect --redirect-target DROP"),
        new("arpreply, dnat, snat", EndsPrediction, "not modelled",
            "-j dnat --to-dst 02:42:ac:1e:00:02 --dnat-target ACCEPT", "-j snat --to-src 02:42:ac:1e:00:02 --snat-target ACCEPT",
            "-p ARP -j arpreply --arpreply-mac 02:42:ac:1e:00:02"),
    ];
}
