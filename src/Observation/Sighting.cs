using System.Net;
using Hooktrail.Trails;

namespace Hooktrail.Observation;

/// <summary>
/// One record that a tracepoint wrote: a packet at a hook point, as the kernel prints it, or as nfnetlink_log hands it
/// over. What the kernel did not tell is null.
/// </summary>
public sealed record Sighting
{
    /// <summary>
    /// The record's number in its channel, the kernel log or the log group; records of one packet have ascending numbers
    /// along its way.
    /// </summary>
    public required ulong Sequence { get; init; }

    /// <summary>The channel that it came by, as <see cref="Evidence.Channel"/> names it.</summary>
    public string Channel { get; init; } = Evidence.KernelLog;

    /// <summary>Whose tracepoint wrote it.</summary>
    public required RunId Run { get; init; }

    /// <summary>Where the packet was.</summary>
    public required HookPoint Point { get; init; }

    /// <summary>The record's text, as evidence; of nfnetlink_log, which has none, a line made from the message.</summary>
    public required string Line { get; init; }

    /// <summary>
    /// Whether the record holds all that its format promises for its protocol. One that was cut proves that a packet
    /// was there, but not which.
    /// </summary>
    public required bool IsComplete { get; init; }

    /// <summary>The device the packet came in by; for ebtables a bridge port.</summary>
    public string? In { get; init; }

    /// <summary>The device the packet goes out by; for ebtables a bridge port.</summary>
    public string? Out { get; init; }

    /// <summary>The bridge port it came in by; not printed where it equals <see cref="In"/>.</summary>
    public string? PhysIn { get; init; }

    /// <summary>The bridge port it goes out by; not printed where it equals <see cref="Out"/>.</summary>
    public string? PhysOut { get; init; }

    /// <summary>Source of the frame, as aa:bb:cc:dd:ee:ff.</summary>
    public string? MacSource { get; init; }

    /// <summary>Destination of the frame, as aa:bb:cc:dd:ee:ff.</summary>
    public string? MacDestination { get; init; }

    /// <summary>The frame's EtherType, such as 0x0800.</summary>
    public int? EtherType { get; init; }

    /// <summary>Source address; of an ARP packet the sender's.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>Destination address; of an ARP packet the target's.</summary>
    public IPAddress? Destination { get; init; }

    /// <summary>
    /// IPv4 type of service or IPv6 traffic class. xt LOG prints the IPv4 one in two parts without its lowest bit
    /// (IPTOS_TOS_MASK, IPTOS_PREC_MASK), ebt_log of the IPv6 one the upper four bits only, which stand where they belong
    /// here; 0 where nothing is printed.
    /// </summary>
    public byte Tos { get; init; }

    /// <summary>IPv4 TTL or IPv6 hop limit.</summary>
    public int? Ttl { get; init; }

    /// <summary>Length of the packet in bytes, IP header included.</summary>
    public int? Length { get; init; }

    /// <summary>Identification of the IPv4 header.</summary>
    public int? IpId { get; init; }

    /// <summary>The protocol as printed: <c>ICMP</c>, <c>TCP</c>, or a number; the log of ebtables always has the number.</summary>
    public string? Protocol { get; init; }

    /// <summary>
    /// Where in the whole packet this fragment begins, in bytes; null of a packet that is no fragment.
    /// </summary>
    public int? FragmentOffset { get; init; }

    /// <summary>Whether more fragments of the packet follow.</summary>
    public bool MoreFragments { get; init; }

    /// <summary>Flow label of the IPv6 header.</summary>
    public int? FlowLabel { get; init; }

    /// <summary>How many bytes TCP or UDP carry; xt LOG tells it of UDP only.</summary>
    public int? PayloadLength { get; init; }

    /// <summary>Source port of TCP, UDP and their like.</summary>
    public int? SourcePort { get; init; }

    /// <summary>Destination port of TCP, UDP and their like.</summary>
    public int? DestinationPort { get; init; }

    /// <summary>Sequence number of TCP, where the rule asks for it.</summary>
    public long? TcpSequence { get; init; }

