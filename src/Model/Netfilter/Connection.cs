namespace Hooktrail.Model.Netfilter;

/// <summary>The two ICMP messages of an echo.</summary>
internal enum IcmpType
{
    /// <summary>Type 8.</summary>
    EchoRequest,

    /// <summary>Type 0.</summary>
    EchoReply,
}

/// <summary>A packet's place in its connection; <c>enum ip_conntrack_info</c>, and 0 for none.</summary>
internal enum ConntrackState
{
    /// <summary>It belongs to no connection: conntrack has not seen it, or calls it INVALID.</summary>
    None,

    /// <summary>In the direction of the first packet, and nothing has come back yet.</summary>
    New,

    /// <summary>In the direction of the first packet, after something came back.</summary>
    Established,

    /// <summary>In the direction back.</summary>
    EstablishedReply,
}

/// <summary>Which of a packet's addresses NAT rewrites; <c>enum nf_nat_manip_type</c>.</summary>
internal enum Manipulation
{
    /// <summary>The source: POSTROUTING and INPUT.</summary>
    Source,

    /// <summary>The destination: PREROUTING and OUTPUT.</summary>
    Destination,
}

/// <summary>
/// What conntrack recognises a packet's connection by; <c>struct nf_conntrack_tuple</c>. The ICMP type is part of it,
/// so that a request and a reply between the same two addresses are two tuples.
/// </summary>
internal readonly record struct ConnectionTuple(string Source, string Destination, IcmpType Type)
{
    /// <summary>The tuple of an answer; <c>nf_ct_invert_tuple</c>.</summary>
    public ConnectionTuple Inverse =>
        new(Destination, Source, Type == IcmpType.EchoRequest ? IcmpType.EchoReply : IcmpType.EchoRequest);
}

/// <summary>What has happened to a connection; those of the <c>IPS_*</c> bits that matter here.</summary>
[Flags]
internal enum ConnectionStatus
{
    /// <summary>Nothing yet.</summary>
    None = 0,

    /// <summary><c>IPS_SEEN_REPLY</c>.</summary>
    SeenReply = 1,

    /// <summary><c>IPS_SRC_NAT_DONE</c>: what becomes of sources is settled, be it that nothing does.</summary>
    SourceSettled = 2,

    /// <summary><c>IPS_DST_NAT_DONE</c>: what becomes of destinations is settled.</summary>
    DestinationSettled = 4,

    /// <summary><c>IPS_SRC_NAT</c>: sources of the first direction are rewritten.</summary>
    SourceRewritten = 8,

    /// <summary><c>IPS_DST_NAT</c>: destinations of the first direction are rewritten.</summary>
    DestinationRewritten = 16,
}

/// <summary>
/// An entry of conntrack; <c>struct nf_conn</c>. <paramref name="Reply"/> is what an answer will look like when it
/// comes in, so that it holds what NAT did.
/// </summary>
internal sealed record Connection(ConnectionTuple Original, ConnectionTuple Reply, ConnectionStatus Status)
{
    /// <summary>A connection of which <paramref name="first"/> is the first packet.</summary>
    public static Connection Begun(ConnectionTuple first) => new(first, first.Inverse, ConnectionStatus.None);

    /// <summary>Whether any of these has happened.</summary>
    public bool Has(ConnectionStatus status) => (Status & status) != 0;

    /// <summary>Notes that these have happened.</summary>
    public Connection With(ConnectionStatus status) => this with { Status = Status | status };
}
