using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Hooktrail.Trails;

namespace Hooktrail.Observation;

/// <summary>
/// Which packets are the lab's: ICMP towards one of these IPv4 networks, with a type of service that is not zero. Every
/// ping of the lab sets one (<c>ping -Q</c>) and an echo reply copies it, so it marks a flow through all hooks; other
/// programs' pings have none.
/// </summary>
public sealed record TracedTraffic
{
    /// <summary>Takes the lab's networks.</summary>
    /// <param name="destinations">
    /// In CIDR notation, such as <c>172.29.88.0/24</c>. No two may overlap, for then a packet would be logged twice.
    /// </param>
    /// <exception cref="HooktrailException">One is not an IPv4 network, or two overlap.</exception>
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
    }

    /// <summary>The lab's networks: its subnet, that of the WAN, and the loopback address of the run.</summary>
    public ImmutableArray<string> Destinations { get; }

    private static IPNetwork Parse(string text) =>
        IPNetwork.TryParse(text, out var network) && network.BaseAddress.AddressFamily == AddressFamily.InterNetwork
            ? network
            : throw new HooktrailException($"\"{text}\" is not an IPv4 network; write one such as 172.29.88.0/24.");
}
