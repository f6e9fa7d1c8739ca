using Hooktrail.Namespaces;

namespace Hooktrail.Tests.RandomRules;

/// <summary>Conditions from the grammar that iptables-save and ip6tables-save print, about the lab's packets.</summary>
internal sealed class RandomIptablesRule(Random random, IpVersion version, string table, string hook, bool hasSets)
{
    private static readonly string[] Names =
        ["client", "server", "stranger", "wan", "host.wan", "lab.gateway", "away.gateway", "host.lo"];

    private static readonly string[] Devices =
        ["lab", "away", "wan.nic", "lo", "client.port", "server.port", "la+", "cl+", "w+", "other0"];

    private static readonly string[] Ports = ["80", "53", "8080", "7779", "1024:65535", "0:79", "80:8080", "1:79"];

    private readonly bool _isV4 = version == IpVersion.V4;

    public string Next()
    {
        var parts = new List<string>();
        if (One(3) == 0)
            parts.Add(Sign("-s") + Range());
        if (One(3) == 0)
            parts.Add(Sign("-d") + Range());
        if (One(4) == 0)
            parts.Add(Sign("-i") + Any(Devices));
        if (One(5) == 0)
            parts.Add(Sign("-o") + Any(Devices));
        if (One(3) == 0)
            parts.Add(Protocol());
        if (_isV4 && One(12) == 0)
            parts.Add(Sign("-f").TrimEnd());
        for (var count = One(3); count > 0; count--)
            parts.Add(Module());
        if (parts.Count == 0)
            parts.Add(Module());
        return string.Join(' ', parts);
    }

    private string Protocol() => One(6) switch
    {
        // Not both negated: see LoadedAsOne.
        0 => "-p tcp -m tcp" + Maybe(Sign(" --sport") + Any(Ports)) + Maybe($" --dport {Any(Ports)}"),
        1 => "-p udp -m udp" + Maybe($" --sport {Any(Ports)}") + Maybe(Sign(" --dport") + Any(Ports)),
        2 =>
            $"-p tcp -m tcp {Sign("--tcp-flags")}{Any("FIN,SYN,RST,ACK SYN", "SYN SYN", "RST NONE", "ACK,RST ACK,RST")}",
        3 => _isV4
            ? $"-p icmp -m icmp {Sign("--icmp-type")}{Any("8", "0", "any", "3/3", "3", "0/1", "echo-request")}"
            : $"-p ipv6-icmp -m icmp6 {Sign("--icmpv6-type")}{Any("128", "129", "1", "1/4", "echo-reply")}",
        4 =>
            $"-p {Any("tcp", "udp")} -m multiport {Sign(Any("--ports", "--sports", "--dports"))}{Any(Ports)},{Any(Ports)}",
        _ => $"{Sign("-p")}{Any("tcp", "udp", _isV4 ? "icmp" : "ipv6-icmp", "47")}",
    };

