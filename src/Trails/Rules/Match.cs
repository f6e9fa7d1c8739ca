using System.Collections.Immutable;

namespace Hooktrail.Trails.Rules;

/// <summary>One condition of a rule.</summary>
/// <param name="Negated">Whether it must not hold (<c>!</c>).</param>
public abstract record Match(bool Negated);

/// <summary>The devices that a rule can ask for.</summary>
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

/// <summary>A device by its name in the lab.</summary>
/// <param name="Role">Which device of the packet.</param>
/// <param name="Devices">Any of these; a name that ends in <c>+</c> (or <c>*</c> of nft) stands for all that begin so.</param>
/// <param name="Negated">Whether it must be none of them.</param>
public sealed record DeviceMatch(DeviceRole Role, ImmutableArray<string> Devices, bool Negated) : Match(Negated)
{
    /// <inheritdoc/>
    public bool Equals(DeviceMatch? other) =>
        other is not null && Role == other.Role && Negated == other.Negated && Devices.AsSpan().SequenceEqual(other.Devices.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Role, Devices.Length, Negated);
}

/// <summary>What <c>-m physdev</c> asks besides names.</summary>
public enum PhysdevState
{
    /// <summary><c>--physdev-is-in</c>: the packet came in by a bridge port.</summary>
    In,

    /// <summary><c>--physdev-is-out</c>: it will leave by a bridge port.</summary>
    Out,

    /// <summary><c>--physdev-is-bridged</c>: it is bridged, not routed.</summary>
    Bridged,
}

/// <summary><c>-m physdev --physdev-is-…</c>.</summary>
public sealed record PhysdevMatch(PhysdevState State, bool Negated) : Match(Negated);

/// <summary>Source or destination.</summary>
public enum AddressRole
{
    /// <summary><c>-s</c>.</summary>
    Source,

    /// <summary><c>-d</c>.</summary>
    Destination,
}

/// <summary>An IP address.</summary>
/// <param name="Role">Source or destination.</param>
/// <param name="Addresses">
/// The names of all addresses of the lab that the rule's network, range or list holds. An address that the lab does not know is in
/// none.
/// </param>
/// <param name="Negated">Whether it must be none of them.</param>
public sealed record AddressMatch(AddressRole Role, ImmutableArray<string> Addresses, bool Negated) : Match(Negated)
{
    /// <inheritdoc/>
    public bool Equals(AddressMatch? other) =>
        other is not null && Role == other.Role && Negated == other.Negated && Addresses.AsSpan().SequenceEqual(other.Addresses.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Role, Addresses.Length, Negated);
}

/// <summary>What kind of address it is to this host: <c>-m addrtype</c>, <c>fib … type</c>.</summary>
/// <param name="Role">Source or destination.</param>
/// <param name="Type">In capitals, as iptables writes it: LOCAL, BROADCAST, UNICAST, MULTICAST; any of several with commas between them.</param>
/// <param name="Negated">Whether it must not be of that kind.</param>
public sealed record AddressTypeMatch(AddressRole Role, string Type, bool Negated) : Match(Negated)
{
    /// <summary>The kinds, one by one.</summary>
    public IReadOnlyList<string> Kinds() => Type.Split(',');
}

/// <summary>
/// A MAC address, by who answers to it: a container's name, a bridge's name, or <c>broadcast</c>; for the masks of ebtables
/// <c>multicast</c>, which broadcast is too, and <c>unicast</c>; the address itself where the lab does not know it.
/// </summary>
public sealed record MacMatch(AddressRole Role, string Owner, bool Negated) : Match(Negated);

/// <summary>The protocol of the IP layer: <c>icmp</c>, <c>ipv6-icmp</c>, which is another, <c>tcp</c>, <c>udp</c>, or any other name, which no flow has.</summary>
public sealed record ProtocolMatch(string Protocol, bool Negated) : Match(Negated);

