using Hooktrail.Labs;
using Hooktrail.Namespaces;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Conformance;

/// <summary>
/// The matches and targets that the model knows, each in a rule that some of the flows meet and others miss; in
/// iptables and ip6tables, in nft, and in the tools of the bridge and of ARP.
/// </summary>
/// <remarks>
/// Nearly every rule names a device or an address of the lab, so that it can be tried on a host that belongs to a user.
/// </remarks>
public static class KnownRules
{
    private const string Sets = "the program ipset, and a kernel with CONFIG_IP_SET";

    private static readonly NamespaceSetup Bare = NamespaceSetup.Default with { Docker = null };

    private static readonly ImmutableArray<Protocol> Talking = [Protocol.Icmp, Protocol.Udp, Protocol.Tcp];

    private static readonly ImmutableArray<(Endpoint From, Endpoint To)> Ways =
        [(Client, Server), (Client, Wan), (Wan, Client), (Client, Host), (Wan, Host)];

    /// <summary>Hosts that are built for it.</summary>
    public static ImmutableArray<HostCase> Hosts { get; } =
    [
        .. from ip in Enum.GetValues<IpVersion>()
           select new HostCase(
               $"no Docker, known rules of {ip.Layer().Name()}",
               Bare,
               [.. Matches(ip), .. Connections(ip), .. Targets(ip), .. Chains(ip)]),
        new("no Docker, sets of ipset", Bare, [.. OfSets(IpVersion.V4), .. OfSets(IpVersion.V6)]),
        new("no Docker, no conntrack, fragments", Bare with { Conntrack = false }, [.. OfFragments()]),
        new("no Docker, known rules of nft", Bare, [.. OfNft(), .. OfNftSets()]),
        new("no Docker, known rules of bridges and ARP", Bare, [.. OfBridges(), .. OfMacs(), .. OfArp()]),
    ];

    /// <summary>What can be tried on a host that belongs to a user.</summary>
    public static ImmutableArray<Variation> OnOneHost { get; } =
    [
        .. Enum.GetValues<IpVersion>().SelectMany(ip => (IEnumerable<Variation>)
            [.. Matches(ip), .. Connections(ip), .. Targets(ip), .. Chains(ip), .. OfSets(ip)]),
        .. OfNft(), .. OfBridges(),
    ];

