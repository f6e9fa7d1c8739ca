using Hooktrail.Model.Network;


namespace Hooktrail.Model.Netfilter;

/// <summary>Whether a rule matches, which the model may not know.</summary>
internal enum Truth
{
    No,

    Yes,

    /// <summary>All that the model knows of the rule matches.</summary>
    Unknown,
}

/// <summary>
/// Whether a packet is what a rule asks for; net/netfilter/xt_*.c, nft_*.c and net/bridge/netfilter/ebt_*.c.
/// </summary>
internal static class Matching
{
    public static Truth Of(Rule rule, Packet packet, in HookState state) => All(rule.Matches, packet, in state);

    /// <summary>The first match of a rule whose answer the model does not know for the packet.</summary>
    public static string UnknownOf(Rule rule, Packet packet, in HookState state)
    {
        foreach (var match in rule.Matches)
            if (Of(match, packet, in state) == Truth.Unknown)
                return NameOf(match) ?? "a match";
        throw new ArgumentException($"Of \"{rule}\" the model knows every match.", nameof(rule));
    }

    private static Truth All(ImmutableArray<Match> matches, Packet packet, in HookState state)
    {
        var truth = Truth.Yes;
        foreach (var match in matches)
            switch (Of(match, packet, in state))
            {
                case Truth.No:
                    return Truth.No;
                case Truth.Unknown:
                    truth = Truth.Unknown;
                    break;
            }

        return truth;
    }

    public static Truth Of(Match match, Packet packet, in HookState state) => match switch
    {
        UnknownMatch => Truth.Unknown,
        AnyOfMatch any => Not(any.Negated, Any(any.Alternatives, packet, in state)),
        MacMatch { Role: AddressRole.Source } mac => IsSender(mac, packet, in state),
        FibMatch fib => FibLookup.Of(fib, packet, in state),
        DscpMatch dscp => packet.Family.IsIp() ? Not(dscp.Negated, packet.Dscp.Is(dscp.Value, dscp.Mask)) : Truth.No,
        LengthMatch length => Not(length.Negated, Within(length, packet, in state)),
        VlanMatch when packet.Encapsulation != Encapsulation.Vlan => Truth.No,
        // Without a connection nft ends the rule (nft_ct.c, nft_ct_get_eval), and iptables does not match
        // (xt_connmark.c, connmark_mt; xt_conntrack.c, conntrack_mt), negated or not.
        ConnectionMarkMatch or ConnectionTupleMatch or ConnectionDirectionMatch when packet.Connection is null =>
            Truth.No,
        ConnectionTupleMatch tuple => IsOfTuple(tuple, packet.Connection!, packet.Wiring),
        ConntrackMatch conntrack => Not(conntrack.Negated, HasState(packet, conntrack.States)),
        // A bridge and a device look at no header behind that of PPPoE (net/bridge/netfilter/nf_tables_bridge.c,
        // nft_do_chain_bridge), and then nft ends the rule, negated or not.
        ProtocolMatch or PortMatch or TcpFlagsMatch or IcmpTypeMatch
            when packet.Encapsulation == Encapsulation.PPPoE && state.Family is (Family.Bridge or Family.Netdev) =>
            Truth.No,
        // Only the first part of a fragmented packet has the header of TCP, UDP or ICMP. nft may compare what the
        // program sent in its place (nft_core.c, nft_payload_fast_eval; measured on 6.18), and then another value or a
        // range may hold.
        PortMatch or TcpFlagsMatch or IcmpTypeMatch when packet.Fragment is { Number: > 1 } =>
            match.Negated || match is PortMatch port && port.Ranges.Any(range => range.First != range.Last)
                ? Truth.Unknown
                : Truth.No,
        _ => Holds(match, packet, in state) == match.Negated ? Truth.No : Truth.Yes,
    };

    /// <summary>Whether any of the alternatives holds; unknown if none does for certain, and one may.</summary>
    private static Truth Any(ImmutableArray<ImmutableArray<Match>> alternatives, Packet packet, in HookState state)
    {
        var truth = Truth.No;
        foreach (var alternative in alternatives)
            switch (All(alternative, packet, in state))
            {
                case Truth.Yes:
                    return Truth.Yes;
                case Truth.Unknown:
                    truth = Truth.Unknown;
                    break;
            }

        return truth;
    }

