namespace Hooktrail.Observation;

/// <summary>The kind of packet that a sighting shows, for every logger.</summary>
internal static class Kinds
{
    private const TcpFlags Shape = TcpFlags.Syn | TcpFlags.Fin | TcpFlags.Rst | TcpFlags.Ack;

    /// <summary>Null if the lab sends no flows of the protocol.</summary>
    public static Protocol? Protocol(this Sighting sighting) =>
        sighting.ArpOperation is not null ? Trails.Protocol.Arp : Named(sighting.Protocol);

    public static Protocol? Protocol(this InnerPacket inner) => Named(inner.Protocol);

    public static bool IsV6(this Sighting sighting) =>
        sighting.Source?.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;

    /// <summary>
    /// Whether the record has only addresses and ports, which are the same in every packet of a flow. ebt_log prints no
    /// more; all other loggers print the length.
    /// </summary>
    public static bool IsBare(this Sighting sighting) => sighting.Length is null && sighting.ArpOperation is null;

    public static bool IsEchoRequest(int? icmpType, bool v6) => icmpType == (v6 ? 128 : 8);

    public static bool IsEchoReply(int? icmpType, bool v6) => icmpType == (v6 ? 129 : 0);

    /// <summary>
    /// Whether it quotes another packet: destination unreachable, time exceeded, redirect, parameter problem; for
    /// ICMPv6 also packet too big.
    /// </summary>
    public static bool IsIcmpError(this Sighting sighting) => sighting.Protocol() == Trails.Protocol.Icmp
        && (sighting.IsV6() ? sighting.IcmpType is 1 or 2 or 3 or 4 or 137 : sighting.IcmpType is 3 or 5 or 11 or 12);

    /// <summary>Whether it shows a sender a better way, while the packet itself goes on.</summary>
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
        // The last segment of every write has PSH, and each flow of the lab writes once.
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
