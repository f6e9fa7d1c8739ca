using System.Net;

namespace Hooktrail.Observation;

/// <summary>
/// One record that a tap wrote: a packet at a hook point, as the kernel prints it, or as nfnetlink_log hands it
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

    public required RunId Run { get; init; }

    public required HookPoint Point { get; init; }

    /// <summary>The record's text, as evidence; of nfnetlink_log, which has none, a line made from the message.</summary>
    public required string Line { get; init; }

    /// <summary>
    /// Whether the record holds all that its format promises for its protocol. One that was cut proves that a packet
    /// was there, but not which.
    /// </summary>
    public required bool IsComplete { get; init; }

    /// <summary>For ebtables, as <see cref="Out"/>, a bridge port.</summary>
    public string? In { get; init; }

    public string? Out { get; init; }

    /// <summary>Not printed where it equals <see cref="In"/>; <see cref="PhysOut"/> likewise.</summary>
    public string? PhysIn { get; init; }

    public string? PhysOut { get; init; }

    /// <summary>As aa:bb:cc:dd:ee:ff.</summary>
    public string? MacSource { get; init; }

    public string? MacDestination { get; init; }

    public int? EtherType { get; init; }

    /// <summary>Of an ARP packet the sender's.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>Of an ARP packet the target's.</summary>
    public IPAddress? Destination { get; init; }

    /// <summary>
    /// IPv4 type of service or IPv6 traffic class. xt LOG prints the IPv4 one in two parts without its lowest bit
    /// (IPTOS_TOS_MASK, IPTOS_PREC_MASK), ebt_log of the IPv6 one the upper four bits only, which stand where they belong
    /// here; 0 where nothing is printed.
    /// </summary>
    public byte Tos { get; init; }

    /// <summary>IPv4 TTL or IPv6 hop limit.</summary>
    public int? Ttl { get; init; }

    /// <summary>In bytes, IP header included.</summary>
    public int? Length { get; init; }

    public int? IpId { get; init; }

    /// <summary>As printed: <c>ICMP</c>, <c>TCP</c>, or a number; the log of ebtables always has the number.</summary>
    public string? Protocol { get; init; }

    /// <summary>Where in the whole packet the fragment begins, in bytes; null where it is no fragment.</summary>
    public int? FragmentOffset { get; init; }

    public bool MoreFragments { get; init; }

    public int? FlowLabel { get; init; }

    /// <summary>How many bytes TCP or UDP carry; xt LOG tells it of UDP only.</summary>
    public int? PayloadLength { get; init; }

    public int? SourcePort { get; init; }

    public int? DestinationPort { get; init; }

    /// <summary>TCP numbers are there only where the rule asks for them.</summary>
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

    /// <summary>The owner of the local socket, where the rule asks for it.</summary>
    public uint? UserId { get; init; }

    /// <summary>
    /// How conntrack knows the packet, where nfnetlink_log was asked for it; xt LOG cannot tell. Null before conntrack has
    /// seen it, too.
    /// </summary>
    public ConnectionState? Connection { get; init; }
}

/// <summary>
/// The packet in an ICMP error, as far as the error quotes it: what its sender sent, with the addresses of the place
/// where the error is seen.
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

/// <summary>How conntrack knows a packet: <c>enum ip_conntrack_info</c> of the kernel, with its values.</summary>
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