    private static IEnumerable<Variation> Matches(IpVersion ip)
    {
        var (tool, isV4) = (ip.Layer().Name(), ip == IpVersion.V4);
        var (ttl, icmp) = isV4 ? ("ttl", "icmp") : ("hl", "icmpv6");
        var flows = Of(ip);
        Variation With(string title, params ReadOnlySpan<string> rules) =>
            Quiet($"{tool}: {title}", flows, Rules(tool, rules));
        Variation For(ImmutableArray<Flow> more, string title, string rule) =>
            With(title, rule) with { Flows = [.. flows, .. more] };

        yield return With("length", $"-A FORWARD -i lab -p tcp -m length --length {(isV4 ? "40:80" : "60:100")} -j DROP");
        yield return With(ttl, $"-t mangle -A POSTROUTING -s client -m {ttl} --{ttl}-lt 64 -j DROP");
        yield return With($"{ttl}, negated", $"-t mangle -A POSTROUTING -s client -m {ttl} ! --{ttl}-eq 64 -j DROP");
        yield return With("ports of either side", "-A FORWARD -i lab -p udp -m multiport --ports 80,8000:9000 -j DROP");
        yield return With("other ports", "-A FORWARD -i lab -p tcp -m multiport ! --dports 80,443 -j DROP");
        yield return With("ports of the sender", "-A FORWARD -i lab -p tcp -m multiport --sports 7,80 -j DROP");
        yield return With("a range of ports", "-A FORWARD -i lab -p udp --dport 1:79 -j DROP");
        yield return With("RST", "-A FORWARD -i lab -p tcp -m tcp --tcp-flags RST RST -j DROP");
        yield return With("all but SYN", "-A FORWARD -i lab -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -j DROP");
        yield return With($"{icmp}-type", $"-A FORWARD -i lab -p {icmp} --{icmp}-type echo-reply -j DROP");
        yield return With("not by a port of the bridge", "-A FORWARD -i lab -m physdev ! --physdev-in client.port -j DROP");
        yield return With("out by a port of the bridge", "-A FORWARD -i lab -m physdev --physdev-is-out -j DROP");
        yield return With("out by one port", "-A FORWARD -i lab -m physdev --physdev-out server.port -j DROP");
        yield return With("not out by one port", "-A FORWARD -i lab -m physdev ! --physdev-out server.port -j DROP");
        yield return With("policy none", "-A FORWARD -i lab -p udp -m policy --dir in --pol none -j DROP");
        yield return With("addresses of the host", "-t raw -A PREROUTING -i lab -m addrtype --dst-type LOCAL -j DROP");
        yield return For(
            isV4 ? [new Flow(Client, Host, Protocol.Udp) { Via = LabNames.HostOnWan }] : [], "addresses of the device",
            "-t raw -A PREROUTING -i lab -m addrtype --dst-type LOCAL --limit-iface-in -j DROP");
        yield return With("a prefix of devices", "-A FORWARD -i lab ! -o la+ -j DROP");
        yield return With("either way: limit", "-A FORWARD -i lab -p udp -m limit --limit 1000/sec -j DROP");
        yield return With(
            "either way: statistic", "-A FORWARD -i lab -p udp -m statistic --mode random --probability 0.5 -j DROP");
        yield return With(
            "either way, and the same", "-A FORWARD -i lab -p udp -m limit --limit 1000/sec -j DROP",
            "-A FORWARD -i lab -p udp -j DROP");
        if (!isV4)
            yield break;
        yield return For(
            MatrixFlows.Broadcasts(), "kinds of addresses",
            "-t raw -A PREROUTING -i lab -m addrtype --dst-type LOCAL,BROADCAST -j DROP");
        yield return For(
            MatrixFlows.Broadcasts(), "pkttype", "-t raw -A PREROUTING -i lab -m pkttype --pkt-type broadcast -j DROP");
        yield return For(
            MatrixFlows.Spoofed(), "rpfilter", "-t raw -A PREROUTING -i lab -m rpfilter --invert -j DROP");
        yield return For(
            MatrixFlows.Spoofed(), "rpfilter, loose",
            "-t raw -A PREROUTING -i lab -p udp -m rpfilter --loose -j DROP");
    }

    /// <summary>What a rule asks of the packet's connection.</summary>
    private static IEnumerable<Variation> Connections(IpVersion ip)
    {
        var tool = ip.Layer().Name();
        var flows = Of(ip);
        Variation With(string title, params ReadOnlySpan<string> rules) =>
            Quiet($"{tool}: {title}", flows, Rules(tool, rules));

        const string nat = "-t nat -A PREROUTING -s client -d wan -j DNAT --to-destination stranger";
        yield return With("ctorigdst", nat, "-A FORWARD -d stranger -m conntrack --ctorigdst wan -j DROP");
        yield return With("another ctorigdst", nat, "-A FORWARD -i lab -m conntrack ! --ctorigdst wan -j DROP");
        yield return With("ctorigsrc", "-A FORWARD -d client -m conntrack --ctorigsrc client -j DROP");
        yield return With("ctreplsrc", nat, "-A FORWARD -s client -m conntrack --ctreplsrc stranger -j DROP");
        yield return With("ctrepldst", "-A FORWARD -d client -m conntrack --ctrepldst wan -j DROP");
        yield return With("ctorigdstport", "-A FORWARD -i lab -p udp -m conntrack --ctorigdstport 80 -j DROP");
        yield return With("ctproto", "-A FORWARD -i lab -m conntrack --ctproto 17 -j DROP");
        yield return With("ctdir", "-A FORWARD -s client -m conntrack --ctdir REPLY -j DROP");
        yield return With("ctstatus", "-A FORWARD -i lab -m conntrack --ctstatus SEEN_REPLY -j DROP");
        yield return With("ctstatus, negated", "-A FORWARD -i lab -m conntrack ! --ctstatus CONFIRMED -j DROP");
        yield return With("the state DNAT", nat, "-A FORWARD -d stranger -m conntrack --ctstate DNAT -j DROP");
        yield return With(
            "the state SNAT", "-t nat -A POSTROUTING -s client -d stranger -j SNAT --to-source server",
            "-A FORWARD -s stranger -m conntrack --ctstate SNAT -j DROP") with
        {
            Flows = [.. flows, .. Talking.Select(protocol => new Flow(Client, Stranger, protocol) { Ip = ip })],
        };
    }

