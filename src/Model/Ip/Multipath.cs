using Hooktrail.Model.Network;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Model.Ip;

/// <summary>
/// Which way of a route with several a packet takes. The kernel takes it by a hash of the addresses, and with
/// fib_multipath_hash_policy of more (net/ipv4/route.c, <c>fib_multipath_hash</c>), whose secret nobody knows. So every
/// way is walked, and packets with the same addresses take the same one.
/// </summary>
internal static class Multipath
{
    /// <summary>The route with the one way that the packet takes.</summary>
    public static FoundRoute Of(Packet packet, FoundRoute found) => found.Hops.Length < 2
        ? found
        : found with { Hops = [Chosen(packet, found, packet.IsUnbound ? null : packet.Source.Name)] };

    /// <param name="packet">The packet.</param>
    /// <param name="found">Its route.</param>
    /// <param name="source">The source with which the route was looked up; null for none yet.</param>
    public static NextHop Chosen(Packet packet, FoundRoute found, string? source)
    {
        if (found.Hops is [var only])
            return only;
        var question = $"the way of \"{found.Route}\" {(source is null ? "" : $"from {source} ")}to {packet.Destination.Name}";
        var at = packet.Passage.Last
            ?? new(packet.Family == Netfilter.Family.IPv6 ? Layer.Ip6tables : Layer.Iptables, "raw", "OUTPUT");
        var chosen = packet.Connections.WayOf(question, () => packet.Connections.Choices.Choose(
            [
                .. found.Hops.Select(hop => (ImmutableArray<Supposition>)
                    [new(at, question, $"is {(hop.Gateway is null ? "" : $"via {hop.Gateway} ")}dev {hop.Device}")]),
            ],
            packet, question));
        return found.Hops[chosen];
    }
}
