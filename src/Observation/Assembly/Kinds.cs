namespace Hooktrail.Observation;

/// <summary>What a sighting is, whichever logger wrote it.</summary>
internal static class Kinds
{
    private const TcpFlags Shape = TcpFlags.Syn | TcpFlags.Fin | TcpFlags.Rst | TcpFlags.Ack;

    /// <summary>Null where the lab has no such flows.</summary>
    public static Protocol? Protocol(this Sighting sighting) =>
        sighting.ArpOperation is not null ? Trails.Protocol.Arp : Named(sighting.Protocol);

    public static Protocol? Protocol(this InnerPacket inner) => Named(inner.Protocol);

    public static bool IsV6(this Sighting sighting) => sighting.Source?.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;

    /// <summary>
    /// Whether it holds only addresses and ports, which do not tell one packet of a flow from the next: what ebt_log
    /// prints. All others print the length.
    /// </summary>
    public static bool IsBare(this Sighting sighting) => sighting.Length is null && sighting.ArpOperation is null;

    public static bool IsEchoRequest(int? icmpType, bool v6) => icmpType == (v6 ? 128 : 8);

    public static bool IsEchoReply(int? icmpType, bool v6) => icmpType == (v6 ? 129 : 0);

    /// <summary>
    /// Whether it is about another packet: destination unreachable, time exceeded, redirect, parameter problem; of ICMPv6
    /// packet too big besides.
    /// </summary>
    public static bool IsIcmpError(this Sighting sighting) => sighting.Protocol() == Trails.Protocol.Icmp
        && (sighting.IsV6() ? sighting.IcmpType is 1 or 2 or 3 or 4 or 137 : sighting.IcmpType is 3 or 5 or 11 or 12);

    /// <summary>Whether it tells a sender of a better way, while the packet itself goes on.</summary>
    public static bool IsRedirect(this Sighting sighting) => sighting.IcmpType == (sighting.IsV6() ? 137 : 5);

    public static bool IsReset(this Sighting sighting) => sighting.TcpFlags is { } flags && (flags & TcpFlags.Rst) != 0;

    /// <summary>Null without flags.</summary>
    public static TcpKind? Tcp(TcpFlags? flags, int? payload) => (flags & Shape) switch
    {
        null => null,
        TcpFlags.Syn => TcpKind.Syn,
        TcpFlags.Syn | TcpFlags.Ack => TcpKind.SynAck,
        var some when (some & TcpFlags.Rst) != 0 => TcpKind.Reset,
        var some when (some & TcpFlags.Fin) != 0 => TcpKind.Fin,
        // The last segment of every write has PSH, and the flows of the lab write once.
        _ => payload > 0 || (flags & TcpFlags.Psh) != 0 ? TcpKind.Data : TcpKind.Ack,
    };

    private static Protocol? Named(string? name) => name switch
    {
        "TCP" or "6" => Trails.Protocol.Tcp,
        "UDP" or "17" => Trails.Protocol.Udp,
        "ICMP" or "1" or "ICMPv6" or "58" => Trails.Protocol.Icmp,
        _ => null,
    };
}

internal enum TcpKind
{
    Syn,
    SynAck,
    Ack,
    Data,
    Fin,
    Reset,
}
