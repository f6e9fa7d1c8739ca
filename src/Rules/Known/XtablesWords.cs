using static Hooktrail.Rules.Known.Knowledge;

namespace Hooktrail.Rules.Known;

/// <summary>The matches and targets of iptables, ip6tables and arptables.</summary>
public static class XtablesWords
{
    public static readonly ImmutableArray<KnownWord> Matches =
    [
        new("-s, -d", Modelled, "an address, a network, or a mask with gaps",
            "-s 172.30.0.2/32", "! -d 172.30.0.0/24", "-s 0.0.0.2/0.0.0.255", "-d 127.0.0.1/32"),
        new("-i, -o", Modelled, "the device's name, or its beginning before +", "-i br-la0", "! -o br-+"),
        new("-p", Modelled, "the protocol", "-p tcp", "! -p icmp", "-p 47"),
        new("-f", Modelled, "a fragment but the first, where no conntrack puts packets together", "-f", "! -f"),
        new("-m addrtype", Modelled,
            "the type of the address on this host, of any device or of the packet's. In IPv6 the types are what the address has to be altogether",
            "-m addrtype --dst-type LOCAL", "-m addrtype --src-type UNICAST,LOCAL ! --dst-type LOCAL --limit-iface-in"),
        new("-m comment", WithoutEffect, "it stays in the rule's text", "-m comment --comment \"any text\""),
        new("-m connmark", Modelled, "the mark of the connection", "-m connmark ! --mark 0x7/0xf"),
        new("-m conntrack", Modelled,
            "the state and the status of the connection, its direction, and its addresses, ports and protocol in either direction",
            "-m conntrack ! --ctstate NEW,DNAT", "-m conntrack --ctstatus SEEN_REPLY,CONFIRMED",
            "-m conntrack --ctproto 6 --ctdir REPLY", "-m conntrack ! --ctorigdst 172.30.0.0/24 ! --ctorigdstport 80:90",
            "-m conntrack --ctorigsrc 172.30.0.2 --ctorigsrcport 1 --ctreplsrc 172.30.0.3 --ctrepldst 172.30.0.2"),
        new("-m conntrack --ctexpire", BothWays, "it depends on time", "-m conntrack --ctexpire 1:9"),
        new("-m dscp", Modelled,
            "the upper six bits of the traffic class; both ways where the sender's program chooses them",
            "-m dscp ! --dscp 0x2e", "-m dscp --dscp-class EF"),
        new("-m icmp, -m icmp6", Modelled, "type and code",
            "-p icmp -m icmp --icmp-type 3/4", "-p icmp -m icmp ! --icmp-type any"),
        new("-m iprange", Modelled, "a range of addresses",
            "-m iprange --src-range 172.30.0.2-172.30.0.3 ! --dst-range 10.0.0.1-10.0.0.9"),
        new("-m length", Modelled, "the bytes of the packet; both ways where a program chooses them",
            "-m length ! --length 40:60"),
        new("-m mac", Modelled,
            "the sender's MAC address; both ways where the model does not know it",
            "-m mac ! --mac-source 02:42:ac:1e:00:02"),
        new("-m mark", Modelled, "the packet's mark", "-m mark ! --mark 0x10/0xff", "-m mark --mark 0xa"),
        new("-m multiport", Modelled, "ports and ranges of the source, the destination or either",
            "-p tcp -m multiport ! --ports 80,443:445", "-p udp -m multiport --dports 53,100:200"),
        new("-m nfacct", WithoutEffect, "it counts, and holds as long as no quota of the object is used up",
            "-m nfacct --nfacct-name any"),
        new("-m physdev", Modelled, "the port of a bridge",
            "-m physdev ! --physdev-in vethclient ! --physdev-out vethserver", "-m physdev --physdev-is-bridged",
            "-m physdev --physdev-is-in ! --physdev-is-out"),
        new("-m pkttype", Modelled, "for whom the frame came in", "-m pkttype --pkt-type unicast",
            "-m pkttype ! --pkt-type broadcast"),
        new("-m policy", Modelled, "no packet of a lab takes IPsec: --pol none holds, and --pol ipsec does not",
            "-m policy --dir in --pol none", "-m policy --dir out --pol ipsec --strict --reqid 1"),
        new("-m rpfilter", Modelled, "whether the route back to the source leads to the device in",
            "-m rpfilter --loose --validmark --accept-local", "-m rpfilter --invert"),
        new("-m sctp, -m dccp, -m udplite", Modelled, "no flow has these protocols", "-p sctp -m sctp --dport 9"),
        new("-m set", Modelled,
            "the entries of the set, as `ipset save` prints them; both ways without them, for a set that a rule fills, and for an entry that goes within a minute",
            "-m set ! --match-set known src"),
        new("-m set --packets-…, --bytes-…, --return-nomatch", BothWays,
            "it depends on the entry's counters, or on exceptions",
            "-m set --match-set known src --packets-gt 3"),
        new("-m state", Modelled, "as -m conntrack --ctstate", "-m state --state RELATED,ESTABLISHED"),
        new("-m tcp, -m udp", Modelled, "ports and TCP flags",
            "-p tcp -m tcp ! --sport 1024:65535 --dport 80", "-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN"),
        new("-m tcp --tcp-option", BothWays, "which options a program's system writes", "-p tcp -m tcp --tcp-option 8"),
        new("-m tos", Modelled, "as -m dscp, with no bit of ECN set", "-m tos --tos 0x10/0x3f", "-m tos ! --tos 0x11/0xff"),
        new("-m ttl, -m hl", Modelled, "the TTL or hop limit", "-m ttl ! --ttl-eq 3", "-m ttl --ttl-lt 3"),
        new("-m ah, dst, frag, hbh, mh, rt of ip6tables", Modelled,
            "IPv6 extension headers: packets of a lab have only that of fragments"),
        new("-m frag with options", BothWays, "which of the fragments it is"),
        new("arptables --opcode", Modelled, "1 for a request, 2 for a reply"),
        new("arptables --src-mac, --dst-mac", Modelled,
            "the MAC addresses in the ARP packet; both ways where the model does not know the sender's"),
        new("arptables --h-length 6, --h-type 1, --proto-type 0x800", WithoutEffect,
            "a lab has only Ethernet, and only IPv4 in ARP; with other values both ways"),
        .. Unknown(
            ("bpf", "a program decides", "-m bpf --bytecode \"1,6 0 0 65535\""),
            ("cgroup", "it depends on the process", "-m cgroup --cgroup 1"),
            ("cluster", "it depends on a hash", "-m cluster --cluster-total-nodes 2 --cluster-local-node 1 --cluster-hash-seed 1"),
            ("connbytes", "it depends on earlier packets", "-m connbytes --connbytes 1:2 --connbytes-mode bytes --connbytes-dir both"),
            ("connlabel", "which labels a connection has is not followed", "-m connlabel --label 1"),
            ("connlimit", "it depends on other connections", "-p tcp -m connlimit --connlimit-above 3"),
            ("cpu", "it depends on the processor", "-m cpu --cpu 0"),
            ("devgroup", "the groups of devices are not read", "-m devgroup --src-group 5"),
            ("ecn", "which bits a program's system writes", "-m ecn --ecn-ip-ect 0"),
            ("geoip", "the country of an address, by a database that is not read", "-m geoip --src-cc DE"),
            ("hashlimit", "it depends on earlier packets", "-m hashlimit --hashlimit-above 3/sec --hashlimit-name a"),
            ("helper", "which helper a connection has is not followed", "-m helper --helper ftp"),
            ("ipv6header", "which headers the packet has altogether", "-m ipv6header --header ah --soft"),
            ("limit", "it depends on earlier packets", "-m limit --limit 3/sec --limit-burst 5"),
            ("osf", "which system the packet seems to come from", "-p tcp -m osf --genre Linux"),
            ("owner", "it depends on the process", "-m owner ! --uid-owner 0"),
            ("quota", "it depends on earlier packets", "-m quota --quota 5"),
            ("realm", "the realms of routes are not read", "-m realm --realm 0x3"),
            ("recent", "it depends on earlier packets", "-m recent --update --seconds 60 --name x --rsource"),
            ("socket", "it depends on the host's sockets", "-m socket --transparent"),
            ("statistic", "it is chance, or depends on earlier packets", "-m statistic --mode random --probability 0.5"),
            ("string", "it depends on the packet's content", "-m string --string \"-j DROP\" --algo bm"),
            ("tcpmss", "which size a program's system writes", "-p tcp -m tcpmss --mss 1:9"),
            ("time", "it depends on time", "-m time --timestart 10:00"),
            ("u32", "it depends on the packet's content", "-m u32 --u32 \"0x0&0x1=0x1\"")),
        new("any other match", BothWays, "the model does not know it", "-m nonsense --any thing"),
    ];

