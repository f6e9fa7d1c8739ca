using Hooktrail.Namespaces;

namespace Hooktrail.Tests.RandomRules;

/// <summary>Conditions from the grammar that ebtables-save prints, about the lab's frames.</summary>
internal sealed class RandomEbtablesRule(Random random)
{
    private static readonly string[] Macs =
        ["02:42:ac:1e:01:02", "02:42:ac:1e:01:03", "Broadcast", "Multicast", "Unicast", "BGA", "02:00:00:00:00:00/ff:00:00:00:00:00"];

    private static readonly string[] Ports = ["80", "53", "8080", "0:79", "1024:65535"];

    public string Next()
    {
        var parts = new List<string>();
        if (One(4) == 0)
            parts.Add("-d " + Sign() + Any(Macs));
        if (One(4) == 0)
            parts.Add("-i " + Sign() + Any("client.port", "server.port", "stranger.port", "cl+"));
        if (One(5) == 0)
            parts.Add("-o " + Sign() + Any("client.port", "server.port", "se+"));
        // ebtables-nft-save 1.8.9 leaves out a mark that stands beside a pkttype.
        if (One(5) == 0)
            parts.Add("--mark " + Sign() + Any("0x0", "0x5", "0x1/0x1", "/0x3", "/0x8"));
        else if (One(6) == 0)
            parts.Add("--pkttype-type " + Sign() + Any("host", "otherhost", "broadcast", "multicast"));
        if (One(5) == 0)
            parts.Add("-s " + Sign() + Any(Macs));
        parts.Insert(0, Protocol());
        return string.Join(' ', parts.Where(part => part.Length > 0));
    }

    private string Protocol() => One(10) switch
    {
        0 or 1 => $"-p IPv4 {Any("--ip-src", "--ip-dst")} {Sign()}{Network(IpVersion.V4)}",
        2 => $"-p IPv4 --ip-proto {Any("tcp", "udp")} {Any("--ip-sport", "--ip-dport")} {Sign()}{Any(Ports)}",
        3 => $"-p IPv4 --ip-proto {Sign()}{Any("tcp", "udp", "icmp")}",
        4 => $"-p IPv4 --ip-proto icmp --ip-icmp-type {Sign()}{Any("echo-request", "0/0", "8/0", "0:8/0:1")}",
        5 => $"-p IPv6 {Any("--ip6-src", "--ip6-dst")} {Sign()}{Network(IpVersion.V6)}",
        6 => $"-p IPv6 --ip6-proto {Any("tcp", "udp")} {Any("--ip6-sport", "--ip6-dport")} {Sign()}{Any(Ports)}",
        7 => $"-p IPv6 --ip6-proto ipv6-icmp --ip6-icmp-type {Sign()}{Any("echo-request", "129/0")}",
        8 =>
            $"-p 802_1Q {Any("--vlan-id " + Sign() + Any("5", "6"), "--vlan-prio " + Sign() + Any("0", "3"), "--vlan-encap " + Sign() + Any("0800", "86DD"))}",
        _ => $"-p {Sign()}{Any("IPv4", "IPv6", "ARP", "802_1Q", "0x8864")}",
    };

    private string Network(IpVersion version) => One(3) switch
    {
        0 => NamespaceRuleNames.Instance.Address(Any("lab", "away"), version),
        1 when version == IpVersion.V4 => "0.0.0.2/0.0.0.255",
        _ => NamespaceRuleNames.Instance.Address(Any("client", "server", "wan", "lab.gateway"), version),
    };

    private string Sign() => One(3) == 0 ? "! " : "";

    private string Any(params string[] texts) => texts[One(texts.Length)];

    private int One(int of) => random.Next(of);
}
