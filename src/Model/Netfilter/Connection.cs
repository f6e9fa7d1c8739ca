
namespace Hooktrail.Model.Netfilter;

/// <summary>A packet's place in its connection; <c>enum ip_conntrack_info</c>, and 0 for none.</summary>
internal enum ConntrackState
{
    /// <summary>It belongs to no connection: conntrack has not seen it, or calls it INVALID.</summary>
    None,

    /// <summary>In the direction of the first packet; nothing has come back yet.</summary>
    New,

    /// <summary>In the direction of the first packet, after something came back.</summary>
    Established,

    EstablishedReply,

    /// <summary>An error about a packet of the reply direction.</summary>
    Related,

    /// <summary>An error about a packet of the original direction, or a reset by REJECT.</summary>
    RelatedReply,

    /// <summary>By NOTRACK.</summary>
    Untracked,
}

/// <summary>Which of a packet's addresses NAT rewrites; <c>enum nf_nat_manip_type</c>.</summary>
internal enum Manipulation
{
    /// <summary>POSTROUTING and INPUT.</summary>
    Source,

    /// <summary>PREROUTING and OUTPUT.</summary>
    Destination,
}

/// <summary>
/// By which conntrack recognises the connection of a packet; <c>struct nf_conntrack_tuple</c>. The ICMP type is part of
/// it, so a request and its reply have two tuples.
/// </summary>
internal readonly record struct ConnectionTuple(Address Source, Address Destination, Kind Kind, Family Family)
{
    public ConnectionTuple(Address source, Address destination, Content content)
        : this(source, destination, content.Kind, content.Family)
    {
    }

    /// <summary>The tuple of an answer; <c>nf_ct_invert_tuple</c>.</summary>
    public ConnectionTuple Inverse => new(Destination, Source, InverseKind, Family);

    private Kind InverseKind => Kind switch
    {
        Kind.EchoRequest => Kind.EchoReply,
        Kind.EchoReply => Kind.EchoRequest,
        _ => Kind,
    };
}

/// <summary>What has happened to a connection; the <c>IPS_*</c> bits that matter here.</summary>
[Flags]
internal enum ConnectionStatus
{
    None = 0,

    SeenReply = 1,

    /// <summary><c>IPS_SRC_NAT_DONE</c>: NAT has decided about sources, even if it changes nothing.</summary>
    SourceSettled = 2,

    /// <summary><c>IPS_DST_NAT_DONE</c>: NAT has decided about destinations.</summary>
    DestinationSettled = 4,

    /// <summary><c>IPS_SRC_NAT</c>: sources of the first direction are rewritten.</summary>
    SourceRewritten = 8,

    /// <summary><c>IPS_DST_NAT</c>: destinations of the first direction are rewritten.</summary>
    DestinationRewritten = 16,

    /// <summary><c>IPS_CONFIRMED</c>: a packet of it made it through the host.</summary>
    Confirmed = 32,
}

/// <summary><c>struct nf_conn</c>. All packets of a connection, and their copies, hold the same one.</summary>
internal sealed class Connection(ConnectionTuple first)
{
    /// <summary>As the first packet came in.</summary>
    public ConnectionTuple Original { get; } = first;

    /// <summary>What an answer looks like when it comes in, after NAT.</summary>
    public ConnectionTuple Reply { get; set; } = first.Inverse;

    public ConnectionStatus Status { get; set; }

    /// <summary>Whether NAT rewrites its packets, which rules can ask.</summary>
    public ConntrackStates Nat =>
        (Has(ConnectionStatus.SourceRewritten) ? ConntrackStates.Snat : 0)
        | (Has(ConnectionStatus.DestinationRewritten) ? ConntrackStates.Dnat : 0);

    /// <summary>What rules can ask of it besides <c>Assured</c>.</summary>
    public ConntrackStates States =>
        Nat
        | (Has(ConnectionStatus.SeenReply) ? ConntrackStates.SeenReply : 0)
        | (Has(ConnectionStatus.Confirmed) ? ConntrackStates.Confirmed : 0);

    /// <summary><c>ct->mark</c>.</summary>
    public uint Mark { get; set; }

    /// <summary>Whether any of these has happened.</summary>
    public bool Has(ConnectionStatus status) => (Status & status) != 0;
}
