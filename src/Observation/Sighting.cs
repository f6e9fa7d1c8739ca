using System.Net;
using Hooktrail.Observation.Nflog;

namespace Hooktrail.Observation;

/// <summary>
/// One record of a tap: a packet at a hook point, as the kernel prints it, or as nfnetlink_log reports it. A field that
/// the kernel did not report is null.
/// </summary>
public sealed record Sighting
{
    /// <summary>
    /// The record's number in its channel, which is the kernel log or the log group. The records of one packet have
    /// ascending numbers along its way.
    /// </summary>
    public required ulong Sequence { get; init; }

    /// <summary>The channel of the record, as named by <see cref="Evidence.Channel"/>.</summary>
    public string Channel { get; init; } = Evidence.KernelLog;

    public required RunId Run { get; init; }

    public required HookPoint Point { get; init; }

    /// <summary>The record's text, as evidence; nfnetlink_log has none, so its line is made from the message.</summary>
    public required string Line { get; init; }

    /// <summary>
    /// Whether the record holds all fields that its format has for the protocol. A record that was cut proves that a
    /// packet was there, but not which one.
    /// </summary>
    public required bool IsComplete { get; init; }

    /// <summary>For ebtables, a bridge port; <see cref="Out"/> likewise.</summary>
    public string? In { get; init; }

    public string? Out { get; init; }

    /// <summary>Not printed if it equals <see cref="In"/>; <see cref="PhysOut"/> likewise.</summary>
    public string? PhysIn { get; init; }

    public string? PhysOut { get; init; }

    /// <summary>As aa:bb:cc:dd:ee:ff.</summary>
    public string? MacSource { get; init; }

    public string? MacDestination { get; init; }

    public int? EtherType { get; init; }

    /// <summary>For ARP, the sender's address.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>For ARP, the target's address.</summary>
    public IPAddress? Destination { get; init; }

    /// <summary>
    /// IPv4 type of service or IPv6 traffic class. xt LOG prints the IPv4 value in two parts, without its lowest bit
    /// (IPTOS_TOS_MASK, IPTOS_PREC_MASK). ebt_log prints only the upper four bits of the IPv6 value, which have their
    /// proper place here. 0 if nothing is printed.
    /// </summary>
    public byte Tos { get; init; }

    /// <summary>IPv4 TTL or IPv6 hop limit.</summary>
    public int? Ttl { get; init; }

    /// <summary>In bytes, with the IP header.</summary>
    public int? Length { get; init; }

    public int? IpId { get; init; }

    /// <summary>As printed: <c>ICMP</c>, <c>TCP</c>, or a number; the log of ebtables always has the number.</summary>
    public string? Protocol { get; init; }

    /// <summary>The fragment's offset in the whole packet, in bytes; null if it is no fragment.</summary>
    public int? FragmentOffset { get; init; }

    public bool MoreFragments { get; init; }

    public int? FlowLabel { get; init; }

    /// <summary>The number of bytes that TCP or UDP carry; xt LOG prints it only for UDP.</summary>
    public int? PayloadLength { get; init; }

    public int? SourcePort { get; init; }

    public int? DestinationPort { get; init; }

    /// <summary>TCP numbers are present only if the rule asks for them.</summary>
    public long? TcpSequence { get; init; }

    public long? TcpAcknowledgement { get; init; }

    public TcpFlags? TcpFlags { get; init; }

    public int? IcmpType { get; init; }

    public int? IcmpCode { get; init; }

    public int? IcmpId { get; init; }

    public int? IcmpSequence { get; init; }

    public InnerPacket? Inner { get; init; }

    /// <summary>1 request, 2 reply.</summary>
    public int? ArpOperation { get; init; }

    /// <summary>Null where it is 0.</summary>
    public uint? Mark { get; init; }

    /// <summary>The owner of the local socket, if the rule asks for it.</summary>
    public uint? UserId { get; init; }

    /// <summary>
    /// How conntrack knows the packet, if nfnetlink_log was asked for it; xt LOG cannot show it. Also null before
    /// conntrack has seen the packet.
    /// </summary>
    public ConnectionState? Connection { get; init; }

    /// <summary>
    /// The rules that the packet met there, in order, if the recorder traces.
    /// </summary>
    public ImmutableArray<TraceStep> Steps { get; init; } = [];

    /// <summary>Whether the kernel's trace has told of the recorder's own rule, so that it tells of the packet.</summary>
    public bool IsTraced { get; init; }

    /// <summary>The hooks' own chains that the packet came to from there on, up to its next record.</summary>
    public ImmutableArray<TracedChain> Chains { get; init; } = [];

    /// <summary>Compares fields that NAT does not change.</summary>
    internal bool IsOfSamePacketAs(Sighting other) =>
        (IpId, FlowLabel, Length, Protocol, FragmentOffset)
            == (other.IpId, other.FlowLabel, other.Length, other.Protocol, other.FragmentOffset)
        && (TcpSequence, TcpFlags, IcmpType, IcmpSequence)
            == (other.TcpSequence, other.TcpFlags, other.IcmpType, other.IcmpSequence);
}

/// <summary>
/// The packet in an ICMP error, as far as the error quotes it: as its sender sent it, with the addresses that are valid
/// at the place where the error is seen.
/// </summary>
public sealed record InnerPacket(IPAddress Source, IPAddress Destination)
{
    /// <summary>With the gaps of <see cref="Sighting.Tos"/>.</summary>
    public byte Tos { get; init; }

    public int? IpId { get; init; }

    public string? Protocol { get; init; }

    public int? SourcePort { get; init; }

    public int? DestinationPort { get; init; }

    public long? TcpSequence { get; init; }

    public int? IcmpType { get; init; }

    public int? IcmpId { get; init; }

    public int? IcmpSequence { get; init; }
}

/// <summary>How conntrack knows a packet: the kernel's <c>enum ip_conntrack_info</c>, with its values.</summary>
public enum ConnectionState
{
    /// <summary>In the direction of the connection's first packet, after a reply was seen.</summary>
    Established = 0,

    /// <summary>About another connection, such as an ICMP error, or expected by a helper.</summary>
    Related = 1,

    /// <summary>In the direction of the connection's first packet, before any reply.</summary>
    New = 2,

    EstablishedReply = 3,

    /// <summary>About another connection, against its direction.</summary>
    RelatedReply = 4,
}
