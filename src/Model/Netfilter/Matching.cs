
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
    public static Truth Of(Rule rule, Packet packet, in HookState state)
    {
        var truth = Truth.Yes;
        foreach (var match in rule.Matches)
            if (UnknownName(match) is not null)
                truth = Truth.Unknown;
            else if (Holds(match, packet, in state) == match.Negated)
                return Truth.No;
        return truth;
    }

    /// <summary>The first match of a rule that the model does not know.</summary>
    public static string UnknownOf(Rule rule) => rule.Matches.Select(UnknownName).OfType<string>().First();

    // The model does not follow source MAC addresses, because only the destination decides a way.
    private static string? UnknownName(Match match) => match switch
    {
        UnknownMatch unknown => unknown.Name,
        MacMatch { Role: AddressRole.Source } => "the source MAC address",
        _ => null,
    };

    private static bool Holds(Match match, Packet packet, in HookState state) => match switch
    {
        DeviceMatch device => HasName(device.Devices, Device(device.Role, packet, in state)),
        PhysdevMatch physdev =>
            packet.NfBridge is { } info && (physdev.State == PhysdevState.In || info.PhysOut is not null),
        AddressMatch address => address.Addresses.Contains(Side(packet, address.Role).Name),
        AddressTypeMatch type => type.Kinds().Contains(TypeOf(Side(packet, type.Role).Name)),
        MacMatch mac => packet.Mac is not null && IsOwner(mac.Owner, packet.Mac),
        ProtocolMatch protocol => protocol.Protocol == packet.Content.Protocol,
        FrameProtocolMatch protocol => protocol.Protocol == FrameProtocol(packet),
        PortMatch port => Within(port.Ranges, Side(packet, port.Role).Port),
        TcpFlagsMatch flags => packet.Content.Kind == Kind.Tcp && (packet.Content.Flags & flags.Mask) == flags.Set,
        IcmpTypeMatch type =>
            packet.Content.Icmp is { } icmp && icmp.Type == type.Type && (type.Code ?? icmp.Code) == icmp.Code,
        ConntrackMatch conntrack => (StatesOf(packet) & conntrack.States) != 0,
        MarkMatch mark => (packet.Mark & mark.Mask) == mark.Value,
        PacketTypeMatch type => type.Type == PacketType(packet, in state),
        ArpOperationMatch arp =>
            arp.Operation == packet.Content.Kind switch { Kind.ArpRequest => 1, Kind.ArpReply => 2, _ => 0 },
        TtlMatch ttl => packet.Ttl >= ttl.First && packet.Ttl <= ttl.Last,
        _ => throw new ArgumentOutOfRangeException(nameof(match), match, "a match that the model should know"),
    };

    private static string? Device(DeviceRole role, Packet packet, in HookState state) => role switch
    {
        DeviceRole.In => state.In,
        DeviceRole.Out => state.Out,
        DeviceRole.PhysIn => packet.NfBridge?.PhysIn,
        DeviceRole.PhysOut => packet.NfBridge?.PhysOut,
        DeviceRole.LogicalIn => BridgeOf(state.In),
        _ => BridgeOf(state.Out),
    };

    private static string? BridgeOf(string? device) =>
        device is not null && Lab.IsPort(device) ? Lab.BridgeOf(device) : device;

    /// <summary>
    /// Where the kernel passes no device, the name is empty, and only a bare wildcard matches it
    /// (<c>ifname_compare</c>).
    /// </summary>
    private static bool HasName(ImmutableArray<string> patterns, string? device)
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

    private static string TypeOf(string address) =>
        Lab.IsOfHost(address) ? "LOCAL" : Lab.IsBroadcast(address) ? "BROADCAST" : "UNICAST";

    // The kernel counts a broadcast as a multicast.
    private static bool IsOwner(string owner, string mac) => owner switch
    {
        "multicast" => mac == Lab.BroadcastMac,
        "unicast" => mac != Lab.BroadcastMac,
        _ => owner == (Lab.IsPort(mac) ? Lab.Behind(mac).Name : mac),
    };

    private static string FrameProtocol(Packet packet) => packet.Encapsulation switch
    {
        Encapsulation.Vlan => "vlan",
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

    private static ConntrackStates StatesOf(Packet packet) => packet.State switch
    {
        ConntrackState.New => ConntrackStates.New,
        ConntrackState.Established or ConntrackState.EstablishedReply => ConntrackStates.Established,
        ConntrackState.Related or ConntrackState.RelatedReply => ConntrackStates.Related,
        ConntrackState.Untracked => ConntrackStates.Untracked,
        _ => ConntrackStates.Invalid,
    } | (packet.Connection?.Nat ?? 0);

    private static string PacketType(Packet packet, in HookState state) =>
        packet.Mac == Lab.BroadcastMac ? "broadcast"
        : state.Family == Family.Bridge && packet.Mac is { } mac && Lab.IsPort(mac) ? "otherhost"
        : "host";
}
