namespace Hooktrail.Trails.Topologies;

/// <summary>What a device is to the kernel; <c>IFLA_INFO_KIND</c>. Most NICs have no such kind.</summary>
public enum DeviceKind
{
    Loopback,

    /// <summary>A network card, or what a hypervisor gives in place of one.</summary>
    Nic,

    Bridge,

    /// <summary>One end of a cable whose other end is often in another namespace.</summary>
    Veth,

    Vlan,
    Macvlan,
    Ipvlan,
    Tun,
    WireGuard,
    Bond,
    Vxlan,
    Dummy,
    Vrf,

    /// <summary>A kind that Hooktrail does not know; to netfilter a NIC like any other.</summary>
    Other,
}
