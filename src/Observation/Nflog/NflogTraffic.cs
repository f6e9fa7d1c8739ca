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

    private IEnumerable<string> Answers(string destination) => AnsweringPorts.IsEmpty
        ? []
        : new[] { "tcp", "udp" }.Select(
            protocol => $"{destination} {protocol} sport {{ {string.Join(", ", AnsweringPorts)} }} return");
}
