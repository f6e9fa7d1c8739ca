using System.Net;

namespace Hooktrail.Observation;

/// <summary>The packet that an ICMP error is about, as the error quotes it; what it does not quote is null.</summary>
public sealed record InnerPacket
{
    /// <summary>Source address.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>Destination address.</summary>
    public IPAddress? Destination { get; init; }

    /// <summary>IPv4 type of service or IPv6 traffic class, with what <see cref="Sighting.Tos"/> says.</summary>
    public byte Tos { get; init; }

    /// <summary>The protocol as printed, as in <see cref="Sighting.Protocol"/>.</summary>
    public string? Protocol { get; init; }

    /// <summary>Source port of TCP or UDP.</summary>
    public int? SourcePort { get; init; }

    /// <summary>Destination port of TCP or UDP.</summary>
    public int? DestinationPort { get; init; }

    /// <summary>Type of ICMP or ICMPv6.</summary>
    public int? IcmpType { get; init; }

    /// <summary>Sequence number of an echo.</summary>
    public int? IcmpSequence { get; init; }
}
