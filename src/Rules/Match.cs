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
public sealed record FrameProtocolMatch(string Protocol, bool Negated) : Match(Negated)
{
    /// <summary>
    /// Whether of a frame with a VLAN tag the protocol behind the tag counts, as for nft's <c>meta protocol</c> and
    /// what <c>ip saddr</c> needs; for <c>ether type</c> and <c>-p</c> of ebtables it is <c>vlan</c>.
    /// </summary>
    public bool BehindTag { get; init; }
}

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

/// <summary>
/// <c>--ctstate</c>, <c>ct state</c>; and of the connection <c>--ctstatus</c>, <c>ct status</c>.
/// </summary>
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

    /// <summary>Another connection announced the packet's connection.</summary>
    Expected = 128,

    /// <summary>The packet's connection was answered.</summary>
    SeenReply = 256,

    /// <summary>The packet's connection went to and fro for long enough to be kept when the table is full.</summary>
    Assured = 512,

    /// <summary>An earlier packet of the packet's connection made it through the host.</summary>
    Confirmed = 1024,
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
/// Any of the alternatives, each of which needs all its matches: a set of concatenations, <c>meta l4proto { tcp, udp
/// }</c>, ipset's <c>hash:ip,port</c>. Without alternatives it holds for no packet. Matches that a negation leaves as
/// they are (a header that must be there) stand beside it in the rule, not in it.
/// </summary>
public sealed record AnyOfMatch(ImmutableArray<ImmutableArray<Match>> Alternatives, bool Negated) : Match(Negated)
{
    public bool Equals(AnyOfMatch? other) =>
        other is not null
        && Negated == other.Negated
        && Alternatives.Length == other.Alternatives.Length
        && Alternatives.Zip(other.Alternatives).All(both => both.First.AsSpan().SequenceEqual(both.Second.AsSpan()));

    public override int GetHashCode() => HashCode.Combine(Alternatives.Length, Negated);
}

/// <summary>What a lookup of a route gets besides the address.</summary>
[Flags]
public enum FibKeys
{
    None = 0,

    /// <summary><c>iif</c>: the device in.</summary>
    In = 1,

    /// <summary><c>oif</c> as a key: the device out.</summary>
    Out = 2,

    /// <summary><c>mark</c>, <c>--validmark</c>: the packet's mark, which only policy rules ask for.</summary>
    Mark = 4,
}

/// <summary>What a lookup of a route is asked for.</summary>
public enum FibResult
{
    /// <summary>
    /// <c>type</c>: LOCAL, BROADCAST, UNICAST or MULTICAST. With a device as a key, an address of another device is
    /// UNICAST.
    /// </summary>
    Type,

    /// <summary>
    /// <c>oif</c>, <c>oifname</c>, <c>-m rpfilter</c>: the device of the route; with a device as a key, that device
    /// or none. An address of the host itself has none.
    /// </summary>
    Device,
}

/// <summary>
/// Whether the route to an address has one of the types, or leads to one of the devices, of which <c>*</c> is any:
/// <c>fib saddr . iif oif missing</c> is the negated <c>*</c>. <c>-m rpfilter</c> is the source, by the device in,
/// leading to <c>*</c>; its <c>--loose</c> is without the device.
/// </summary>
public sealed record FibMatch(
    AddressRole Role, FibKeys Keys, FibResult Result, ImmutableArray<string> Values, bool Negated) : Match(Negated)
{
    /// <summary><c>--accept-local</c>: an address of the host itself has the device that has the address.</summary>
    public bool AcceptsLocal { get; init; }

    public bool Equals(FibMatch? other) =>
        other is not null
        && (Role, Keys, Result, AcceptsLocal, Negated)
            == (other.Role, other.Keys, other.Result, other.AcceptsLocal, other.Negated)
        && Values.AsSpan().SequenceEqual(other.Values.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Role, Keys, Result, Values.Length, AcceptsLocal, Negated);
}

/// <summary>
/// <c>ct mark and Mask == Value</c>. A packet without a connection never matches, even if negated. With both zero it
/// asks only for a connection.
/// </summary>
public sealed record ConnectionMarkMatch(uint Value, uint Mask, bool Negated) : Match(Negated);

public enum ConnectionDirection
{
    /// <summary>The direction of the connection's first packet.</summary>
    Original,

    Reply,
}

/// <summary>
/// Whether a field of the connection's tuple matches: <c>ct original saddr</c>, <c>--ctorigdst</c>,
/// <c>--ctreplsrcport</c>. The part is an <see cref="AddressMatch"/>, <see cref="PortMatch"/>,
/// <see cref="ProtocolMatch"/> or <see cref="FrameProtocolMatch"/>. A packet without a connection never matches, even
/// if negated.
/// </summary>
public sealed record ConnectionTupleMatch(ConnectionDirection Direction, Match Part) : Match(Part.Negated);

/// <summary>
/// <c>ct direction</c>, <c>--ctdir</c>: which way the packet goes in its connection. A packet without a connection
/// never matches, even if negated.
/// </summary>
public sealed record ConnectionDirectionMatch(ConnectionDirection Direction, bool Negated) : Match(Negated);

/// <summary>
/// <c>dscp and Mask == Value</c>, of the six bits above the two of ECN: <c>--tos 0x10/0x3c</c> is 4 of 15.
/// </summary>
public sealed record DscpMatch(int Value, int Mask, bool Negated) : Match(Negated);

/// <summary>Bytes from the IP header on, both ends included: <c>meta length</c>, <c>--length</c>.</summary>
public sealed record LengthMatch(int First, int Last, bool Negated) : Match(Negated);

/// <summary>
/// Whether an IPv6 packet has an extension header: <c>hbh</c>, <c>dst</c>, <c>rt</c>, <c>frag</c>, <c>mh</c>,
/// <c>ah</c>. A match on a field of the header needs it too.
/// </summary>
public sealed record ExtensionHeaderMatch(string Header, bool Negated) : Match(Negated);

/// <summary>A later part of a fragmented packet: <c>-f</c>, <c>ip frag-off and 0x1fff != 0</c>.</summary>
public sealed record FragmentMatch(bool Negated) : Match(Negated);

/// <summary>
/// The number of the frame's VLAN, both ends included. A frame without a tag never matches, even if negated.
/// </summary>
public sealed record VlanMatch(int First, int Last, bool Negated) : Match(Negated);

/// <summary>
/// A match that the model lacks: <c>set</c>, <c>limit</c>. If all other matches hold, the rule's effect is unknown.
/// </summary>
public sealed record UnknownMatch(string Name, bool Negated) : Match(Negated)
{
    /// <summary>Begins the name of a choice that the kernel makes, among rules that one rule of a tool stands for.</summary>
    internal const string WhichOf = "which of ";

    /// <summary>Whether the kernel chooses between this rule and the next, as for SNAT to a range of addresses.</summary>
    public bool IsChoice => Name.StartsWith(WhichOf, StringComparison.Ordinal);
}