/// <summary>The protocol of the frame, for ebtables and nft: <c>ipv4</c>, <c>ipv6</c>, <c>arp</c>, <c>vlan</c>, <c>pppoe</c> or any other name.</summary>
public sealed record FrameProtocolMatch(string Protocol, bool Negated) : Match(Negated);

/// <summary>A port of TCP or UDP, within any of some ranges.</summary>
public sealed record PortMatch(AddressRole Role, ImmutableArray<PortRange> Ranges, bool Negated) : Match(Negated)
{
    /// <inheritdoc/>
    public bool Equals(PortMatch? other) =>
        other is not null && Role == other.Role && Negated == other.Negated && Ranges.AsSpan().SequenceEqual(other.Ranges.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Role, Ranges.Length, Negated);
}

/// <summary>Ports, both ends included.</summary>
public readonly record struct PortRange(int First, int Last);

/// <summary>Flags of TCP.</summary>
[Flags]
public enum TcpFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>FIN.</summary>
    Fin = 1,

    /// <summary>SYN.</summary>
    Syn = 2,

    /// <summary>RST.</summary>
    Rst = 4,

    /// <summary>PSH.</summary>
    Psh = 8,

    /// <summary>ACK.</summary>
    Ack = 16,

    /// <summary>URG.</summary>
    Urg = 32,
}

/// <summary><c>--tcp-flags Mask Set</c>; <c>--syn</c> is SYN of FIN, SYN, RST and ACK.</summary>
public sealed record TcpFlagsMatch(TcpFlags Mask, TcpFlags Set, bool Negated) : Match(Negated);

/// <summary>The type, and where given the code, of an ICMP or ICMPv6 message.</summary>
public sealed record IcmpTypeMatch(int Type, int? Code, bool Negated) : Match(Negated);

/// <summary>What conntrack says of a packet: <c>--ctstate</c>, <c>ct state</c>, <c>--ctstatus</c>.</summary>
[Flags]
public enum ConntrackStates
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It belongs to no connection and cannot begin one.</summary>
    Invalid = 1,

    /// <summary>It begins a connection, or follows one that was never answered.</summary>
    New = 2,

    /// <summary>Its connection was answered.</summary>
    Established = 4,

    /// <summary>It begins a connection that another one announced, or is an ICMP error about one.</summary>
    Related = 8,

    /// <summary>NOTRACK said so, or conntrack does not deal with its kind.</summary>
    Untracked = 16,

    /// <summary>Its connection's source is rewritten.</summary>
    Snat = 32,

    /// <summary>Its connection's destination is rewritten.</summary>
    Dnat = 64,
}

/// <summary>Any of some states.</summary>
public sealed record ConntrackMatch(ConntrackStates States, bool Negated) : Match(Negated);

/// <summary>The packet's mark: <c>mark and Mask == Value</c>.</summary>
public sealed record MarkMatch(uint Value, uint Mask, bool Negated) : Match(Negated);

/// <summary>To whom the frame is: <c>unicast</c>, <c>broadcast</c>, <c>multicast</c>, <c>host</c>, <c>otherhost</c> (<c>-m pkttype</c>, <c>--pkttype-type</c>).</summary>
public sealed record PacketTypeMatch(string Type, bool Negated) : Match(Negated);

/// <summary>The operation of ARP: 1 asks, 2 answers.</summary>
public sealed record ArpOperationMatch(int Operation, bool Negated) : Match(Negated);

/// <summary>TTL or hop limit, both ends included.</summary>
public sealed record TtlMatch(int First, int Last, bool Negated) : Match(Negated);

/// <summary>A match that the model does not know. Where all others of its rule hold, nobody can say what the rule does.</summary>
/// <param name="Name">The match's name: <c>set</c>, <c>limit</c>, <c>owner</c>.</param>
/// <param name="Negated">As written; it makes no difference.</param>
public sealed record UnknownMatch(string Name, bool Negated) : Match(Negated);