    private static Truth Not(bool negated, Truth truth) => (negated, truth) switch
    {
        (true, Truth.Yes) => Truth.No,
        (true, Truth.No) => Truth.Yes,
        _ => truth,
    };

    /// <summary>What the model does not know if the match's answer is unknown; null if it always has one.</summary>
    private static string? NameOf(Match match) => match switch
    {
        UnknownMatch unknown => unknown.Name,
        AnyOfMatch any => any.Alternatives.SelectMany(one => one).Select(NameOf).OfType<string>().FirstOrDefault(),
        MacMatch { Role: AddressRole.Source } => "the source MAC address",
        FibMatch { Result: FibResult.Device } => "the route back over lo",
        DscpMatch => "the DSCP that the sender writes",
        LengthMatch => "the length of the packet",
        ConnectionTupleMatch => "the identifier of the echo",
        PortMatch or TcpFlagsMatch or IcmpTypeMatch => "what a later fragment has in place of the header",
        ConntrackMatch conntrack when conntrack.States.HasFlag(ConntrackStates.Assured) => "ct status assured",
        _ => null,
    };

    private static bool Holds(Match match, Packet packet, in HookState state) => match switch
    {
        DeviceMatch device => HasName(device.Devices, Device(device.Role, packet, in state)),
        PhysdevMatch physdev =>
            packet.NfBridge is { } info && (physdev.State == PhysdevState.In || info.PhysOut is not null),
        AddressMatch address => packet.Wiring.Names(address, Side(packet, address.Role).Name),
        AddressTypeMatch type => type.Kinds().Contains(FibLookup.TypeOf(packet.Wiring, Side(packet, type.Role).Name)),
        MacMatch mac => packet.Mac is not null && IsOwner(mac.Owner, packet.Mac, packet.Wiring),
        ProtocolMatch protocol => protocol.Protocol == packet.Content.Protocol,
        FrameProtocolMatch protocol => protocol.Protocol == FrameProtocol(packet, protocol.BehindTag),
        PortMatch port => Within(port.Ranges, Side(packet, port.Role).Port),
        TcpFlagsMatch flags => packet.Content.Kind == Kind.Tcp && (packet.Content.Flags & flags.Mask) == flags.Set,
        IcmpTypeMatch type =>
            packet.Content.Icmp is { } icmp && icmp.Type == type.Type && (type.Code ?? icmp.Code) == icmp.Code,
        MarkMatch mark => (packet.Mark & mark.Mask) == mark.Value,
        ConnectionMarkMatch mark => (packet.Connection!.Mark & mark.Mask) == mark.Value,
        ConnectionDirectionMatch direction => direction.Direction == DirectionOf(packet),
        PacketTypeMatch type => type.Type == PacketType(packet, in state),
        ArpOperationMatch arp =>
            arp.Operation == packet.Content.Kind switch { Kind.ArpRequest => 1, Kind.ArpReply => 2, _ => 0 },
        TtlMatch ttl => packet.Ttl >= ttl.First && packet.Ttl <= ttl.Last,
        VlanMatch vlan => Wiring.Vlan >= vlan.First && Wiring.Vlan <= vlan.Last,
        FragmentMatch => packet.Fragment is { Number: > 1 },
        ExtensionHeaderMatch header =>
            header.Header == "frag" && packet is { Family: Family.IPv6, Fragment: not null },
        _ => throw new ArgumentOutOfRangeException(nameof(match), match, "a match that the model should know"),
    };

    private static string? Device(DeviceRole role, Packet packet, in HookState state) => role switch
    {
        DeviceRole.In => state.In,
        DeviceRole.Out => state.Out,
        DeviceRole.PhysIn => packet.NfBridge?.PhysIn,
        DeviceRole.PhysOut => packet.NfBridge?.PhysOut,
        DeviceRole.LogicalIn => BridgeOf(state.In, packet),
        _ => BridgeOf(state.Out, packet),
    };

