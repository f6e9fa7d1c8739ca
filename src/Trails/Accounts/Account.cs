using System.Collections.Immutable;

namespace Hooktrail.Trails.Accounts;

/// <summary>A trail and why it is as it is: what decided the packet's way, and why hook points stayed silent.</summary>
/// <param name="Trail">The trail that is accounted for.</param>
/// <param name="Remarks">What decided the way, in the order in which it did.</param>
/// <param name="Silences">Every hook point of the host that the packet did not cross, and why.</param>
public sealed record Account(Trail Trail, ImmutableArray<Remark> Remarks, ImmutableArray<Silence> Silences);

/// <summary>Something that decided a packet's way, or changed the packet.</summary>
/// <param name="After">How many hops the packet had made by then.</param>
/// <param name="Place">Where in the stack.</param>
/// <param name="Says">A sentence.</param>
/// <param name="Source">The kernel's file and function, or the measurement, that the sentence rests on; null where it is plain.</param>
public sealed record Remark(int After, Place Place, string Says, string? Source);

/// <summary>A hook point that a packet did not cross.</summary>
/// <param name="Point">The hook point.</param>
/// <param name="Why">A sentence.</param>
/// <param name="Source">What the sentence rests on, as in <see cref="Remark.Source"/>.</param>
public sealed record Silence(HookPoint Point, string Why, string? Source);

/// <summary>The parts of the stack in which a packet's way is decided.</summary>
public enum Place
{
    /// <summary>A network device: the packet comes in or goes out.</summary>
    Device,

    /// <summary>The kernel calls a hook.</summary>
    Hook,

    /// <summary>The bridge decides by MAC address: forward, or up to the host.</summary>
    BridgeDecision,

    /// <summary>br_netfilter shows a bridged frame to the IP layer, or does not.</summary>
    BrNetfilter,

    /// <summary>Conntrack recognises, begins or keeps a connection, or puts fragments together.</summary>
    Conntrack,

    /// <summary>NAT asks its chains, or rewrites an address.</summary>
    Nat,

    /// <summary>The routing decision: INPUT, FORWARD, or nowhere.</summary>
    RoutingDecision,

    /// <summary>A rule in a chain decides.</summary>
    Rule,

    /// <summary>A process of the host, or the host itself, receives or sends.</summary>
    LocalProcess,
}
