using Hooktrail.Namespaces;

namespace Hooktrail.Tests.RandomRules;

/// <summary>
/// Conditions from nft's grammar, about the lab's packets: as one rule that counts, or as a map of verdicts that jumps.
/// </summary>
internal sealed class RandomNftRule(Random random, string family, string hook, bool hasSets)
{
    private static readonly string[] Names =
        ["client", "server", "stranger", "wan", "host.wan", "lab.gateway", "away.gateway", "host.lo"];

    private static readonly string[] Ports = ["80", "53", "8080", "7779", "1024-65535", "0-79", "80-8080", "1-79"];

    private readonly bool _isBridge = family == "bridge";

    /// <summary>The version of IP that the rule is about, where the family leaves it open.</summary>
    private IpVersion _version;

    /// <summary>The protocol whose header the rule asks for; a rule of nft can ask for only one.</summary>
    private string _header = "";

    /// <summary>The rule's condition; with a map of verdicts, <c>{0}</c> stands for the chain to jump to.</summary>
    public string Next()
    {
        _version = family switch
        {
            "ip" => IpVersion.V4,
            "ip6" => IpVersion.V6,
            _ => One(2) == 0 ? IpVersion.V4 : IpVersion.V6,
        };
        _header = Any("tcp", "udp", "th", "icmp");
        var parts = new List<string>();
        for (var count = 1 + One(3); count > 0; count--)
            parts.Add(Match());
        if (One(8) == 0)
            parts.Add(VerdictMap());
        // Behind a tag nft looks for no other header.
        if (parts.Find(part => part.StartsWith("vlan", StringComparison.Ordinal)) is { } tag)
            parts = [tag, $"meta mark {Sign()}0x5"];
        return string.Join(' ', parts);
    }

    private string Ip => _version == IpVersion.V4 ? "ip" : "ip6";

    private bool IsV4 => _version == IpVersion.V4;

    // What is not about the version of IP stands first: a rule of ip6 has no ip saddr.
    private string Match() => One(22) switch
    {
        0 or 1 => $"{Ip} {Any("saddr", "daddr")} {Addresses()}",
        2 => Device(),
        3 => Protocol(),
        4 or 5 or 6 when _header is "tcp" or "udp" => $"{_header} {Any("sport", "dport")} {PortValues()}",
        4 or 5 or 6 when _header == "th" => $"meta l4proto {{ tcp, udp }} th {Any("sport", "dport")} {PortValues()}",
        7 when _header == "tcp" => $"tcp flags {Any("syn", "syn,rst", "== syn", "!= syn", "& (syn | ack) == syn", "& (fin | syn) != syn", "{ syn, rst | ack }", "! ack", "syn / syn,ack")}",
        4 or 5 or 6 or 8 when _header == "icmp" => IsV4
            ? $"icmp type {Sign()}{Any("echo-request", "echo-reply", "8", "{ echo-reply, destination-unreachable }")}"
            : $"icmpv6 type {Sign()}{Any("echo-request", "echo-reply", "1", "{ echo-reply, echo-request }")}",
        9 => $"meta mark {Any("0x0", "0x5", "!= 0x5", "& 0x1 == 0x1", "& 0x6 != 0x4", "1-5", "{ 0, 7 }", "!= { 1-3, 5 }", "> 4", "and 0xf0 or 0x1 == 0x1")}",
        10 => $"meta pkttype {Sign()}{Any("host", "unicast", "broadcast", "multicast", "other")}",
        11 => $"meta length {Any("0-19", "> 20", "< 28", "!= 0-27", "1500-65535", "{ 0-19, 21-27 }")}",
        12 => IsV4
            ? $"ip ttl {Any("64", "!= 64", "63", "60-63", "< 64", ">= 64", "{ 63, 64 }")}"
            : $"ip6 hoplimit {Any("64", "!= 64", "63", "60-63", "< 64", ">= 64", "{ 63, 64 }")}",
        13 => $"{Ip} dscp {Sign()}{Any("ef", "cs0", "0x01", "{ ef, 0x03 }", "{ cs1, 0x02-0x08 }")}",
        14 => Concatenation(),
        15 when hasSets => $"ip daddr {Sign()}@{Any("addresses", "intervals")}",
        15 => IsV4 ? "ip frag-off & 0x1fff " + Any("!= 0", "== 0", "0") : "exthdr frag " + Any("exists", "missing"),
        16 when _isBridge && One(2) == 0 => Any("vlan id 5", "vlan id != 6"),
        16 => Any("limit rate 3/second", "numgen random mod 2 0", "numgen inc mod 3 { 0, 1 }", "meta skuid 0"),
        17 when _isBridge => $"ether {Any("saddr", "daddr")} {Sign()}{Any("02:42:ac:1e:01:02", "02:42:ac:1e:01:03", "ff:ff:ff:ff:ff:ff")}",
        18 when _isBridge => Any("ether type != ip6", "ether type != arp", "meta protocol != vlan"),
        19 or 17 or 18 or 20 or 21 when _isBridge => $"{Ip} {Any("saddr", "daddr")} {Addresses()}",
        17 or 18 when hook is "prerouting" or "input" or "forward" => Route(),
        _ => Connection(),
    };

