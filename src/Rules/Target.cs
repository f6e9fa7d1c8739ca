namespace Hooktrail.Rules;

public abstract record Target;

/// <summary>Later hooks still see the packet.</summary>
public sealed record AcceptTarget : Target;

/// <summary>In the chain BROUTING the frame is routed instead of bridged.</summary>
public sealed record DropTarget : Target;

/// <summary>Back to the calling chain; the end of a built-in chain.</summary>
public sealed record ReturnTarget : Target;

/// <summary>No trail shows what it does: LOG, CHECKSUM. The name is empty for a rule without a target.</summary>
public sealed record ContinueTarget(string Name) : Target;

/// <summary>The next rule is asked afterwards, unless <paramref name="Goto"/>.</summary>
public sealed record JumpTarget(string Chain, bool Goto = false) : Target;

/// <summary>As iptables writes it: icmp-port-unreachable, tcp-reset, icmp6-adm-prohibited.</summary>
public sealed record RejectTarget(string With) : Target;

/// <summary>The address is in the lab's names; null keeps the address or port.</summary>
public sealed record DnatTarget(string? Address, int? Port) : Target;

/// <summary>The address is in the lab's names; a null port is kept.</summary>
public sealed record SnatTarget(string? Address, int? Port) : Target;

/// <summary>Takes the address of the device that the packet leaves by.</summary>
public sealed record MasqueradeTarget : Target;

/// <summary>To the address of the incoming device, for the host's packets loopback's; a null port is kept.</summary>
public sealed record RedirectTarget(int? Port) : Target;

/// <summary>NOTRACK, <c>CT --notrack</c>, <c>notrack</c>; the next rule is asked.</summary>
public sealed record NotrackTarget : Target;

/// <summary><c>mark = (mark and not Mask) xor Value</c>; the next rule is asked.</summary>
public sealed record MarkTarget(uint Value, uint Mask) : Target;

/// <summary>The TTL or hop limit is set, and the next rule asked.</summary>
public sealed record TtlTarget(int Ttl) : Target;

/// <summary><c>-j redirect</c> of ebtables: the frame is for the bridge itself, and goes up to the host.</summary>
public sealed record BridgeRedirectTarget : Target;

/// <summary><c>meta broute set 1</c>: the frame is routed instead of bridged.</summary>
public sealed record BrouteTarget : Target;

/// <summary>Not in the model: <c>TPROXY</c>, <c>SET</c>. The fate of a packet that gets here is not known.</summary>
public sealed record UnknownTarget(string Name) : Target;
