namespace Hooktrail.Rules;

public abstract record Target;

/// <summary>Accepts the packet; later hooks still see it.</summary>
public sealed record AcceptTarget : Target;

/// <summary>Drops the packet. In the chain BROUTING, the frame is routed instead of bridged.</summary>
public sealed record DropTarget : Target;

/// <summary>Returns to the calling chain; in a built-in chain, ends it.</summary>
public sealed record ReturnTarget : Target;

/// <summary>
/// A target whose effect no trail shows: LOG, CHECKSUM. The name is empty for a rule without a target.
/// </summary>
public sealed record ContinueTarget(string Name) : Target;

/// <summary>Continues with the next rule afterwards, unless <paramref name="Goto"/>.</summary>
public sealed record JumpTarget(string Chain, bool Goto = false) : Target;

/// <summary>With is as iptables writes it: icmp-port-unreachable, tcp-reset, icmp6-adm-prohibited.</summary>
public sealed record RejectTarget(string With) : Target;

/// <summary>The address is in the lab's names; null keeps the address or port.</summary>
public sealed record DnatTarget(string? Address, int? Port) : Target;

/// <summary>The address is in the lab's names; a null port is kept.</summary>
public sealed record SnatTarget(string? Address, int? Port) : Target;

/// <summary>Uses the address of the outgoing device.</summary>
public sealed record MasqueradeTarget : Target;

/// <summary>
/// To the address of the incoming device, or of loopback for the host's own packets; a null port is kept.
/// </summary>
public sealed record RedirectTarget(int? Port) : Target;

/// <summary>NOTRACK, <c>CT --notrack</c>, <c>notrack</c>; continues with the next rule.</summary>
public sealed record NotrackTarget : Target;

/// <summary><c>mark = (mark and not Mask) xor Value</c>; continues with the next rule.</summary>
public sealed record MarkTarget(uint Value, uint Mask) : Target;

public enum MarkStep
{
    /// <summary>The connection's mark gets a value.</summary>
    Set,

    /// <summary>The connection's mark gets that of the packet: <c>ct mark set meta mark</c>.</summary>
    Save,

    /// <summary>The packet's mark gets that of the connection: <c>meta mark set ct mark</c>.</summary>
    Restore,
}

/// <summary>
/// <c>to = (to and not Mask) xor (from and FromMask) xor Value</c>; continues with the next rule. A packet without a
/// connection keeps its mark. For a <see cref="MarkStep.Set"/> there is no from, and its mask is 0.
/// </summary>
/// <remarks>
/// <c>CONNMARK --save-mark --nfmask N --ctmask C</c> has the masks C and N, in this order; <c>--restore-mark</c> has N
/// and C.
/// </remarks>
public sealed record ConnectionMarkTarget(MarkStep Step, uint Value, uint Mask, uint FromMask) : Target
{
    public uint Apply(uint to, uint from) => (to & ~Mask) ^ (from & FromMask) ^ Value;
}

/// <summary>
/// <c>dscp = (dscp and not Mask) xor Value</c>, of the six bits above the two of ECN; continues with the next rule.
/// </summary>
public sealed record DscpTarget(int Value, int Mask) : Target;

/// <summary>Sets the TTL or hop limit; continues with the next rule.</summary>
public sealed record TtlTarget(int Ttl) : Target;

/// <summary>
/// <c>-j redirect</c> of ebtables: addresses the frame to the bridge itself, which passes it up to the host.
/// </summary>
public sealed record BridgeRedirectTarget : Target;

/// <summary><c>meta broute set 1</c>: the frame is routed instead of bridged.</summary>
public sealed record BrouteTarget : Target;

/// <summary>
/// A target that the model lacks: <c>TPROXY</c>, <c>SET</c>. The fate of a packet that reaches it is unknown.
/// </summary>
public sealed record UnknownTarget(string Name) : Target
{
    /// <summary>Whether the rule goes on in a chain of that name, and its table has none.</summary>
    public bool IsMissingChain { get; init; }
}