    private string Device()
    {
        string[] inside = _isBridge ? ["client.port", "server.port", "stranger.port"] : ["lab", "away", "wan.nic", "lo"];
        var side = hook switch
        {
            "prerouting" or "input" => "iif",
            "output" or "postrouting" => "oif",
            _ => Any("iif", "oif"),
        };
        return One(6) switch
        {
            0 => $"{side}name {Sign()}\"{Any("la*", "cl*", "w*")}\"",
            1 => $"{side}name {Sign()}{{ \"{Any(inside)}\", \"other0\" }}",
            2 when !_isBridge => $"{side} {Sign()}\"{Any(inside)}\"",
            _ => $"{side}name {Sign()}\"{Any(inside)}\"",
        };
    }

    private string Protocol() => One(5) switch
    {
        0 when _header == "th" => $"meta l4proto {Sign()}{Any("tcp", "udp")}",
        0 => $"meta l4proto != {Any("tcp", "udp", "icmp", "ipv6-icmp", "47")}",
        1 when _header == "th" => $"meta l4proto {Sign()}{{ tcp, udp }}",
        1 => $"meta l4proto != {{ {(_header == "udp" ? "tcp" : "udp")}, 47 }}",
        2 when _header == "th" => IsV4 ? $"ip protocol {Sign()}{Any("udp", "{ tcp, udp }")}" : $"ip6 nexthdr {Sign()}{Any("udp", "{ tcp, udp }")}",
        3 when family == "inet" => IsV4 ? Any("meta nfproto ipv4", "meta nfproto != ipv6") : Any("meta nfproto ipv6", "meta nfproto != ipv4"),
        3 => "meta l4proto != { tcp, udp }",
        _ => $"meta protocol {(IsV4 ? Any("ip", "!= ip6") : Any("ip6", "!= ip"))}",
    };

    private string Connection()
    {
        if (_isBridge)
            return Protocol();
        // Of ct protocol and ct l3proto nft 1.0.6 shows nothing where a match of the same protocol follows.
        return One(7) switch
        {
            0 => $"ct state {Any("new", "established", "!= new", "! new", "established,related", "!= established,new", "{ new, established }", "!= { invalid, new }", "invalid", "untracked")}",
            1 => $"ct status {Any("seen-reply", "confirmed", "! confirmed", "!= dnat", "dnat", "expected", "snat,seen-reply")}",
            2 => $"ct direction {Any("original", "reply", "!= reply")}",
            3 => $"ct mark {Any("0x0", "!= 0x1", "& 0xff == 0x0", "& 0x3 != 0x1")}",
            4 => $"ct {Any("original", "reply")} {(family == "inet" ? Ip + " " : "")}{Any("saddr", "daddr")} {Sign()}{Network()}",
            5 when _header == "th" => $"meta l4proto {{ tcp, udp }} ct {Any("original", "reply")} {Any("proto-src", "proto-dst")} {PortValues()}",
            _ => Route(),
        };
    }

