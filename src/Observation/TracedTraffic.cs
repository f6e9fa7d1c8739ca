using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Observation;

/// <summary>
/// The lab's packets: those towards one of these networks with a type of service or traffic class other than zero. Both
/// ends of every flow of the lab set one; packets of other programs have none. Packets that a kernel sends because of a
/// flow have none either (resets of REJECT, ICMPv6 errors), so towards these networks those packets count as well.
/// </summary>
public sealed record TracedTraffic
{
    /// <summary>
    /// <paramref name="destinations"/> are in CIDR notation, such as <c>172.29.88.0/24</c> or <c>fd00:88::/64</c>. No
    /// two may overlap, or a packet would be logged twice.
    /// </summary>
    /// <exception cref="HooktrailException">A text is no network, or two networks overlap.</exception>
    public TracedTraffic(params ImmutableArray<string> destinations)
    {
        var networks = destinations.Select(Parse).ToArray();
        for (var i = 0; i < networks.Length; i++)
            for (var j = 0; j < i; j++)
                if (networks[i].Contains(networks[j].BaseAddress) || networks[j].Contains(networks[i].BaseAddress))
                    throw new HooktrailException(
                        $"The networks {destinations[j]} and {destinations[i]} overlap, so a packet would be logged twice; "
                        + "give disjoint ones.");
        Destinations = destinations;
        Ipv4 = [.. destinations.Where((_, i) => networks[i].BaseAddress.AddressFamily == AddressFamily.InterNetwork)];
        Ipv6 = [.. destinations.Except(Ipv4)];
    }

    /// <summary>The lab's networks: its subnets, that of the WAN, and the loopback address of the run.</summary>
    public ImmutableArray<string> Destinations { get; }

    /// <summary>
    /// Ports of the host from which a program answers without a mark, as Docker's userland proxy does from published
    /// ones; TCP and UDP packets from these ports count.
    /// </summary>
    public ImmutableArray<int> AnsweringPorts { get; init; } = [];

    internal ImmutableArray<string> Ipv4 { get; }

    internal ImmutableArray<string> Ipv6 { get; }

    private static IPNetwork Parse(string text) =>
        IPNetwork.TryParse(text, out var network)
            ? network
            : throw new HooktrailException(
                $"\"{text}\" is not a network; write one such as 172.29.88.0/24 or fd00:88::/64.");
}
