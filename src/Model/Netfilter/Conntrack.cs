using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Netfilter;

/// <summary>
/// Connection tracking: finds the connection of a packet as it comes in, and keeps a new one only after its packet has
/// passed all hooks; net/netfilter/nf_conntrack_core.c and nf_conntrack_proto.c (<c>ipv4_conntrack_ops</c>,
/// <c>ipv6_conntrack_ops</c>).
/// </summary>
internal static class Conntrack
{
    public const string InName = "nf_conntrack_in";

    private static readonly Condition IsUntracked = new(
        Statement.Notrack, Place.Conntrack, packet => packet.State == ConntrackState.Untracked);

    /// <summary>Over loopback a packet keeps its connection and comes by a second time.</summary>
    private static readonly Condition HasConnection = new(
        Statement.LoopbackKeepsConnection, Place.Conntrack, packet => packet.Connection is not null);

    private static readonly Condition IsEchoReply = new(
        Statement.ReplyNeedsKnown, Place.Conntrack, packet => packet.Content.Kind == Kind.EchoReply);

    /// <summary>
    /// Its functions at the hooks of IPv4 and IPv6, defragmentation included; none where nothing in the network
    /// namespace needs conntrack (<c>nf_ct_netns_get</c>).
    /// </summary>
    public static IEnumerable<HookRegistration> Registrations(HostProfile profile) =>
        Of(Family.IPv4, profile.Conntrack).Concat(Of(Family.IPv6, profile.Conntrack6));

    private static IEnumerable<HookRegistration> Of(Family family, bool needed) => !needed ? [] :
    [
        new(family, Hook.PreRouting, IpPriority.ConntrackDefrag, "nf_defrag", Defragmentation.Gather),
        new(family, Hook.LocalOut, IpPriority.ConntrackDefrag, "nf_defrag", Defragmentation.Gather),
        new(family, Hook.PreRouting, IpPriority.Conntrack, InName, In),
        new(family, Hook.LocalOut, IpPriority.Conntrack, InName, In),
        new(family, Hook.PostRouting, IpPriority.ConntrackConfirm, "nf_confirm", Confirm),
        new(family, Hook.LocalIn, IpPriority.ConntrackConfirm, "nf_confirm", Confirm),
    ];

    /// <summary><c>nf_conntrack_in</c>.</summary>
    private static NfVerdict In(Packet packet, in HookState state)
    {
        if (IsUntracked.Holds(packet) || HasConnection.Holds(packet))
            return NfVerdict.Accept;

        if (packet.Content.About is { } about)
            Relate(packet, about);
        else if (Find(packet) is { } connection)
            (packet.Connection, packet.State) = (connection, StateOf(packet, connection));
        packet.Journal?.Note(
            Place.Conntrack, Recognised(packet), "net/netfilter/nf_conntrack_core.c, resolve_normal_ct");
        return NfVerdict.Accept;
    }

    private static string Recognised(Packet packet) => packet.State switch
    {
        _ when packet.Connection is null =>
            "Conntrack knows no connection that the packet could belong to: it is INVALID.",
        ConntrackState.New => "Conntrack begins a connection: the packet is NEW.",
        ConntrackState.Established => "Conntrack knows the connection: the packet is ESTABLISHED.",
        ConntrackState.EstablishedReply => "Conntrack knows the connection: the packet is an answer, ESTABLISHED.",
        _ => "Conntrack knows the connection that the packet speaks of: it is RELATED.",
    };

    /// <summary>
    /// <c>nf_conntrack_inet_error</c>: an ICMP error belongs to the connection of the packet that it quotes, as that
    /// looked where the error arose. It travels like an answer to that packet.
    /// </summary>
    private static void Relate(Packet packet, Packet about)
    {
        var answer = about.Tuple.Inverse;
        if (packet.Connections.Find(answer) is not { } connection)
            return;
        packet.Connection = connection;
        packet.State = connection.Reply == answer ? ConntrackState.RelatedReply : ConntrackState.Related;
    }

    /// <summary><c>nf_ct_attach</c>: the host's message joins the connection it is about, confirmed or not.</summary>
    public static void Attach(Packet packet, Packet about)
    {
        packet.Connection = about.Connection;
        packet.State = about.State switch
        {
            ConntrackState.Untracked => ConntrackState.Untracked,
            _ when about.Connection is null => ConntrackState.None,
            ConntrackState.EstablishedReply or ConntrackState.RelatedReply => ConntrackState.Related,
            _ => ConntrackState.RelatedReply,
        };
    }

    /// <summary>
    /// <c>nf_confirm</c>: makes a new connection known. A packet that was dropped before leaves none. Answers confirm
    /// nothing.
    /// </summary>
    public static NfVerdict Confirm(Packet packet, in HookState state)
    {
        if (packet.State == ConntrackState.New)
            Confirm(packet);
        return NfVerdict.Accept;
    }

    private static void Confirm(Packet packet)
    {
        var connection = packet.Connection!;
        if (connection.Has(ConnectionStatus.Confirmed))
            return;
        connection.Status |= ConnectionStatus.Confirmed;
        packet.Connections.Add(connection);
        packet.Journal?.Note(Place.Conntrack, Statement.ConfirmedLast);
    }

    /// <summary>
    /// <c>resolve_normal_ct</c>: the connection with the packet's tuple in either direction, or a new one. Null is
    /// INVALID: an echo reply cannot begin a connection (nf_conntrack_proto_icmp.c), nor can some TCP segments
    /// (nf_conntrack_proto_tcp.c, <c>tcp_new</c>).
    /// </summary>
    private static Connection? Find(Packet packet)
    {
        var tuple = packet.Tuple;
        if (packet.Connections.Find(tuple) is { } known)
        {
            if (known.Reply == tuple)
                known.Status |= ConnectionStatus.SeenReply;
            return known;
        }

        return CanBegin(packet) ? new Connection(tuple) : null;
    }

    /// <summary>
    /// Whether a packet may be the first of a connection. A TCP segment need not be a SYN (<c>nf_ct_tcp_loose</c>), but
    /// must not be a reset, a FIN or a SYN-ACK.
    /// </summary>
    private static bool CanBegin(Packet packet)
    {
        var flags = packet.Content.Flags;
        return packet.Content.Kind == Kind.Tcp
            ? flags == TcpFlags.Syn || (flags & (TcpFlags.Syn | TcpFlags.Rst | TcpFlags.Fin)) == 0
            : !IsEchoReply.Holds(packet);
    }

    private static ConntrackState StateOf(Packet packet, Connection connection) =>
        connection.Reply == packet.Tuple ? ConntrackState.EstablishedReply
        : connection.Has(ConnectionStatus.SeenReply) ? ConntrackState.Established
        : ConntrackState.New;
}