    public static readonly ImmutableArray<KnownWord> Targets =
    [
        new("ACCEPT, DROP, RETURN", Modelled, "as the kernel does", "-j ACCEPT", "-j DROP", "-j RETURN"),
        new("a chain, by -j or -g", Modelled, "with its rules; after -g the caller goes on where it was called from",
            "-j OWN", "-g OWN"),
        new("REJECT", Modelled, "with the host's message to the sender", "-j REJECT --reject-with icmp-net-unreachable"),
        new("MASQUERADE, REDIRECT", Modelled, "to the address of the device; of a range of ports REDIRECT chooses",
            "-j MASQUERADE --random-fully", "-p tcp -j REDIRECT --to-ports 80"),
        new("DNAT, SNAT, NETMAP", Modelled, "to one address and one port",
            "-p tcp -j DNAT --to-destination 172.30.0.3:80", "-j SNAT --to-source 203.0.113.1-203.0.113.1"),
        new("DNAT, SNAT, REDIRECT to several", BothWays,
            "each of up to 16 addresses and ports is predicted: which of them a connection gets is not known",
            "-j DNAT --to-destination 10.0.0.1-10.0.0.9", "-p tcp -j REDIRECT --to-ports 80-90"),
        new("NETMAP to a network, DNAT, SNAT, REDIRECT to more than 16", EndsPrediction,
            "which of them a connection gets is not known",
            "-j NETMAP --to 10.0.0.0/24", "-p tcp -j REDIRECT --to-ports 8000-9000"),
        new("MARK", Modelled, "with its mask", "-j MARK --set-xmark 0x1/0xff"),
        new("CONNMARK", Modelled, "with its masks",
            "-j CONNMARK --set-xmark 0x5/0x7", "-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff00",
            "-j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff"),
        new("CONNMARK with a shift", EndsPrediction, "not modelled",
            "-j CONNMARK --set-xmark 0x5/0xffffffff --left-shift-mark 2"),
        new("CT --notrack, NOTRACK", Modelled, "conntrack passes the packet over", "-j CT --notrack", "-j NOTRACK"),
        new("CT --ctevents", WithoutEffect, "it says what programs are told of", "-j CT --ctevents new,destroy"),
        new("CT with anything else", EndsPrediction, "zones and helpers are not followed", "-j CT --zone 3",
            "-p tcp -j CT --helper ftp"),
        new("DSCP", Modelled, "as -m dscp asks", "-j DSCP --set-dscp 0x2e"),
        new("TOS", Modelled, "as -m tos asks, without the bits of ECN", "-j TOS --set-tos 0x10/0x3f",
            "-j TOS --and-tos 0x03"),
        new("TTL, HL", Modelled, "sets, adds or takes away", "-j TTL --ttl-set 3", "-j TTL --ttl-dec 1"),
        new("SET --add-set, --del-set", WithoutEffect,
            "the packet's way is the same, and whether a packet is in the set is both ways from then on",
            "-j SET --add-set any src --exist", "-j SET --del-set any src"),
        new("SET --map-set", EndsPrediction, "which mark it sets", "-j SET --map-set any src --map-mark"),
        new("ACCOUNT, AUDIT, LOG, NFLOG, TRACE, ULOG", WithoutEffect, "they write a record",
            "-j LOG --log-prefix \"-a b \"", "-j NFLOG --nflog-group 3", "-j TRACE", "-j AUDIT --type drop"),
        new("CHECKSUM", WithoutEffect, "it mends the checksum", "-p udp -j CHECKSUM --checksum-fill"),
        new("CLASSIFY", WithoutEffect,
            "it sets the priority, for which only queues behind the last hook ask, and matches that are both ways",
            "-j CLASSIFY --set-class 1:2"),
        new("ECN, TCPMSS, TCPOPTSTRIP", WithoutEffect,
            "they rewrite what the TCP header offers, for which only matches ask that are both ways",
            "-p tcp -j TCPMSS --clamp-mss-to-pmtu", "-p tcp -j TCPOPTSTRIP --strip-options 3"),
        new("IDLETIMER, LED, RATEEST", WithoutEffect, "they tell programs or devices",
            "-j IDLETIMER --timeout 3 --label a", "-j RATEEST --rateest-name a"),
        new("CONNSECMARK, SECMARK", EndsPrediction, "a security module may drop the packet for it",
            "-j SECMARK --selctx system_u:object_r:any_t:s0"),
        new("NFQUEUE, QUEUE", EndsPrediction, "a program decides", "-j NFQUEUE --queue-num 0"),
        new("DNPT, HMARK, SNPT, SYNPROXY, TEE, TPROXY", EndsPrediction, "not modelled",
            "-p tcp -j TPROXY --on-port 3 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0", "-j TEE --gateway 10.0.0.1"),
        new("any other target", EndsPrediction, "the model does not know it", "-j NONSENSE"),
    ];

