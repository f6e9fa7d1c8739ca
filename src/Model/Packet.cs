using Hooktrail.Model.Accounting;
using Hooktrail.Model.Netfilter;
using Hooktrail.Model.Network;

namespace Hooktrail.Model;

/// <summary>
/// One packet on its way through the host (<c>struct sk_buff</c>), with all that its way depends on. Its
/// <see cref="Passage"/> holds the hops.
/// </summary>
internal sealed class Packet
{
    private static readonly Condition KeepsItsPort = new(
        Statement.PhysInStays, null, packet => packet.NfBridge is not null);

    // Each hop has them, and NAT seldom changes them.
    private string? _sourceText;
    private string? _destinationText;

    public Packet(Host host, ConnectionTable connections, Content content, Address source, Address destination)
    {
        (Host, Connections, Content, Source, Destination) = (host, connections, content, source, destination);
        Dscp = content is { IsIcmpError: true, Family: Family.IPv4 } ? Dscp.OfIcmpError : Dscp.OfSender;
        Passage = new(host.Notes);
    }

    private Packet(Packet original)
    {
        (Host, Connections, Content, Source, Destination) =
            (original.Host, original.Connections, original.Content, original.Source, original.Destination);
        (Passage, Device, Mac, Vlan) = (original.Passage, original.Device, original.Mac, original.Vlan);
        (RouteDevice, Gateway, IsUnbound) = (original.RouteDevice, original.Gateway, original.IsUnbound);
        (Connection, State) = (original.Connection, original.State);
        (Ttl, Mark, Dscp) = (original.Ttl, original.Mark, original.Dscp);
        (Fragment, Reassembled, Encapsulation) = (original.Fragment, original.Reassembled, original.Encapsulation);
        NfBridge = original.NfBridge?.Copy();
        IsStray = original.IsStray;
    }

    public Host Host { get; }

    public Wiring Wiring => Host.Wiring;

    public ConnectionTable Connections { get; }

    public Content Content { get; }

    public Family Family => Content.Family;

    public Address Source
    {
        get;
        set => (field, _sourceText) = (value, null);
    }

    public Address Destination
    {
        get;
        set => (field, _destinationText) = (value, null);
    }

    /// <summary>
    /// Holds the hops. The copies of a broadcast share one passage, and so do the fragments of a packet.
    /// </summary>
    public Passage Passage { get; private init; }

    public Journal? Journal => Passage.Journal;

    /// <summary>The device that the packet is on (<c>skb->dev</c>); null for one that the host has just made.</summary>
    public string? Device { get; set; }

    /// <summary>
    /// The destination MAC address, by its owner: a bridge, one of its ports, or <see cref="Wiring.BroadcastMac"/>;
    /// null where no bridge is involved.
    /// </summary>
    public string? Mac { get; set; }

    /// <summary>The VLAN that the frame belongs to within a bridge that tells them apart; else null.</summary>
    public int? Vlan { get; set; }

    /// <summary>The device that the route leads to (<c>skb_dst(skb)->dev</c>).</summary>
    public string? RouteDevice { get; set; }

    /// <summary>
    /// Whether its sender left the choice of its source to the route, which is then looked up without one.
    /// </summary>
    public bool IsUnbound { get; set; }

    /// <summary>The only device that its route may lead to; null for any.</summary>
    public string? MustLeaveBy { get; set; }

    /// <summary>The router that the route leads to; null for a neighbour.</summary>
    public string? Gateway { get; set; }

    /// <summary>Null where br_netfilter never had the packet.</summary>
    public NfBridgeInfo? NfBridge { get; set; }

    /// <summary><c>nf_ct_get</c>; null before conntrack, and where conntrack knows no connection.</summary>
    public Connection? Connection { get; set; }

    public ConntrackState State { get; set; }

    public int Ttl { get; set; } = 64;

    /// <summary><c>skb->mark</c>.</summary>
    public uint Mark { get; set; }

    /// <summary>The upper six bits of TOS, or of the traffic class.</summary>
    public Dscp Dscp { get; set; }

    /// <summary>What rules can change of it.</summary>
    public Marks Marks
    {
        get => new(Mark, Connection?.Mark ?? 0, Ttl, Dscp, State);
        set
        {
            (Mark, Ttl, Dscp, State) = (value.Mark, value.Ttl, value.Dscp, value.State);
            if (Connection is not null)
                Connection.Mark = value.Connection;
        }
    }

    /// <summary>
    /// Whether its frame came in for another MAC address than the bridge's (<c>PACKET_OTHERHOST</c>). This does not
    /// change where br_netfilter gives the frame a neighbour's MAC address.
    /// </summary>
    public bool IsForOthers { get; set; }

    /// <summary>
    /// Whether the bridge hands it up because it is promiscuous (<c>BR_INPUT_SKB_CB(skb)->promisc</c>).
    /// </summary>
    public bool IsPromiscuousCopy { get; set; }

    /// <summary>
    /// Whether it is one of the copies that a bridge sends by every port because it does not know the MAC address.
    /// </summary>
    public bool IsStray { get; set; }

    /// <summary>Null for a whole packet.</summary>
    public Fragment? Fragment { get; set; }

    /// <summary>The number of fragments that it was put together from; 1 for a packet that came whole.</summary>
    public int Reassembled { get; set; } = 1;

    public Encapsulation Encapsulation { get; init; }

    public ConnectionTuple Tuple => new(Source, Destination, Content);

    /// <summary>A copy that goes another way (<c>skb_clone</c>).</summary>
    public Packet Clone() => new(this);

    /// <summary>One of the fragments of this packet.</summary>
    public Packet Part(int number, int of) => new(this) { Fragment = new(number, of), Reassembled = 1 };

    /// <summary>Notes that the packet crosses a hook point, as a LOG rule there would print it.</summary>
    public void Cross(HookPoint point, Family family, in HookState state)
    {
        // The log of the bridge family prints only the ports. Where a packet has no device in, as at egress, nft's log
        // groups leave out the port too (net/netfilter/nfnetlink_log.c, __build_packet_message).
        var isOfBridge = NfBridge is { PhysOut: not null } || state.Hook == Hook.PreRouting;
        var bridging = (family.IsIp() || state.Hook == Hook.Ingress) && (isOfBridge || KeepsItsPort.Holds(this))
            ? NfBridge
            : null;
        // Neither the bridge nor a device looks behind a PPPoE header. A VLAN tag is kept beside the frame
        // (net/core/skbuff.c, skb_vlan_untag).
        var hidden = family is Family.Bridge or Family.Netdev && Encapsulation == Encapsulation.PPPoE;
        var hop = new Hop(
            point, state.In, state.Out, bridging?.PhysIn, bridging?.PhysOut,
            hidden ? null : _sourceText ??= Source.ToString(), hidden ? null : _destinationText ??= Destination.ToString());
        Passage.Add(hop);
        Connections.Choices.Note(hop);
    }

    public void End(Outcome how) => Passage.End(how);

    public void Deliver(Endpoint to) => Passage.Deliver(
        to, Source, Destination, Device, Fragment is not null);

    /// <summary>The kernel discards the packet between two hooks.</summary>
    public void Vanish(string reason) => End(Outcome.Vanished(Passage.Last, reason));
}

/// <summary>Which of how many fragments a packet is, from 1.</summary>
internal readonly record struct Fragment(int Number, int Of);