    /// <summary>Targets that change what later rules see.</summary>
    private static IEnumerable<Variation> Targets(IpVersion ip)
    {
        var (tool, isV4) = (ip.Layer().Name(), ip == IpVersion.V4);
        var flows = Of(ip);
        Variation With(string title, params ReadOnlySpan<string> rules) =>
            Quiet($"{tool}: {title}", flows, Rules(tool, rules));

        yield return With(
            "DSCP", "-t mangle -A PREROUTING -i lab -p udp -j DSCP --set-dscp 0x2e",
            "-A FORWARD -i lab -m dscp --dscp 0x2e -j DROP");
        yield return With(
            "DSCP by its class", "-t mangle -A PREROUTING -i lab -p udp -j DSCP --set-dscp-class EF",
            "-A FORWARD -i lab -p udp -m dscp ! --dscp-class EF -j DROP", "-A FORWARD -i lab -m dscp --dscp-class EF -j DROP");
        yield return With(
            "TOS", "-t mangle -A PREROUTING -i lab -p tcp -j TOS --set-tos 0x18/0x3f",
            "-A FORWARD -i lab -m tos --tos 0x18/0x3f -j DROP");
        yield return With(
            "TOS, one bit more", "-t mangle -A PREROUTING -i lab -p tcp -j TOS --or-tos 0x08",
            "-A FORWARD -i lab -m tos --tos 0x08/0x08 -j DROP");
        yield return With(
            "the TTL is less", $"-t mangle -A PREROUTING -i lab -p udp {(isV4 ? "-j TTL --ttl-dec" : "-j HL --hl-dec")} 60",
            $"-t mangle -A FORWARD -i lab {(isV4 ? "-m ttl --ttl-lt" : "-m hl --hl-lt")} 10 -j DROP");
        yield return With(
            "the TTL is more", $"-t mangle -A PREROUTING -s client {(isV4 ? "-j TTL --ttl-inc" : "-j HL --hl-inc")} 1",
            $"-t mangle -A POSTROUTING -s client {(isV4 ? "-m ttl --ttl-gt" : "-m hl --hl-gt")} 64 -j DROP");
        yield return With(
            "MARK with a mask", "-t mangle -A PREROUTING -i lab -p udp -j MARK --set-xmark 0x6/0xf",
            "-A FORWARD -i lab -m mark --mark 0x2/0x3 -j DROP");
        yield return With(
            "MARK and, or, xor", "-t mangle -A PREROUTING -i lab -j MARK --or-mark 0xc",
            "-t mangle -A PREROUTING -i lab -p tcp -j MARK --and-mark 0x4",
            "-t mangle -A PREROUTING -i lab -p udp -j MARK --xor-mark 0x8",
            "-A FORWARD -i lab -m mark --mark 0x4 -j DROP");
        yield return With(
            "CONNMARK", "-t mangle -A PREROUTING -s client -p udp -j CONNMARK --set-xmark 0x5/0x7",
            "-A FORWARD -d client -m connmark --mark 0x5/0x7 -j DROP");
        yield return With(
            "another connmark", "-t mangle -A PREROUTING -s client -p udp -j CONNMARK --set-xmark 0x5/0x7",
            "-A FORWARD -i lab -m connmark ! --mark 0x5/0xf -j DROP");
        yield return With(
            "CONNMARK saves and restores", "-t mangle -A PREROUTING -s client -p tcp -j MARK --set-mark 0x53",
            "-t mangle -A PREROUTING -s client -j CONNMARK --save-mark --nfmask 0xf0 --ctmask 0xf0",
            "-t mangle -A PREROUTING -d client -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff",
            "-A FORWARD -d client -m mark --mark 0x50/0xff -j DROP");
        yield return With(
            "CT notrack", "-t raw -A PREROUTING -s client -p udp -j CT --notrack",
            "-A FORWARD -s client -m conntrack --ctstate UNTRACKED -j DROP");
        yield return With("NETMAP to one address", "-t nat -A PREROUTING -s client -d wan -j NETMAP --to server");
        yield return With("DNAT to a port", "-t nat -A PREROUTING -i lab -p tcp --dport 80 -j DNAT --to-destination :7");
        yield return With("REDIRECT to a port", "-t nat -A PREROUTING -i lab -p udp --dport 80 -j REDIRECT --to-ports 7");
        yield return With(
            "either way: REDIRECT to a range of ports", "-t nat -A PREROUTING -i lab -p udp --dport 80 -j REDIRECT --to-ports 7-9");
        yield return With(
            "either way: DNAT to a range of ports",
            "-t nat -A PREROUTING -s client -d wan -p tcp -j DNAT --to-destination server:80-82");
        yield return With(
            "without effect", "-t mangle -A PREROUTING -i lab -p tcp -j TCPMSS --set-mss 1000 --syn",
            "-t mangle -A POSTROUTING -s client -j CLASSIFY --set-class 1:2",
            "-A FORWARD -i lab -p tcp -j DROP");
    }