    /// <summary>Acknowledgement number of TCP, where the rule asks for it.</summary>
    public long? TcpAcknowledgement { get; init; }

    /// <summary>Flags of TCP.</summary>
    public TcpFlags? TcpFlags { get; init; }

    /// <summary>Type of ICMP or ICMPv6.</summary>
    public int? IcmpType { get; init; }

    /// <summary>Code of ICMP or ICMPv6.</summary>
    public int? IcmpCode { get; init; }

    /// <summary>Identifier of an echo.</summary>
    public int? IcmpId { get; init; }

    /// <summary>Sequence number of an echo.</summary>
    public int? IcmpSequence { get; init; }

    /// <summary>The packet that an ICMP error is about.</summary>
    public InnerPacket? Inner { get; init; }

    /// <summary>Operation of an ARP packet: 1 request, 2 reply.</summary>
    public int? ArpOperation { get; init; }

    /// <summary>The packet's mark, where it is not 0.</summary>
    public uint? Mark { get; init; }

    /// <summary>User of the local socket, where the rule asks for it.</summary>
    public uint? UserId { get; init; }

    /// <summary>
    /// How conntrack knows the packet, where nfnetlink_log was asked for it; xt LOG cannot tell. Null before conntrack has
    /// seen it, too.
    /// </summary>
    public ConnectionState? Connection { get; init; }
}

/// <summary>
/// The packet in an ICMP error, as far as the error quotes it: what its sender sent, with the addresses of the place where
/// the error is seen.
/// </summary>
/// <param name="Source">Its source.</param>
/// <param name="Destination">Its destination.</param>
public sealed record InnerPacket(IPAddress Source, IPAddress Destination)
{
    /// <summary>IPv4 type of service or IPv6 traffic class, with what <see cref="Sighting.Tos"/> says of it.</summary>
    public byte Tos { get; init; }

    /// <summary>Identification of the IPv4 header.</summary>
    public int? IpId { get; init; }

    /// <summary>The protocol, as in <see cref="Sighting.Protocol"/>.</summary>
    public string? Protocol { get; init; }

    /// <summary>Source port of TCP, UDP and their like.</summary>
    public int? SourcePort { get; init; }

    /// <summary>Destination port of TCP, UDP and their like.</summary>
    public int? DestinationPort { get; init; }

    /// <summary>Sequence number of TCP, where the rule asks for it.</summary>
    public long? TcpSequence { get; init; }

    /// <summary>Type of ICMP or ICMPv6.</summary>
    public int? IcmpType { get; init; }

    /// <summary>Identifier of an echo.</summary>
    public int? IcmpId { get; init; }

    /// <summary>Sequence number of an echo.</summary>
    public int? IcmpSequence { get; init; }
}

/// <summary>Flags of a TCP header, with the values that they have there.</summary>
[Flags]
public enum TcpFlags : byte
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>The sender has no more to send.</summary>
    Fin = 1,

    /// <summary>The connection begins.</summary>
    Syn = 2,

    /// <summary>The connection is refused or cut.</summary>
    Rst = 4,

    /// <summary>The data are to be handed on at once.</summary>
    Psh = 8,

    /// <summary>The acknowledgement number counts.</summary>
    Ack = 16,

    /// <summary>The urgent pointer counts.</summary>
    Urg = 32,

    /// <summary>The sender was told of congestion.</summary>
    Ece = 64,

    /// <summary>The sender has slowed down.</summary>
    Cwr = 128,
}

/// <summary>How conntrack knows a packet: <c>enum ip_conntrack_info</c> of the kernel, with its values.</summary>
public enum ConnectionState
{
    /// <summary>In the direction of the connection's first packet, after a reply was seen.</summary>
    Established = 0,

    /// <summary>About another connection, such as an ICMP error, or expected by a helper.</summary>
    Related = 1,

    /// <summary>In the direction of the connection's first packet, before any reply.</summary>
    New = 2,

    /// <summary>A reply.</summary>
    EstablishedReply = 3,

    /// <summary>About another connection, against its direction.</summary>
    RelatedReply = 4,
}
