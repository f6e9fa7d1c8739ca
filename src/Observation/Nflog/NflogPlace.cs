using Hooktrail.Trails;

namespace Hooktrail.Observation.Nflog;

/// <summary>Where in the kernel a hook point is: what the base chain of nf_tables is to be that stands for it.</summary>
/// <param name="Point">The hook point.</param>
/// <param name="Family">The family of the chain's table.</param>
/// <param name="Hook">The hook.</param>
/// <param name="Priority">Its place among what is registered at the hook; smaller numbers run first.</param>
/// <param name="Type">Where conntrack does not let a packet into nat chains, a chain of type nat sees nothing either.</param>
/// <param name="Device">The device, for ingress and egress; null otherwise.</param>
public sealed record NflogPlace(
    HookPoint Point, NftFamily Family, NftHook Hook, int Priority, NftChainType Type = NftChainType.Filter, string? Device = null);

/// <summary>The families of nf_tables; written in lower case.</summary>
public enum NftFamily
{
    /// <summary>IPv4.</summary>
    Ip,

    /// <summary>IPv6.</summary>
    Ip6,

    /// <summary>IPv4 and IPv6.</summary>
    Inet,

    /// <summary>ARP to and from the host; what is bridged does not come by.</summary>
    Arp,

    /// <summary>Frames in a bridge.</summary>
    Bridge,

    /// <summary>A device's ingress or egress.</summary>
    Netdev,
}

/// <summary>The hooks of nf_tables; written in lower case.</summary>
public enum NftHook
{
    /// <summary>Received, not yet routed.</summary>
    Prerouting,

    /// <summary>For the host itself.</summary>
    Input,

    /// <summary>From one device to another.</summary>
    Forward,

    /// <summary>Made by the host.</summary>
    Output,

    /// <summary>About to be sent.</summary>
    Postrouting,

    /// <summary>As a device received it.</summary>
    Ingress,

    /// <summary>As a device will send it.</summary>
    Egress,
}

/// <summary>
/// The types of base chains that can be asked for. A chain of type route is not among them: it is crossed where one of
/// type filter is, and reroutes what it changes, of which the observer does nothing.
/// </summary>
public enum NftChainType
{
    /// <summary>Crossed by every packet of the hook.</summary>
    Filter,

    /// <summary>Crossed by the first packet of a connection, and only if something uses conntrack.</summary>
    Nat,
}
