using System.Net;

namespace Hooktrail.Trails;

/// <summary>The ends of a packet as it comes in: before NAT.</summary>
public sealed record ConnectionEnds(IPEndPoint Source, IPEndPoint Destination);

/// <summary>A connection that was answered, as the host's conntrack lists it.</summary>
/// <param name="Protocol">TCP or UDP.</param>
/// <param name="Original">A packet of the end that spoke first.</param>
/// <param name="Reply">An answer, so NAT is the difference between the two.</param>
public sealed record TrackedConnection(Protocol Protocol, ConnectionEnds Original, ConnectionEnds Reply)
{
    public IpVersion Ip => Original.Source.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
        ? IpVersion.V4
        : IpVersion.V6;

    /// <summary>The connection's mark.</summary>
    public uint Mark { get; init; }

    /// <summary>The zone in which packets of the first direction are looked up; 0 without a rule that sets one.</summary>
    public int Zone { get; init; }

    /// <summary>Whether a flowtable forwards its packets, which then cross no hook behind ingress.</summary>
    public bool IsOffloaded { get; init; }
}

/// <summary>The connections that a snapshot has.</summary>
/// <param name="All">TCP and UDP.</param>
/// <param name="HasMore">Whether the host had more than the snapshot has.</param>
public sealed record TrackedConnections(ImmutableArray<TrackedConnection> All, bool HasMore);
