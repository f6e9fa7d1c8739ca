namespace Hooktrail.Trails.Rules;

/// <summary>What a rule does with a packet that it matches.</summary>
public abstract record Target;

/// <summary>The chain accepts the packet: later hooks still see it.</summary>
public sealed record AcceptTarget : Target;

/// <summary>The packet is dropped; in the chain BROUTING it is routed instead of bridged.</summary>
public sealed record DropTarget : Target;

/// <summary>Back to where the chain was called from; the end of a built-in chain.</summary>
public sealed record ReturnTarget : Target;

/// <summary>
/// The next rule is asked: targets that do something that no trail shows, such as LOG, counters or CHECKSUM.
/// </summary>
/// <param name="Name">The target's name as its tool prints it; empty for a rule without one.</param>
public sealed record ContinueTarget(string Name) : Target;

/// <summary>Another chain of the same table is asked, and then, unless <paramref name="Goto"/>, the next rule.</summary>
public sealed record JumpTarget(string Chain, bool Goto = false) : Target;

/// <summary>The packet is dropped, and its sender told.</summary>
/// <param name="With">As iptables writes it: <c>icmp-port-unreachable</c>, <c>tcp-reset</c>, <c>icmp6-adm-prohibited</c>.</param>
public sealed record RejectTarget(string With) : Target;

/// <summary>The connection's destination is rewritten.</summary>
/// <param name="Address">By its name in the lab; null to keep it.</param>
/// <param name="Port">The new port; null to keep it.</param>
public sealed record DnatTarget(string? Address, int? Port) : Target;

/// <summary>The connection's source is rewritten.</summary>
/// <param name="Address">By its name in the lab.</param>
/// <param name="Port">The new port; null to keep it.</param>
public sealed record SnatTarget(string? Address, int? Port) : Target;

/// <summary>The connection's source becomes the address of the device that the packet leaves by.</summary>
public sealed record MasqueradeTarget : Target;

/// <summary>The connection's destination becomes this host: the address of the device that the packet came in by, loopback's for the host's own.</summary>
/// <param name="Port">The new port; null to keep it.</param>
public sealed record RedirectTarget(int? Port) : Target;

/// <summary>Conntrack leaves the packet alone (NOTRACK, <c>CT --notrack</c>, <c>notrack</c>); the next rule is asked.</summary>
public sealed record NotrackTarget : Target;

/// <summary>The packet's mark is set, and the next rule asked: <c>mark = (mark and not Mask) xor Value</c>.</summary>
public sealed record MarkTarget(uint Value, uint Mask) : Target;

/// <summary>The TTL or hop limit is set, and the next rule asked.</summary>
public sealed record TtlTarget(int Ttl) : Target;

/// <summary>The frame stays on the bridge but is for the bridge itself (<c>-j redirect</c> of ebtables), and so goes up to the host.</summary>
public sealed record BridgeRedirectTarget : Target;

/// <summary><c>meta broute set 1</c>: the frame is routed instead of bridged.</summary>
public sealed record BrouteTarget : Target;

/// <summary>A target that the model does not know: nobody can say what becomes of a packet that gets here.</summary>
/// <param name="Name">The target's name: <c>TPROXY</c>, <c>SET</c>.</param>
public sealed record UnknownTarget(string Name) : Target;