    /// <summary>Chains, policies and comments of users.</summary>
    private static IEnumerable<Variation> Chains(IpVersion ip)
    {
        var tool = ip.Layer().Name();
        Variation With(string title, params ReadOnlySpan<string> rules) =>
            Quiet($"{tool}: {title}", Of(ip), Rules(tool, rules));

        yield return With(
            "a chain of the user's", "-N HT-OWN", "-A HT-OWN -i lab -p udp -j RETURN", "-A HT-OWN -i lab -j DROP",
            "-A FORWARD -i lab -j HT-OWN");
        yield return With(
            "goto", "-N HT-OWN", "-A HT-OWN -i lab -p tcp -j DROP", "-A FORWARD -i lab -g HT-OWN",
            "-A FORWARD -i lab -j DROP");
        yield return With(
            "a comment with words of rules",
            "-A FORWARD -i lab -p udp -m comment --comment \"-j ACCEPT ! -s server\" -j DROP");
        yield return With("a policy", "-P FORWARD DROP", "-A FORWARD -i lab -p udp -j ACCEPT");
    }

    private static IEnumerable<Variation> OfSets(IpVersion ip)
    {
        var (tool, family) = (ip.Layer().Name(), ip == IpVersion.V4 ? "inet" : "inet6");
        Variation With(string title, string sets, string match) => Quiet(
            $"{tool}: {title}", Of(ip),
            new HostChange.Sets(sets), new HostChange.Rule($"{tool} -A FORWARD -i lab -m set {match} -j DROP")) with
        {
            Needs = Sets,
        };

        var addresses = $"create ht-a hash:ip family {family}\nadd ht-a wan";
        yield return With("hash:ip", addresses, "--match-set ht-a dst");
        yield return With("hash:ip, negated", addresses, "! --match-set ht-a src,dst");
        yield return With(
            "hash:net with an exception",
            $"create ht-n hash:net family {family}\nadd ht-n lab\nadd ht-n server nomatch", "--match-set ht-n dst");
        yield return With(
            "hash:ip,port", $"create ht-p hash:ip,port family {family}\nadd ht-p server,udp:80\nadd ht-p wan,tcp:80",
            "--match-set ht-p dst,dst");
        yield return With(
            "hash:net,iface", $"create ht-i hash:net,iface family {family}\nadd ht-i lab,lab", "--match-set ht-i dst,dst");
        yield return With("bitmap:port", "create ht-b bitmap:port range 0-1000\nadd ht-b 80", "--match-set ht-b dst");
        yield return With(
            "list:set", $"{addresses}\ncreate ht-b bitmap:port range 0-1000\nadd ht-b 7\ncreate ht-l list:set\nadd ht-l ht-a\nadd ht-l ht-b",
            "--match-set ht-l dst");
    }