    private string Module() => One(19) switch
    {
        0 => $"-m addrtype {Sign(Any("--src-type", "--dst-type"))}{AddressTypes()}",
        1 => $"-m addrtype {Sign("--src-type")}{AddressTypes()} {Sign("--dst-type")}{AddressTypes()}"
            + hook switch { "POSTROUTING" => "", "OUTPUT" => "", _ => Maybe(" --limit-iface-in") },
        2 =>
            $"-m conntrack {Sign("--ctstate")}{Any("NEW", "INVALID", "RELATED,ESTABLISHED", "NEW,UNTRACKED", "DNAT", "SNAT,NEW")}",
        3 => $"-m conntrack {Tuple("src")}" + Maybe(" " + Tuple("dst")),
        4 => $"-m conntrack --ctdir {Any("ORIGINAL", "REPLY")}" + Maybe(
            $" {Sign("--ctproto")}{Any("6", "17", "1", "58")}"),
        5 =>
            $"-m conntrack {Sign("--ctstatus")}{Any("NONE", "SEEN_REPLY", "CONFIRMED", "EXPECTED", "SEEN_REPLY,CONFIRMED")}",
        6 => $"-m conntrack {Sign("--ctstate")}{Any("INVALID", "NEW", "ESTABLISHED")} {Tuple("dst")}",
        7 => $"-m mark {Sign("--mark")}{Any("0x0", "0x5", "0x1/0x1", "0x4/0x6", "0x2/0x2", "5", "7/0xf")}",
        8 => $"-m iprange {Sign(Any("--src-range", "--dst-range"))}{Address()}-{(_isV4 ? "203.0.113.255" : "fdff::")}",
        9 => _isV4
            ? $"-m ttl {Any(Sign("--ttl-eq") + "64", Sign("--ttl-eq") + "63", "--ttl-lt 64", "--ttl-gt 63")}"
            : $"-m hl {Any(Sign("--hl-eq") + "64", Sign("--hl-eq") + "63", "--hl-lt 64", "--hl-gt 63")}",
        10 => $"-m pkttype {Sign("--pkt-type")}{Any("unicast", "broadcast", "multicast")}",
        11 => $"-m physdev {Sign("--physdev-in")}{Any("client.port", "server.port", "cl+", "wan.nic")}",
        12 => $"-m physdev {Physical()}",
        13 => $"-m dscp {Sign("--dscp")}{Any("0x00", "0x2e", "0x01", "0x03")}",
        14 => $"-m tos {Sign("--tos")}{Any("0x00/0x04", "0x04/0x04", "0x10/0x1f", "0x01/0xff", "0x00/0x03")}",
        15 => $"-m length {Sign("--length")}{Any("0:19", "0:27", "20:65535", "60", "1500:65535")}",
        16 => $"-m policy --dir {(hook is "OUTPUT" or "POSTROUTING" ? "out" : "in")} --pol {Any("none", "ipsec")}",
        17 when hook is "PREROUTING" or "INPUT" or "FORWARD" =>
            $"-m mac {Sign("--mac-source")}{Any("02:42:ac:1e:01:02", "02:00:00:00:00:01", "02:42:ac:1e:01:03")}",
        17 when hasSets => Set(),
        18 when hook == "PREROUTING" && table is "raw" or "mangle" =>
            "-m rpfilter" + Maybe(" --loose") + Maybe(" --validmark") + Maybe(" --accept-local") + Maybe(" --invert"),
        _ when hasSets && One(2) == 0 => Set(),
        _ => Rare(),
    };

    private string Rare() => _isV4
        ? Any("-m comment --comment \"-j DROP ! -s x\"", "-m state --state NEW", "-m limit --limit 3/sec")
        : Any(
            "-m rt --rt-type 0", "-m rt ! --rt-type 0", "-m hbh", "-m dst", "-m frag", "-m frag ! --fragid 7",
            "-m comment --comment \"x\"", "-m state ! --state NEW", "-m ipv6header --header ah");

    private string Set() => _isV4
        ? $"-m set {Sign("--match-set")}{Any("addresses", "networks", "tuples", "numbers", "both", "placed")} {Any("src", "dst")},{Any("src", "dst")}"
        : $"-m set {Sign("--match-set")}{Any("networks6", "numbers", "both")} {Any("src", "dst")},{Any("src", "dst")}";

    private string Physical() => hook is "FORWARD" or "POSTROUTING" && One(2) == 0
        ? Any(
            Sign("--physdev-is-bridged").TrimEnd(),
            Sign("--physdev-is-out").TrimEnd(),
            Sign("--physdev-out") + Any("server.port", "client.port", "se+"))
        : Sign("--physdev-is-in").TrimEnd();

    private string Tuple(string side)
    {
        var (option, isPort) = ($"{Any("--ctorig", "--ctrepl")}{side}", One(3) == 0);
        return Sign(isPort ? option + "port" : option) + (isPort ? Any(Ports) : Network());
    }

    private string AddressTypes() => _isV4
        ? Any("LOCAL", "UNICAST", "UNICAST,LOCAL", "BROADCAST", "MULTICAST,LOCAL", "BROADCAST,MULTICAST")
        : Any("LOCAL", "UNICAST", "UNICAST,LOCAL", "MULTICAST", "MULTICAST,LOCAL");

    private string Range() => One(4) switch
    {
        0 => _isV4 ? $"0.0.0.{One(4)}/0.0.0.255" : $"::{One(4)}/::ffff",
        1 => _isV4 ? "172.16.0.0/12" : "fd00::/8",
        2 => Network(),
        _ => Address() + (_isV4 ? "/32" : "/128"),
    };

    private string Network() => One(2) == 0
        ? NamespaceRuleNames.Instance.Address(Any("lab", "away", "closed"), version)
        : Address();

    private string Address() => NamespaceRuleNames.Instance.Address(Any(Names), version);

    private string Sign(string option) =>
        (One(3) == 0 ? option.StartsWith(' ') ? " !" + option : "! " + option : option) + " ";

    private string Maybe(string text) => One(2) == 0 ? text : "";

    private string Any(params string[] texts) => texts[One(texts.Length)];

    private int One(int of) => random.Next(of);
}
