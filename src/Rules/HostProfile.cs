
namespace Hooktrail.Rules;

/// <summary>
/// What decides a trail besides the flow: read from a host by a lab, or written by the command line and features. The
/// defaults are the Docker lab's on a current kernel.
/// </summary>
public sealed record HostProfile
{
    public static readonly HostProfile Default = new();

    public KernelVersion Kernel { get; init; } = new(6, 18);

    /// <summary>For iptables, ip6tables and arptables.</summary>
    public Backend Iptables { get; init; } = Backend.Nft;

    public Backend Ebtables { get; init; } = Backend.Nft;

    /// <summary>The table broute of ebtables: always with the legacy backend, with nft from iptables 1.8.10.</summary>
    public bool Broute { get; init; } = true;

    public bool BrNetfilter { get; init; } = true;

    /// <summary>The sysctl, or the bridge's own nf_call_iptables; without br_netfilter it does nothing.</summary>
    public bool BridgeNfCallIptables { get; init; } = true;

    public bool BridgeNfCallIp6tables { get; init; } = true;

    public bool BridgeNfCallArptables { get; init; } = true;

    /// <summary>Whether the bridge calls iptables for packets in 802.1Q frames too (bridge-nf-filter-vlan-tagged).</summary>
    public bool BridgeNfFilterVlanTagged { get; init; }

    /// <summary>Whether the bridge calls iptables for packets in PPPoE frames too (bridge-nf-filter-pppoe-tagged).</summary>
    public bool BridgeNfFilterPppoeTagged { get; init; }

    /// <summary>The sysctl net.ipv4.ip_forward.</summary>
    public bool IpForward { get; init; } = true;

    /// <summary>The sysctl net.ipv6.conf.all.forwarding.</summary>
    public bool Ip6Forward { get; init; } = true;

    /// <summary>
    /// Whether something in the host's network namespace needs conntrack for IPv4, as Docker's MASQUERADE does. Without it no nat
    /// chain is ever crossed (nf_nat_core.c:nf_nat_inet_fn).
    /// </summary>
    public bool Conntrack { get; init; } = true;

    public bool Conntrack6 { get; init; } = true;

    /// <summary>net.ipv4.conf.*.rp_filter = 1: drops packets whose source is not routed back that way.</summary>
    public bool RpFilter { get; init; }

    /// <summary>Whether packets from and to 127.0.0.0/8 may leave the host by a bridge (net.ipv4.conf.BRIDGE.route_localnet).</summary>
    public bool RouteLocalnet { get; init; }

    /// <summary>The sysctl net.ipv4.conf.*.send_redirects.</summary>
    public bool SendRedirects { get; init; } = true;

    /// <summary>hairpin_mode of the bridge ports, which Docker sets where it has no userland proxy.</summary>
    public bool Hairpin { get; init; }

    /// <summary>Whether Docker's userland proxy listens on the host for every published port.</summary>
    public bool UserlandProxy { get; init; } = true;

    /// <summary>
    /// Whether the userland proxy answers a datagram from the address that it was sent to (IP_PKTINFO), as Docker's does from 28.0 on (moby
    /// pull request 48571); before, the kernel chose by the route back.
    /// </summary>
    public bool ProxyPktinfo { get; init; }

    /// <summary>Whether the bridge takes frames for others too, as <c>tcpdump -i lab</c> makes it.</summary>
    public bool Promiscuous { get; init; }

    public ImmutableArray<PublishedPort> Published { get; init; } = PublishedPort.OfLab;

    /// <summary>Docker's own rules included.</summary>
    public RuleSet Rules { get; init; } = DockerRules.Default;

    public bool Equals(HostProfile? other) =>
        other is not null
        && Kernel == other.Kernel && Iptables == other.Iptables && Ebtables == other.Ebtables
        && Switch.All.All(one => one.Read(this) == one.Read(other))
        && Published.AsSpan().SequenceEqual(other.Published.AsSpan())
        && Rules == other.Rules;

    public override int GetHashCode() =>
        Switch.All.Aggregate(HashCode.Combine(Kernel, Iptables, Ebtables, Rules), (hash, one) => HashCode.Combine(hash, one.Read(this)));
}

/// <summary><c>docker run --publish</c> of a container's <see cref="Flow.ServicePort"/>, TCP and UDP.</summary>
public sealed record PublishedPort(int Port, Endpoint To)
{
    public static readonly ImmutableArray<PublishedPort> OfLab =
        [new(8080, Endpoint.Server), new(8081, Endpoint.Client), new(8083, Endpoint.Stranger)];
}
