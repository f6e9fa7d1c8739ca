namespace Hooktrail.Trails.Topologies;

/// <summary>A device of the host.</summary>
public sealed record Device(string Name, DeviceKind Kind)
{
    /// <summary>The kernel's number for the device in its namespace.</summary>
    public int Index { get; init; }

    public bool IsUp { get; init; } = true;

    /// <summary>Null for a device without one, such as a tunnel.</summary>
    public string? Mac { get; init; }

    /// <summary>The bridge, bond or VRF that has this device as its port.</summary>
    public string? Master { get; init; }

    /// <summary>The device below it: of a VLAN, a macvlan or an ipvlan.</summary>
    public string? Parent { get; init; }

    /// <summary>The number of the VLAN, of a device that is one.</summary>
    public int? Vlan { get; init; }

    /// <summary>The number of a veth's other end, or of the device below, in the namespace where that is.</summary>
    public int? PeerIndex { get; init; }

    public ImmutableArray<HostAddress> Addresses { get; init; } = [];

    /// <summary>What the device is as a port of a bridge; null for others.</summary>
    public BridgePort? Port { get; init; }

    /// <summary>Whether the bridge tells VLANs apart (vlan_filtering).</summary>
    public bool FiltersVlans { get; init; }

    /// <summary>Of a bridge that tells VLANs apart, and of its ports: the VLANs that pass.</summary>
    public ImmutableArray<PassingVlans> Vlans { get; init; } = [];

    /// <summary>
    /// Which tools a bridge calls for its frames (nf_call_iptables and its like), besides those of the sysctls.
    /// </summary>
    public BridgeCalls Calls { get; init; } = new();

    public DeviceSettings Settings { get; init; } = new();

    public override string ToString() => Name;
}

/// <summary>VLANs that pass a port of a bridge.</summary>
/// <param name="First">The lowest number.</param>
/// <param name="Last">The highest number.</param>
/// <param name="IsOfUntagged">Whether frames without a tag belong to it (PVID).</param>
/// <param name="LeavesUntagged">Whether frames of it leave without a tag.</param>
public sealed record PassingVlans(int First, int Last, bool IsOfUntagged = false, bool LeavesUntagged = false);

/// <summary>A bridge's own switches of br_netfilter.</summary>
public sealed record BridgeCalls(bool Iptables = false, bool Ip6tables = false, bool Arptables = false);

/// <summary>A port's own switches.</summary>
/// <param name="Hairpin">Whether frames may leave by the port that they came in by.</param>
/// <param name="Isolated">Whether it exchanges no frames with other isolated ports.</param>
/// <param name="Forwards">Whether the spanning tree lets frames through.</param>
public sealed record BridgePort(bool Hairpin, bool Isolated, bool Forwards = true);

/// <summary>
/// A device's sysctls as they act, <c>all</c> included: IPv4 takes of some the greater of the two, of others either,
/// of forwarding the device's own (include/linux/inetdevice.h).
/// </summary>
public sealed record DeviceSettings
{
    public bool Forwarding { get; init; }

    public bool Forwarding6 { get; init; }

    /// <summary>0 is off, 1 strict, 2 loose.</summary>
    public int RpFilter { get; init; }

    public bool RouteLocalnet { get; init; }

    public bool AcceptLocal { get; init; }

    public bool SendRedirects { get; init; }

    /// <summary>8 answers no ARP request, 1 and 2 none for an address of another device.</summary>
    public int ArpIgnore { get; init; }

    /// <summary>Whether ARP answers only where the host would send to who asks.</summary>
    public bool ArpFilter { get; init; }

    public bool ProxyArp { get; init; }

    /// <summary>Whether the host answers for what it routes by the device that the request came in by.</summary>
    public bool ProxyArpPvlan { get; init; }

    /// <summary>Two devices of one medium need no proxy_arp; 0 is none, and -1 takes no part in it.</summary>
    public int MediumId { get; init; }

    public bool ProxyNdp { get; init; }

    public bool HasIpv6 { get; init; } = true;
}