    /// <summary>Later parts of a packet, where nothing puts them together.</summary>
    private static IEnumerable<Variation> OfFragments()
    {
        ImmutableArray<Flow> flows = [.. Of(IpVersion.V4), .. MatrixFlows.Fragments(IpVersion.V4)];
        yield return Quiet("later parts", flows, new HostChange.Rule("iptables -A FORWARD -f -j DROP"));
        yield return Quiet("all but later parts", flows, new HostChange.Rule("iptables -A FORWARD ! -f -p udp -j DROP"));
        yield return Quiet(
            "a port, which later parts do not have", flows, new HostChange.Rule("iptables -A FORWARD -p udp --dport 80 -j DROP"));
        yield return Quiet("later parts, by nft", flows, Table("ip", "forward", "ip frag-off & 0x1fff != 0 drop"));
        yield return Quiet(
            "the header of fragments", [.. Of(IpVersion.V6), .. MatrixFlows.Fragments(IpVersion.V6)],
            new HostChange.Rule("ip6tables -A FORWARD -m frag -j DROP"));
        yield return Quiet(
            "the header of fragments, by nft", [.. Of(IpVersion.V6), .. MatrixFlows.Fragments(IpVersion.V6)],
            Table("ip6", "forward", "exthdr frag exists drop"));
    }

    private static IEnumerable<Variation> OfNft()
    {
        ImmutableArray<Flow> both = [.. Of(IpVersion.V4), .. Of(IpVersion.V6)];
        Variation With(string rule, string hook = "forward", string family = "inet", ImmutableArray<Flow>? flows = null) =>
            Quiet(
                $"{family} {hook}: {rule}",
                flows ?? (family == "inet" ? both : Of(family == "ip" ? IpVersion.V4 : IpVersion.V6)),
                Table(family, hook, rule));

        const string lab = "iifname \"lab\"";
        yield return With($"{lab} ip daddr {{ server, wan }} drop", family: "ip");
        yield return With($"{lab} ip6 daddr {{ server, wan }} drop", family: "ip6");
        yield return With($"{lab} ip daddr != {{ away, server }} drop", family: "ip");
        yield return With($"{lab} meta l4proto {{ tcp, udp }} th dport {{ 1-79, 8000-9000 }} drop");
        yield return With($"{lab} tcp dport != {{ 80, 443 }} drop");
        yield return With($"{lab} ip daddr . udp dport {{ server . 80, wan . 7 }} drop", family: "ip");
        yield return With($"{lab} meta l4proto vmap {{ tcp : drop, udp : accept }}");
        yield return With($"{lab} ct state vmap {{ new : accept, established : drop }}");
        yield return With($"{lab} meta l4proto tcp meta length 40-80 drop", family: "ip");
        yield return With($"{lab} meta l4proto tcp meta length 60-100 drop", family: "ip6");
        yield return With($"{lab} meta l4proto udp ip dscp set ef; {lab} ip dscp ef drop", family: "ip");
        yield return With("ip saddr client ip ttl < 64 drop", "postrouting", "ip");
        yield return With("ip6 saddr client ip6 hoplimit < 64 drop", "postrouting", "ip6");
        yield return With($"{lab} meta l4proto udp ip ttl set 9; {lab} ip ttl 8-9 drop", family: "ip");
        yield return With($"{lab} meta l4proto udp meta mark set meta mark | 0x6; {lab} meta mark & 0x3 == 0x2 drop");
        yield return With($"{lab} ct original ip daddr wan drop", family: "ip");
        yield return With($"{lab} meta l4proto udp ct original proto-dst 80 drop");
        yield return With($"{lab} ct direction reply drop");
        yield return With($"{lab} ct status seen-reply drop");
        yield return With($"{lab} ct status != confirmed drop");
        yield return With(
            $"{lab} fib saddr . iif oif missing drop", "prerouting", "ip", [.. Of(IpVersion.V4), .. MatrixFlows.Spoofed()]);
        yield return With(
            $"{lab} fib daddr . iif type local drop", "prerouting", "ip",
            [.. Of(IpVersion.V4), new(Client, Host, Protocol.Udp) { Via = LabNames.HostOnWan }]);
        yield return With($"{lab} fib daddr type local drop", "prerouting");
        yield return With(
            $"{lab} meta pkttype broadcast drop", "prerouting", "ip", [.. Of(IpVersion.V4), .. MatrixFlows.Broadcasts()]);
        yield return With($"{lab} meta pkttype unicast drop", "input", "ip");
        yield return With($"{lab} tcp flags & (syn | ack) == syn drop");
        yield return With($"{lab} tcp flags rst drop");
        yield return With($"{lab} icmp type echo-reply drop", family: "ip");
        yield return With($"{lab} icmpv6 type echo-reply drop", family: "ip6");
        yield return With($"{lab} meta l4proto udp limit rate 1000/second drop");
        yield return With($"{lab} meta l4proto udp numgen random mod 2 0 drop");
        yield return Quiet(
            "the mark of the connection", both, new HostChange.NftTable(
                "table inet mine { chain b { type filter hook prerouting priority -140; ip saddr client meta l4proto udp ct mark set 0x5; ip daddr client meta mark set ct mark; }; chain c { type filter hook forward priority -5; ip daddr client ct mark 0x5 meta mark 0x5 drop; }; }"));
    }

