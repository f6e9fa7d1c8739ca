using System.Collections.Immutable;
using Hooktrail.Model.Netfilter;
using Hooktrail.Trails;

namespace Hooktrail.Model;

/// <summary>
/// One packet on its way through the host, as far as its way depends on it; <c>struct sk_buff</c>. It notes the hops
/// that it makes.
/// </summary>
internal sealed class Packet(Host host, ConnectionTable connections, IcmpType type, string source, string destination)
{
    private readonly ImmutableArray<Hop>.Builder hops = ImmutableArray.CreateBuilder<Hop>(32);
    private Outcome? outcome;

    /// <summary>The host that it crosses.</summary>
    public Host Host { get; } = host;

    /// <summary>The connections that the host knows.</summary>
    public ConnectionTable Connections { get; } = connections;

    /// <summary>Echo request or reply.</summary>
    public IcmpType Type { get; } = type;

    /// <summary>The source address as it is now.</summary>
    public string Source { get; set; } = source;

    /// <summary>The destination address as it is now.</summary>
    public string Destination { get; set; } = destination;

    /// <summary>The device that the packet is on (<c>skb->dev</c>); null for one that the host has just made.</summary>
    public string? Device { get; set; }

    /// <summary>
    /// Whose MAC address the frame is for: the bridge or one of its ports; null where no bridge is involved.
    /// </summary>
    public string? Mac { get; set; }

    /// <summary>The device that the route leads to (<c>skb_dst(skb)->dev</c>).</summary>
    public string? RouteDevice { get; set; }

    /// <summary>What br_netfilter remembers of it; null where br_netfilter never had it.</summary>
    public NfBridgeInfo? NfBridge { get; set; }

    /// <summary>
    /// The connection it belongs to (<c>nf_ct_get</c>); null before conntrack, and where conntrack knows none.
    /// </summary>
    public Connection? Connection { get; set; }

    /// <summary>Its place in that connection.</summary>
    public ConntrackState State { get; set; }

    /// <summary>What conntrack recognises a connection by.</summary>
    public ConnectionTuple Tuple => new(Source, Destination, Type);

    /// <summary>How the journey ended. Every walk ends somewhere: the machine loses no packet.</summary>
    public Outcome Outcome =>
        outcome ?? throw new InvalidOperationException("A packet was lost between two places of the walk.");

    /// <summary>The hops, and how the journey ended.</summary>
    public Trail Trail => new(hops.ToImmutable(), Outcome);

    /// <summary>Notes that the packet crosses a hook point, as a LOG rule there would print it.</summary>
    public void Cross(HookPoint point, in HookState state)
    {
        // The log of ebtables prints the ports alone.
        var bridging = point.Layer == Layer.Ebtables ? null : NfBridge;
        hops.Add(new(point, state.In, state.Out, bridging?.PhysIn, bridging?.PhysOut, Source, Destination));
    }

    /// <summary>The journey is over.</summary>
    public void End(Outcome how) => outcome = how;

    /// <summary>The kernel discards the packet between two hooks.</summary>
    public void Vanish(string reason) => End(Outcome.Vanished(hops.Count == 0 ? null : hops[^1].Point, reason));
}