    private static string? BridgeOf(string? device, Packet packet) =>
        device is not null && packet.Wiring.IsPort(device) ? packet.Wiring.BridgeOf(device) : device;

    /// <summary>
    /// Where the kernel passes no device, the name is empty, and only a bare wildcard matches it
    /// (<c>ifname_compare</c>).
    /// </summary>
    public static bool HasName(ImmutableArray<string> patterns, string? device)
    {
        var name = device ?? "";
        foreach (var pattern in patterns)
        {
            var isWild = pattern[^1] is '+' or '*';
            if (isWild ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == device)
                return true;
        }

        return false;
    }

    private static Address Side(Packet packet, AddressRole role) =>
        role == AddressRole.Source ? packet.Source : packet.Destination;

    // The kernel counts a broadcast as a multicast.
    private static bool IsOwner(string owner, string mac, Wiring wiring) => owner switch
    {
        "multicast" => mac == Wiring.BroadcastMac,
        "unicast" => mac != Wiring.BroadcastMac,
        _ => owner == (wiring.IsPort(mac) ? wiring.Behind(mac, owner)?.Name : mac),
    };

    /// <summary>
    /// The kernel takes a VLAN tag out of the frame and keeps it beside (net/core/skbuff.c, <c>skb_vlan_untag</c>).
    /// </summary>
    private static string FrameProtocol(Packet packet, bool behindTag) => packet.Encapsulation switch
    {
        Encapsulation.Vlan when !behindTag => "vlan",
        Encapsulation.PPPoE => "pppoe",
        _ => packet.Family switch { Family.IPv4 => "ipv4", Family.IPv6 => "ipv6", _ => "arp" },
    };

    private static bool Within(ImmutableArray<PortRange> ranges, int port)
    {
        // A client's port is a high one.
        var actual = port == Address.AnyPort ? 40000 : port;
        foreach (var range in ranges)
            if (actual >= range.First && actual <= range.Last)
                return true;
        return false;
    }

    /// <summary>
    /// The MAC address of the sender, which the model knows where the frame is still on the sender's port; an address
    /// without a name may be anyone's. Over loopback no address matches (xt_mac.c, <c>mac_mt</c>; nft_payload.c).
    /// </summary>
    private static Truth IsSender(MacMatch mac, Packet packet, in HookState state)
    {
        var port = state.In is { } device && packet.Wiring.IsPort(device) ? device : null;
        port ??= state.In is null ? null : packet.NfBridge?.PhysIn;
        if (state.In == LabNames.Loopback)
            return Truth.No;
        return port is null || !packet.Wiring.IsPort(port) || mac.Owner.Contains(':') ? Truth.Unknown
            : Not(mac.Negated, IsOwner(mac.Owner, port, packet.Wiring) ? Truth.Yes : Truth.No);
    }

    /// <summary>
    /// Bytes from the IP header on. What a program sends besides the headers is not known, nor which options TCP has.
    /// At egress the frame's header counts too.
    /// </summary>
    private static Truth Within(LengthMatch length, Packet packet, in HookState state)
    {
        if (packet.Fragment is not null || state.Hook == Hook.Egress)
            return Truth.Unknown;
        var header = packet.Family == Family.IPv6 ? 40 : 20;
        var (first, last) = packet.Content.Kind switch
        {
            Kind.ArpRequest or Kind.ArpReply => (28, 28),
            Kind.Tcp when !packet.Content.Flags.HasFlag(TcpFlags.Psh) => (header + 20, header + 60),
            Kind.Tcp => (header + 21, ushort.MaxValue),
            _ => (header + 8, ushort.MaxValue),
        };
        return first >= length.First && last <= length.Last ? Truth.Yes
            : last < length.First || first > length.Last ? Truth.No
            : Truth.Unknown;
    }