    private static IEnumerable<Variation> OfNftSets()
    {
        ImmutableArray<Flow> flows = Of(IpVersion.V4);
        Variation With(string title, string table) =>
            Quiet(title, flows, new HostChange.NftTable($"table ip mine {{ {table} }}"));
        const string hook = "type filter hook forward priority -5;";
        var stranger = NamespaceRuleNames.Instance.Address("stranger", IpVersion.V4);

        yield return With(
            "a set with intervals",
            $"set s {{ type ipv4_addr; flags interval; elements = {{ away, server }}; }}; chain c {{ {hook} ip daddr @s drop; }};");
        yield return With(
            "a set of addresses and ports",
            $"set s {{ type ipv4_addr . inet_service; elements = {{ wan . 80 }}; }}; chain c {{ {hook} ip daddr . tcp dport @s drop; }};");
        yield return With(
            "a set with timeouts",
            $"set s {{ type ipv4_addr; flags timeout; elements = {{ wan timeout 1h }}; }}; chain c {{ {hook} ip daddr @s drop; }};");
        yield return With(
            "a map of verdicts",
            $"map m {{ type inet_proto : verdict; elements = {{ tcp : drop, udp : jump d }}; }}; chain d {{ udp dport 80 drop; }}; chain c {{ {hook} meta l4proto vmap @m; }};");
        yield return With(
            "a map of marks",
            $"map m {{ type inet_service : mark; elements = {{ 80 : 0x1 }}; }}; chain c {{ {hook} meta mark set tcp dport map @m; meta mark 0x1 drop; }};");
        yield return With(
            "a map of addresses",
            $"chain c {{ type nat hook prerouting priority -100; ip daddr wan dnat to udp dport map {{ 80 : {stranger} }}; }};");
        yield return With(
            "either way: a set that packets fill",
            $"set s {{ type ipv4_addr; flags dynamic; size 99; }}; chain c {{ {hook} ip saddr @s meta l4proto udp drop; update @s {{ ip saddr }}; }};");
    }

    private static IEnumerable<Variation> OfBridges()
    {
        ImmutableArray<Flow> both = [.. Of(IpVersion.V4), .. Of(IpVersion.V6)],
            frames = [.. both, .. MatrixFlows.Broadcasts(), .. MatrixFlows.Tagged(), .. MatrixFlows.Arp()];
        Variation With(string title, params ReadOnlySpan<string> rules) =>
            Quiet($"ebtables: {title}", frames, Rules("ebtables", rules));

        yield return With("ports of IPv4", "-A FORWARD -i client.port -p IPv4 --ip-proto udp --ip-dport 80 -j DROP");
        yield return With("ports of IPv6", "-A FORWARD -i client.port -p IPv6 --ip6-proto tcp --ip6-dport 1:80 -j DROP");
        yield return With("another address", "-A FORWARD -i client.port -p IPv4 --ip-dst ! server -j DROP");
        yield return With(
            "types of ICMP", "-A FORWARD -i client.port -p IPv4 --ip-proto icmp --ip-icmp-type echo-request -j DROP");
        yield return With("pkttype", "-A INPUT -i client.port --pkttype-type broadcast -j DROP");
        yield return With("a VLAN", "-A FORWARD -i client.port -p 802_1Q --vlan-id 5 -j DROP");
        // Containers of an Engine have to ask for each other, and no other packet would leave them.
        yield return Quiet(
            "ebtables: operations of ARP", MatrixFlows.Arp(),
            Rules("ebtables", ["-A FORWARD -i client.port -p ARP --arp-op Request -j DROP"]));
        yield return Quiet(
            "bridge forward: arp operation request drop", MatrixFlows.Arp(),
            Table("bridge", "forward", "iifname \"client.port\" arp operation request drop"));
        yield return With(
            "a mark", "-t nat -A PREROUTING -i client.port -p IPv4 --ip-proto udp -j mark --mark-set 0x5 --mark-target CONTINUE",
            "-A FORWARD -i client.port --mark 0x5/0xf -j DROP");
        foreach (var rule in (string[])
            [
                "vlan id 5 drop", "ip daddr . udp dport { server . 80 } drop", "ether type ip6 drop",
                "meta l4proto udp meta mark set 0x5; iifname \"client.port\" meta mark 0x5 drop",
                "meta pkttype broadcast drop",
            ])
            yield return Quiet(
                $"bridge forward: {rule}", frames, Table("bridge", "forward", $"iifname \"client.port\" {rule}"));
    }

