using Hooktrail.Model.Netfilter;

namespace Hooktrail.Model;

/// <summary>The kinds of packets, as far as a packet's way depends on them.</summary>
internal enum Kind
{
    EchoRequest,

    EchoReply,

    /// <summary>Destination unreachable, time exceeded; see <see cref="Content.About"/>.</summary>
    IcmpError,

    IcmpRedirect,

    Udp,

    Tcp,

    ArpRequest,

    ArpReply,
}

internal sealed record Content(Kind Kind, Family Family)
{
    public TcpFlags Flags { get; init; }

    /// <summary>The packet that an ICMP error is about.</summary>
    public Packet? About { get; init; }

    /// <summary>ICMP and ICMPv6 have different numbers for the same message; null for other protocols.</summary>
    public (int Type, int Code)? Icmp { get; init; }

    public bool IsIcmp => Kind is Kind.EchoRequest or Kind.EchoReply or Kind.IcmpError or Kind.IcmpRedirect;

    /// <summary>A message of ICMP, or its counterpart in ICMPv6; uapi linux/icmp.h and icmpv6.h.</summary>
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

    /// <summary>Whether it is about another packet.</summary>
    public bool IsIcmpError => Kind is Kind.IcmpError or Kind.IcmpRedirect;

    public string Protocol => Kind switch
    {
        Kind.Udp => "udp",
        Kind.Tcp => "tcp",
        Kind.ArpRequest or Kind.ArpReply => "arp",
        _ => Family == Family.IPv6 ? "ipv6-icmp" : "icmp",
    };
}

/// <summary>A lab address by its name, and a TCP or UDP port; 0 for protocols without ports.</summary>
internal readonly record struct Address(string Name, int Port = 0)
{
    /// <summary>Stands for the port of a client's socket. It is not shown, because it differs each time.</summary>
    public const int AnyPort = -1;

    public override string ToString() =>
        Port <= 0 ? Name : Name.Contains(':') ? $"[{Name}]:{Port}" : $"{Name}:{Port}";
}
