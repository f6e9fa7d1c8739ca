using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Observation.Nflog;

/// <summary>
/// Which packets are recorded: those towards a lab's networks, or all. Of the packets towards the networks, those count
/// that have a type of service other than zero, which marks the lab's flows. ICMP errors and TCP resets that a kernel
/// makes, and ARP, have none, so all of these count too.
/// </summary>
public sealed record NflogTraffic
{
    /// <summary>Every packet: for a network namespace that holds only the lab.</summary>
    public static readonly NflogTraffic Everything = new([], []);

    private NflogTraffic(ImmutableArray<string> ipv4, ImmutableArray<string> ipv6) => (Ipv4, Ipv6) = (ipv4, ipv6);

    /// <summary>As <see cref="TracedTraffic.AnsweringPorts"/>.</summary>
    public ImmutableArray<int> AnsweringPorts { get; init; } = [];

    internal ImmutableArray<string> Ipv4 { get; }

    internal ImmutableArray<string> Ipv6 { get; }

    private (Protocol Protocol, int Number)? Number { get; init; }

    /// <summary>
    /// The packets of one flow, and ICMP errors about them, by the number that its sender chose: a port, or the
    /// identifier of echoes. For a network namespace with other traffic.
    /// </summary>
    public static NflogTraffic OfFlow(Protocol protocol, int number) => new([], []) { Number = (protocol, number) };

    /// <summary>
    /// The lab's own packets, selected by its networks: IPv4 and IPv6 in CIDR notation, which may overlap.
    /// </summary>
    /// <exception cref="HooktrailException">A text is no network, or there is none.</exception>
    public static NflogTraffic To(params IEnumerable<string> networks)
    {
        var all = networks.ToLookup(text => IPNetwork.TryParse(text, out var network)
            ? network.BaseAddress.AddressFamily
            : throw new HooktrailException(
                $"\"{text}\" is not a network; write one such as 172.29.88.0/24 or fd00:88::/64."));
        return all.Count == 0
            ? throw new HooktrailException("No network to record was given; name the lab's networks.")
            : new([.. all[AddressFamily.InterNetwork]], [.. all[AddressFamily.InterNetworkV6]]);
    }

    /// <summary>
    /// Statements of a chain that returns for each packet to be recorded; none if all packets are. The chain accepts
    /// the others, which ends only their way through the recorder's base chain.
    /// </summary>
    internal IEnumerable<string> Chain(NftFamily family)
    {
        if (Number is var (protocol, number))
            return [.. OfNumber(family, protocol, number), "accept"];
        if (Ipv4.IsEmpty && Ipv6.IsEmpty)
            return [];
        var lines = new List<string>();
        // The type of service is matched by its place in the header, because nft has names only for parts of it.
        if (!Ipv4.IsEmpty && family is not (NftFamily.Ip6 or NftFamily.Arp))
        {
            var destination = $"ip daddr {{ {string.Join(", ", Ipv4)} }}";
            lines.Add($"{destination} @nh,8,8 != 0 return");
            lines.AddRange(Answers(destination));
            lines.Add($"{destination} icmp type {{ 3, 4, 5, 11, 12 }} return");
            lines.Add($"{destination} tcp flags & rst != 0 return");
        }

        if (!Ipv6.IsEmpty && family is not (NftFamily.Ip or NftFamily.Arp))
        {
            var destination = $"ip6 daddr {{ {string.Join(", ", Ipv6)} }}";
            lines.Add($"{destination} @nh,4,8 != 0 return");
            lines.AddRange(Answers(destination));
            lines.Add($"{destination} icmpv6 type {{ 1, 2, 3, 4, 137 }} return");
            lines.Add($"{destination} tcp flags & rst != 0 return");
        }

        if (!Ipv4.IsEmpty && family is NftFamily.Arp or NftFamily.Bridge or NftFamily.Netdev)
            lines.Add($"arp daddr ip {{ {string.Join(", ", Ipv4)} }} return");
        lines.Add("accept");
        return lines;
    }

    // An error quotes the packet after 8 bytes of its own; the quoted IP header has 20 bytes, or 40 of IPv6.
    private static IEnumerable<string> OfNumber(NftFamily family, Protocol protocol, int number)
    {
        if (protocol != Protocol.Icmp)
            foreach (var side in (string[])["sport", "dport"])
                yield return $"{protocol.Name()} {side} {number} return";
        foreach (var (other, icmp, header) in ((NftFamily, string, int)[])
            [(NftFamily.Ip6, "icmp type { 3, 5, 11, 12 }", 20), (NftFamily.Ip, "icmpv6 type { 1, 2, 3, 4, 137 }", 40)])
        {
            if (family == other)
                continue;
            var quoted = 8 * (8 + header);
            if (protocol == Protocol.Icmp)
                yield return $"{icmp.Split(' ')[0]} id {number} return";
            foreach (var place in protocol == Protocol.Icmp ? [32] : (int[])[0, 16])
                yield return $"{icmp} @th,{quoted + place},16 {number} return";
        }
    }

    private IEnumerable<string> Answers(string destination) => AnsweringPorts.IsEmpty
        ? []
        : new[] { "tcp", "udp" }.Select(
            protocol => $"{destination} {protocol} sport {{ {string.Join(", ", AnsweringPorts)} }} return");
}