    /// <summary>Rules that name a MAC address, which is another one in each lab.</summary>
    private static IEnumerable<Variation> OfMacs()
    {
        var (client, server) = (NamespaceRuleNames.MacOf("client"), NamespaceRuleNames.MacOf("server"));
        var address = NamespaceRuleNames.Instance.Address("server", IpVersion.V4);
        ImmutableArray<Flow> flows = [.. Of(IpVersion.V4), new(Server, Client, Protocol.Udp), .. MatrixFlows.Arp()];
        yield return Quiet("mac-source", flows, new HostChange.Rule($"iptables -A FORWARD -m mac --mac-source {client} -j DROP"));
        yield return Quiet(
            "another mac-source", flows, new HostChange.Rule($"iptables -A FORWARD -i lab -m mac ! --mac-source {client} -j DROP"));
        yield return Quiet("a sender's frames", flows, new HostChange.Rule($"ebtables -A FORWARD -s {client} -j DROP"));
        yield return Quiet("frames for one", flows, new HostChange.Rule($"ebtables -A FORWARD -d ! {server} -j DROP"));
        yield return Quiet(
            "a sender's frames, by nft", flows, Table("bridge", "forward", $"ether saddr {client} drop"));
        yield return Quiet("frames for one, by nft", flows, Table("bridge", "forward", $"ether daddr {server} drop"));
        yield return Quiet(
            "a range of addresses", flows,
            new HostChange.Rule($"iptables -A FORWARD -m iprange --dst-range {address}-{address} -j DROP"));
    }

    private static IEnumerable<Variation> OfArp()
    {
        foreach (var rule in (string[])["--opcode 1", "! --opcode 1", "-s client", "! -s client", "-i lab -d lab.gateway"])
            yield return Quiet(
                $"arptables INPUT {rule}", MatrixFlows.Arp(), new HostChange.Rule($"arptables -A INPUT {rule} -j DROP"));
        foreach (var rule in (string[])["arp operation request", "arp saddr ip client", "arp daddr ip != lab.gateway"])
            yield return Quiet($"arp input: {rule}", MatrixFlows.Arp(), Table("arp", "input", $"{rule} drop"));
    }

    private static ImmutableArray<Flow> Of(IpVersion ip) =>
    [
        .. from way in Ways from protocol in Talking select new Flow(way.From, way.To, protocol) { Ip = ip },
        .. from protocol in (Protocol[])[Protocol.Udp, Protocol.Tcp]
           select new Flow(Client, Server, protocol) { Ip = ip, Port = 7 },
    ];

    private static ImmutableArray<HostChange> Rules(string tool, ReadOnlySpan<string> rules) =>
        [.. rules.ToArray().Select(rule => new HostChange.Rule($"{tool} {rule}"))];

    private static HostChange.NftTable Table(string family, string hook, string rules) => new(
        $"table {family} mine {{ chain c {{ type filter hook {hook} priority -5; {rules}; }}; }}");

    private static Variation Quiet(
        string title, ImmutableArray<Flow> flows, params ImmutableArray<HostChange> changes) =>
        new(title, changes, flows) { IsQuiet = true };
}
