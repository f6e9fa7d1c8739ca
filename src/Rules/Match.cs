namespace Hooktrail.Rules;

public abstract record Match(bool Negated);

public enum DeviceRole
{
    /// <summary><c>-i</c>, <c>iifname</c>: for ebtables the port.</summary>
    In,

    /// <summary><c>-o</c>, <c>oifname</c>: for ebtables the port.</summary>
    Out,

    /// <summary><c>--physdev-in</c>.</summary>
    PhysIn,

    /// <summary><c>--physdev-out</c>.</summary>
    PhysOut,

    /// <summary><c>--logical-in</c> of ebtables, <c>ibrname</c> of nft: the bridge.</summary>
    LogicalIn,

    /// <summary><c>--logical-out</c> of ebtables, <c>obrname</c> of nft: the bridge.</summary>
    LogicalOut,
}

/// <summary>Any of the devices, in the lab's names; a final <c>+</c> (<c>*</c> in nft) matches any rest.</summary>
public sealed record DeviceMatch(DeviceRole Role, ImmutableArray<string> Devices, bool Negated) : Match(Negated)
{
    public bool Equals(DeviceMatch? other) =>
        other is not null
        && Role == other.Role
        && Negated == other.Negated
        && Devices.AsSpan().SequenceEqual(other.Devices.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Role, Devices.Length, Negated);
}

public enum PhysdevState
{
    /// <summary><c>--physdev-is-in</c>: the packet came in by a bridge port.</summary>
    In,

    /// <summary><c>--physdev-is-out</c>: it will leave by a bridge port.</summary>
    Out,

    /// <summary><c>--physdev-is-bridged</c>: it is bridged, not routed.</summary>
    Bridged,
}

public sealed record PhysdevMatch(PhysdevState State, bool Negated) : Match(Negated);

public enum AddressRole
{
    /// <summary><c>-s</c>.</summary>
    Source,

    /// <summary><c>-d</c>.</summary>
    Destination,
}

/// <summary>The lab's addresses in the rule's network, range or list; an unknown address is in none.</summary>
public sealed record AddressMatch(AddressRole Role, ImmutableArray<string> Addresses, bool Negated) : Match(Negated)
{
    public bool Equals(AddressMatch? other) =>
        other is not null
        && Role == other.Role
        && Negated == other.Negated
        && Addresses.AsSpan().SequenceEqual(other.Addresses.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Role, Addresses.Length, Negated);
}

/// <summary>The type that the address has on this host: <c>-m addrtype</c>, <c>fib … type</c>.</summary>
/// <remarks>LOCAL, BROADCAST, UNICAST or MULTICAST; several are separated by commas.</remarks>
public sealed record AddressTypeMatch(AddressRole Role, string Type, bool Negated) : Match(Negated)
{
    public IReadOnlyList<string> Kinds() => Type.Split(',');
}

/// <summary>
/// The owner: a station, a bridge, <c>broadcast</c>, <c>multicast</c> (with broadcast),
/// <c>unicast</c>, or the address itself.
/// </summary>
public sealed record MacMatch(AddressRole Role, string Owner, bool Negated) : Match(Negated);

/// <summary><c>icmp</c>, <c>ipv6-icmp</c>, <c>tcp</c>, <c>udp</c>, or any other name, which no flow has.</summary>
public sealed record ProtocolMatch(string Protocol, bool Negated) : Match(Negated);

/// <summary>
/// The frame's protocol: <c>ipv4</c>, <c>ipv6</c>, <c>arp</c>, <c>vlan</c>, <c>pppoe</c> or any other name.
/// </summary>
public sealed record FrameProtocolMatch(string Protocol, bool Negated) : Match(Negated);

public sealed record PortMatch(AddressRole Role, ImmutableArray<PortRange> Ranges, bool Negated) : Match(Negated)
{
    public bool Equals(PortMatch? other) =>
        other is not null
        && Role == other.Role
        && Negated == other.Negated
        && Ranges.AsSpan().SequenceEqual(other.Ranges.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Role, Ranges.Length, Negated);
}

/// <summary>A range of ports, both ends included.</summary>
public readonly record struct PortRange(int First, int Last);

/// <summary><c>--tcp-flags Mask Set</c>; <c>--syn</c> is SYN of FIN, SYN, RST and ACK.</summary>
public sealed record TcpFlagsMatch(TcpFlags Mask, TcpFlags Set, bool Negated) : Match(Negated);

public sealed record IcmpTypeMatch(int Type, int? Code, bool Negated) : Match(Negated);

/// <summary><c>--ctstate</c>, <c>ct state</c>, <c>--ctstatus</c>.</summary>
[Flags]
public enum ConntrackStates
{
    None = 0,

    /// <summary>The packet belongs to no connection and cannot begin one.</summary>
    Invalid = 1,

    /// <summary>The packet begins a connection, or follows one that was never answered.</summary>
    New = 2,

    /// <summary>The packet's connection was answered.</summary>
    Established = 4,

    /// <summary>The packet begins a connection that another one announced, or is an ICMP error about one.</summary>
    Related = 8,

    /// <summary>A rule with NOTRACK matched, or conntrack does not handle this kind of packet.</summary>
    Untracked = 16,

    /// <summary>NAT rewrites the source of the packet's connection.</summary>
    Snat = 32,

    /// <summary>NAT rewrites the destination of the packet's connection.</summary>
    Dnat = 64,
}

public sealed record ConntrackMatch(ConntrackStates States, bool Negated) : Match(Negated);

/// <summary><c>mark and Mask == Value</c>.</summary>
public sealed record MarkMatch(uint Value, uint Mask, bool Negated) : Match(Negated);

/// <summary><c>--pkttype-type</c>: unicast, broadcast, multicast, host or otherhost.</summary>
public sealed record PacketTypeMatch(string Type, bool Negated) : Match(Negated);

/// <summary>1 for a request, 2 for a reply.</summary>
public sealed record ArpOperationMatch(int Operation, bool Negated) : Match(Negated);

/// <summary>TTL or hop limit, both ends included.</summary>
public sealed record TtlMatch(int First, int Last, bool Negated) : Match(Negated);

/// <summary>
/// A match that the model lacks: <c>set</c>, <c>limit</c>. If all other matches hold, the rule's effect is unknown.
/// </summary>
public sealed record UnknownMatch(string Name, bool Negated) : Match(Negated);
