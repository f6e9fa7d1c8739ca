using Hooktrail.Trails;

namespace Hooktrail.Model.Netfilter;

/// <summary>
/// Connection tracking: finds the connection of a packet as it comes in, and keeps a new one only once its packet has
/// made it through; net/netfilter/nf_conntrack_core.c and nf_conntrack_proto.c (<c>ipv4_conntrack_ops</c>).
/// </summary>
internal static class Conntrack
{
    /// <summary>
    /// The four functions at the IPv4 hooks; none where nothing in the network namespace needs conntrack
    /// (<c>nf_ct_netns_get</c>).
    /// </summary>
    public static IEnumerable<HookRegistration> Registrations(HostProfile profile)
    {
        if (!profile.Conntrack)
            return [];
        return
        [
            new(Family.IPv4, Hook.PreRouting, IpPriority.Conntrack, "nf_conntrack_in", In),
            new(Family.IPv4, Hook.LocalOut, IpPriority.Conntrack, "nf_conntrack_in", In),
            new(Family.IPv4, Hook.PostRouting, IpPriority.ConntrackConfirm, "nf_confirm", Confirm),
            new(Family.IPv4, Hook.LocalIn, IpPriority.ConntrackConfirm, "nf_confirm", Confirm),
        ];
    }

    /// <summary><c>nf_conntrack_in</c>.</summary>
    private static NfVerdict In(Packet packet, in HookState state)
    {
        // Over loopback a packet keeps its connection and comes by a second time; nothing is looked up again.
        if (packet.Connection is not null)
            return NfVerdict.Accept;

        if (Find(packet) is { } connection)
            (packet.Connection, packet.State) = (connection, StateOf(packet, connection));
        return NfVerdict.Accept;
    }

    /// <summary><c>nf_confirm</c>: a packet that was dropped on its way leaves no entry.</summary>
    private static NfVerdict Confirm(Packet packet, in HookState state)
    {
        if (packet.Connection is not null)
            packet.Connections.Entry = packet.Connection;
        return NfVerdict.Accept;
    }

    /// <summary>
    /// <c>resolve_normal_ct</c>: the connection of which the packet is the one or the other direction, or a new one. Null
    /// is INVALID: an echo reply cannot begin a connection (nf_conntrack_proto_icmp.c).
    /// </summary>
    private static Connection? Find(Packet packet)
    {
        var (tuple, known) = (packet.Tuple, packet.Connections.Entry);
        if (known?.Original == tuple)
            return known;
        if (known?.Reply == tuple)
            return packet.Connections.Entry = known.With(ConnectionStatus.SeenReply);
        return packet.Type == IcmpType.EchoRequest ? Connection.Begun(tuple) : null;
    }

    private static ConntrackState StateOf(Packet packet, Connection connection) =>
        connection.Reply == packet.Tuple ? ConntrackState.EstablishedReply
        : connection.Has(ConnectionStatus.SeenReply) ? ConntrackState.Established
        : ConntrackState.New;
}
