using Hooktrail.Model.Netfilter;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Model;

/// <summary>The kinds of packets, as far as a packet's way depends on them.</summary>
internal enum Kind
{
    /// <summary>ICMP or ICMPv6 echo request.</summary>
    EchoRequest,

    /// <summary>The answer to it.</summary>
    EchoReply,

    /// <summary>
    /// An ICMP error: what it is about is in <see cref="Content.About"/>. Destination unreachable, time exceeded.
    /// </summary>
    IcmpError,

    /// <summary>An ICMP redirect: there is a shorter way.</summary>
    IcmpRedirect,

    /// <summary>A datagram.</summary>
    Udp,

    /// <summary>A segment.</summary>
    Tcp,

    /// <summary>Who has this address?</summary>
    ArpRequest,

    /// <summary>I have it.</summary>
    ArpReply,
}

/// <summary>What a packet is.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Family">IPv4, IPv6 or ARP.</param>
internal sealed record Content(Kind Kind, Family Family)
{
    /// <summary>The flags of a TCP segment.</summary>
    public TcpFlags Flags { get; init; }

    /// <summary>The packet that an ICMP error is about.</summary>
    public Packet? About { get; init; }

    /// <summary>Type and code of a message of ICMP or ICMPv6, which have other numbers for the same; null for what is none.</summary>
    public (int Type, int Code)? Icmp { get; init; }

    /// <summary>Whether it is ICMP of either version.</summary>
    public bool IsIcmp => Kind is Kind.EchoRequest or Kind.EchoReply or Kind.IcmpError or Kind.IcmpRedirect;

    /// <summary>A message of ICMP, or the one of ICMPv6 that says the same; uapi linux/icmp.h and icmpv6.h.</summary>
    public static Content OfIcmp(Kind kind, Family family, (int Type, int Code) icmp) => new(kind, family)
    {
        Icmp = family == Family.IPv4 ? icmp : icmp.Type switch
        {
            8 => (128, 0),
            0 => (129, 0),
            5 => (137, 0),
            11 => (3, icmp.Code),
            _ => (1, icmp.Code switch { 0 => 0, 1 => 3, 3 => 4, _ => 1 }),
        },
    };

    /// <summary>Whether it speaks of another packet.</summary>
    public bool IsIcmpError => Kind is Kind.IcmpError or Kind.IcmpRedirect;

    /// <summary>The name of its protocol in rules.</summary>
    public string Protocol => Kind switch
    {
        Kind.Udp => "udp",
        Kind.Tcp => "tcp",
        Kind.ArpRequest or Kind.ArpReply => "arp",
        _ => Family == Family.IPv6 ? "ipv6-icmp" : "icmp",
    };
}

/// <summary>An address of the lab by its name, and the port of TCP and UDP; 0 for protocols without.</summary>
internal readonly record struct Address(string Name, int Port = 0)
{
    /// <summary>
    /// The port that stands for the one that a client's socket was given. It is not shown, as it is another each time.
    /// </summary>
    public const int AnyPort = -1;

    /// <inheritdoc/>
    public override string ToString() => Port > 0 ? $"{Name}:{Port}" : Name;
}
