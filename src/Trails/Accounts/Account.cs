namespace Hooktrail.Trails.Accounts;

/// <summary>A trail, what decided it, in order, and why every other hook point stayed silent.</summary>
public sealed record Account(Trail Trail, ImmutableArray<Remark> Remarks, ImmutableArray<Silence> Silences)
{
    /// <summary>The rules that decided or changed something, in order; or all that were asked.</summary>
    public ImmutableArray<RuleStep> Rules { get; init; } = [];
}

/// <summary>
/// A decision about a packet's way, or a change of the packet, after <paramref name="After"/> hops. <paramref
/// name="Source"/> is the kernel's file and function, or the measurement; null if the sentence needs none.
/// </summary>
public sealed record Remark(int After, Place Place, string Says, string? Source);

/// <summary>A hook point that a packet did not cross; <paramref name="Source"/> as in <see cref="Remark"/>.</summary>
public sealed record Silence(HookPoint Point, string Why, string? Source);

/// <summary>The parts of the stack in which a packet's way is decided.</summary>
public enum Place
{
    Device,

    Hook,

    /// <summary>The bridge decides by MAC address: forward, or up to the host.</summary>
    BridgeDecision,

    /// <summary>br_netfilter shows a bridged frame to the IP layer, or does not.</summary>
    BrNetfilter,

    /// <summary>Conntrack recognises, begins or keeps a connection, or puts fragments together.</summary>
    Conntrack,

    Nat,

    RoutingDecision,

    Rule,

    /// <summary>A process of the host, or the host itself, receives or sends.</summary>
    LocalProcess,
}