    private static readonly ImmutableHashSet<string> Modules =
    [
        .. Matches.Where(word => word.Knowledge is Modelled or WithoutEffect)
            .SelectMany(word => word.Name.Split(", "))
            .Where(name => name.StartsWith("-m ", StringComparison.Ordinal))
            .Select(name => name[3..]),
        "ipv6-icmp",
    ];

    private static readonly ImmutableHashSet<string> Passing =
    [
        .. Targets.Where(word => word.Knowledge == WithoutEffect)
            .SelectMany(word => word.Name.Split(", "))
            .Where(name => name.All(char.IsAsciiLetterUpper)),
    ];

    /// <summary>
    /// Whether the reader knows options of <c>-m module</c>, so that one that it does not know is a match by itself.
    /// </summary>
    public static bool HasOptions(string module) => Modules.Contains(module);

    /// <summary>Whether these tools or ebtables have a target of that name.</summary>
    public static bool IsTarget(string name) =>
        Targets.Concat(EbtablesWords.Targets).Any(word => word.Name.Split(", ").Contains(name));

    /// <summary>Whether the next rule follows the target, whatever its options are.</summary>
    public static bool Continues(string target) => Passing.Contains(target);

    private static IEnumerable<KnownWord> Unknown(params (string Module, string Why, string Example)[] modules) =>
        modules.Select(one => new KnownWord($"-m {one.Module}", BothWays, one.Why, one.Example));
}