    private static Truth IsOfTuple(ConnectionTupleMatch match, Connection connection, Wiring wiring)
    {
        var tuple = match.Direction == ConnectionDirection.Original ? connection.Original : connection.Reply;
        Address Of(AddressRole role) => role == AddressRole.Source ? tuple.Source : tuple.Destination;
        var holds = match.Part switch
        {
            AddressMatch address => wiring.Names(address, Of(address.Role).Name),
            PortMatch port => IsOfPorts(port, tuple),
            ProtocolMatch protocol => protocol.Protocol == new Content(tuple.Kind, tuple.Family).Protocol,
            FrameProtocolMatch protocol => protocol.Protocol == (tuple.Family == Family.IPv4 ? "ipv4" : "ipv6"),
            _ => throw new ArgumentOutOfRangeException(nameof(match), match, "a part that no tuple has"),
        };
        return holds is null ? Truth.Unknown : holds == match.Negated ? Truth.No : Truth.Yes;
    }

    /// <summary>
    /// Null for the identifier of an echo, which differs each time. It stands where others have the source port, and
    /// type and code where they have the other (nf_conntrack_tuple.h, <c>union nf_conntrack_man_proto</c>).
    /// </summary>
    private static bool? IsOfPorts(PortMatch port, ConnectionTuple tuple)
    {
        var isSource = port.Role == AddressRole.Source;
        return tuple.Kind switch
        {
            Kind.Tcp or Kind.Udp => Within(port.Ranges, (isSource ? tuple.Source : tuple.Destination).Port),
            _ when isSource => null,
            Kind.EchoRequest => Within(port.Ranges, (tuple.Family == Family.IPv4 ? 8 : 128) << 8),
            Kind.EchoReply => Within(port.Ranges, (tuple.Family == Family.IPv4 ? 0 : 129) << 8),
            _ => null,
        };
    }

    /// <summary><c>CTINFO2DIR</c>.</summary>
    private static ConnectionDirection DirectionOf(Packet packet) =>
        packet.State is ConntrackState.EstablishedReply or ConntrackState.RelatedReply
            ? ConnectionDirection.Reply
            : ConnectionDirection.Original;

    /// <summary>
    /// Only a connection that was answered becomes assured: one of TCP by the third packet, one of UDP after a while
    /// (nf_conntrack_proto_udp.c), one of ICMP never.
    /// </summary>
    private static Truth HasState(Packet packet, ConntrackStates states) =>
        (StatesOf(packet) & states) != 0 ? Truth.Yes
        : states.HasFlag(ConntrackStates.Assured) && packet.Connection is { } connection
            && connection.Has(ConnectionStatus.SeenReply) && connection.Original.Kind is Kind.Tcp or Kind.Udp
            ? Truth.Unknown
            : Truth.No;

    private static ConntrackStates StatesOf(Packet packet) => packet.State switch
    {
        ConntrackState.New => ConntrackStates.New,
        ConntrackState.Established or ConntrackState.EstablishedReply => ConntrackStates.Established,
        ConntrackState.Related or ConntrackState.RelatedReply => ConntrackStates.Related,
        ConntrackState.Untracked => ConntrackStates.Untracked,
        _ => ConntrackStates.Invalid,
    } | (packet.Connection?.States ?? 0);

    // The host hears the broadcasts that it sends. Rules take their packet type from the address (net/core/dev.c,
    // dev_loopback_xmit; xt_pkttype.c, pkttype_mt; nft_meta.c, nft_meta_get_eval_pkttype_lo).
    private static bool IsLoopedBack(Packet packet, in HookState state) =>
        packet.Mac is null && state.In is not null && packet.Wiring.IsBroadcast(packet.Destination.Name);

    // Of what the host itself sends, the type is host (net/core/skbuff.c: a new packet has PACKET_HOST, which is 0),
    // and br_netfilter gives IP what is for others as its own (br_netfilter_hooks.c, setup_pre_routing,
    // br_nf_forward_ip).
    private static string PacketType(Packet packet, in HookState state) =>
        packet.Mac == Wiring.BroadcastMac || IsLoopedBack(packet, in state) ? "broadcast"
        : state.Family == Family.Bridge && packet.IsForOthers ? "otherhost"
        : "host";
}