    private string Route()
    {
        if (_isBridge)
            return Protocol();
        var takesIn = hook is "prerouting" or "input" or "forward";
        return One(5) switch
        {
            0 => $"fib {Any("saddr", "daddr")} type {Sign()}{Any("local", "unicast", "broadcast", "{ local, broadcast }")}",
            1 when takesIn => $"fib {Any("saddr", "daddr")} . iif type {Sign()}{Any("local", "unicast")}",
            2 when takesIn => $"fib saddr . iif oif {Any("exists", "missing", "\"lab\"")}",
            3 when takesIn => $"fib {Any("saddr", "daddr")} oif {Any("exists", "missing")}",
            4 when takesIn => $"fib {Any("saddr", "daddr")} oifname {Sign()}\"{Any("lab", "wan.nic")}\"",
            _ => $"fib daddr type {Sign()}local",
        };
    }

    private string Concatenation() => One(4) switch
    {
        0 => $"{Ip} saddr . {Ip} daddr {Sign()}{{ {Address()} . {Any(Network(), $"{Address()}, {Address()} . {Address()}")} }}",
        1 when _header == "udp" => $"{Ip} daddr . udp dport {Sign()}{{ {Address()} . 80, {Address()} . {Any("8080", "1-79", "7779")} }}",
        1 or 2 => $"{Ip} saddr . meta l4proto {Sign()}{{ {Address()} . udp, {Address()} . tcp, {Network()} . {Any("icmp", "ipv6-icmp")} }}",
        _ => $"meta l4proto . th dport {Sign()}{{ tcp . 7779, udp . {Any("80", "8080")} }}",
    };

    private string VerdictMap() => One(5) switch
    {
        0 => "meta l4proto vmap { tcp : jump {0}, udp : jump {0}, 47 : continue }",
        1 => $"{Ip} saddr vmap {{ {Network("client")} : jump {{0}}, {Network(Any("server", "wan"))} : jump {{0}} }}",
        2 when !_isBridge => "ct state vmap { new : jump {0}, invalid : continue }",
        3 => "meta mark vmap { 5 : jump {0}, 0 : continue }",
        4 when _header == "udp" => "udp dport vmap { 80 : jump {0}, 1-79 : continue, 8080 : jump {0} }",
        _ => "iifname vmap { \"lab\" : jump {0}, \"lo\" : continue }",
    };

    private string Addresses() => One(6) switch
    {
        0 => $"{Sign()}{{ {Address()}, {Network()} }}",
        1 => $"{Sign()}{Network()}",
        2 when IsV4 => $"& 0.0.0.255 {Any("==", "!=")} 0.0.0.{One(4)}",
        3 => $"{Sign()}{(IsV4 ? "172.30.1.0-203.0.113.255" : "2001:db8::-fdff::")}",
        _ => $"{Sign()}{Address()}",
    };

    private string PortValues() => One(5) switch
    {
        0 => $"{Any("<", "<=", ">", ">=")} {Any("80", "1024", "8080")}",
        1 => $"{Sign()}{{ 80, {Any("53", "8080", "7779", "1-79", "1024-65535")} }}",
        _ => Sign() + Any(Ports),
    };

    private string Network() => One(2) == 0 ? Network(Any("lab", "away", "closed")) : Address();

    private string Network(string name) => NamespaceRuleNames.Instance.Address(name, _version);

    private string Address() => Network(Any(Names));

    private string Sign() => One(3) == 0 ? "!= " : "";

    private string Any(params IReadOnlyList<string> texts) => texts[One(texts.Count)];

    private int One(int of) => random.Next(of);
}
