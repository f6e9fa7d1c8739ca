using System.Net;
using Hooktrail.Trails;

namespace Hooktrail.Observation;

/// <summary>
/// One record that a tracepoint wrote: a packet at a hook point, as the kernel prints it. What the kernel did not print
/// is null.
/// </summary>
public sealed record Sighting
{
    /// <summary>The record's number in the kernel log; records of one packet have ascending numbers along its way.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>Whose tracepoint wrote it.</summary>
    public required RunId Run { get; init; }

    /// <summary>Where the packet was.</summary>
    public required HookPoint Point { get; init; }

    /// <summary>The record's text, as evidence.</summary>
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

    /// <summary>Identification of the IPv4 header, or of an IPv6 fragment header.</summary>
    public int? IpId { get; init; }

    /// <summary>Whether more fragments of the same packet follow this one.</summary>
    public bool MoreFragments { get; init; }

    /// <summary>Where in its packet this fragment begins, in bytes; 0 for the first, and for a whole packet.</summary>
    public int FragmentOffset { get; init; }

    /// <summary>The protocol as printed: <c>ICMP</c>, <c>TCP</c>, or a number; ebtables always prints the number.</summary>
    public string? Protocol { get; init; }

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

    /// <summary>Bytes behind the header of TCP or UDP. xt LOG does not tell those of TCP.</summary>
    public int? PayloadLength { get; init; }

    /// <summary>Type of ICMP or ICMPv6.</summary>
    public int? IcmpType { get; init; }

    /// <summary>Code of ICMP or ICMPv6.</summary>
    public int? IcmpCode { get; init; }

    /// <summary>Identifier of an echo.</summary>
    public int? IcmpId { get; init; }

    /// <summary>Sequence number of an echo.</summary>
    public int? IcmpSequence { get; init; }

    /// <summary>The packet that an ICMP error is about, as far as the error quotes it.</summary>
    public InnerPacket? Inner { get; init; }

    /// <summary>Operation of an ARP packet: 1 request, 2 reply.</summary>
    public int? ArpOperation { get; init; }

    /// <summary>The packet's mark, where it is not 0.</summary>
    public uint? Mark { get; init; }

    /// <summary>User of the local socket, where the rule asks for it.</summary>
    public uint? UserId { get; init; }
}
