using System.Collections.Immutable;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Trails;

/// <summary>
/// What decides a trail besides the flow. A lab reads it from the host; the command line and features of the model write it
/// down. The defaults are those of the Docker lab on a current kernel.
/// </summary>
public sealed record HostProfile
{
    /// <summary>The lab's defaults on a current kernel.</summary>
    public static readonly HostProfile Default = new();

    /// <summary>The kernel's release.</summary>
    public KernelVersion Kernel { get; init; } = new(6, 18);

    /// <summary>Where the rules of iptables, ip6tables and arptables are.</summary>
    public Backend Iptables { get; init; } = Backend.Nft;

    /// <summary>Where the rules of ebtables are.</summary>
    public Backend Ebtables { get; init; } = Backend.Nft;

    /// <summary>
    /// Whether ebtables has the table broute: always with the legacy backend, with nft from iptables 1.8.10 on.
    /// </summary>
    public bool Broute { get; init; } = true;

    /// <summary>Whether br_netfilter is loaded.</summary>
    public bool BrNetfilter { get; init; } = true;

    /// <summary>Whether the bridge calls iptables: the sysctl or the bridge's own nf_call_iptables; nothing without br_netfilter.</summary>
    public bool BridgeNfCallIptables { get; init; } = true;

    /// <summary>Whether the bridge calls ip6tables, likewise.</summary>
    public bool BridgeNfCallIp6tables { get; init; } = true;

    /// <summary>Whether the bridge calls arptables, likewise.</summary>
    public bool BridgeNfCallArptables { get; init; } = true;

    /// <summary>Whether the bridge calls iptables for packets in 802.1Q frames too (bridge-nf-filter-vlan-tagged).</summary>
    public bool BridgeNfFilterVlanTagged { get; init; }

    /// <summary>Whether the bridge calls iptables for packets in PPPoE frames too (bridge-nf-filter-pppoe-tagged).</summary>
    public bool BridgeNfFilterPppoeTagged { get; init; }

    /// <summary>Whether the host forwards IPv4 (net.ipv4.ip_forward).</summary>
    public bool IpForward { get; init; } = true;

    /// <summary>Whether the host forwards IPv6 (net.ipv6.conf.all.forwarding).</summary>
    public bool Ip6Forward { get; init; } = true;

    /// <summary>
    /// Whether something in the host's network namespace needs conntrack for IPv4, as Docker's MASQUERADE does. Without it no nat
    /// chain is ever crossed (nf_nat_core.c:nf_nat_inet_fn).
    /// </summary>
    public bool Conntrack { get; init; } = true;

    /// <summary>The same for IPv6.</summary>
    public bool Conntrack6 { get; init; } = true;

    /// <summary>
    /// Whether the host drops packets whose source is not where they come from: net.ipv4.conf.*.rp_filter = 1 (strict).
    /// </summary>
    public bool RpFilter { get; init; }

    /// <summary>Whether packets from and to 127.0.0.0/8 may leave the host by a bridge (net.ipv4.conf.BRIDGE.route_localnet).</summary>
    public bool RouteLocalnet { get; init; }

    /// <summary>Whether the host tells senders of a shorter way (net.ipv4.conf.*.send_redirects).</summary>
    public bool SendRedirects { get; init; } = true;

    /// <summary>Whether bridge ports send back what came in by them (hairpin_mode), as Docker sets them without its userland proxy.</summary>
    public bool Hairpin { get; init; }

    /// <summary>Whether Docker's userland proxy listens on the host for every published port.</summary>
    public bool UserlandProxy { get; init; } = true;

    /// <summary>
    /// Whether the userland proxy answers a datagram from the address that it was sent to (IP_PKTINFO), as Docker's does from 28.0 on (moby
    /// pull request 48571); before, the kernel chose by the route back.
    /// </summary>
    public bool ProxyPktinfo { get; init; }

    /// <summary>Whether the bridge takes frames that are for others too, as <c>tcpdump -i lab</c> makes it.</summary>
    public bool Promiscuous { get; init; }

    /// <summary>The ports of containers that the host publishes.</summary>
    public ImmutableArray<PublishedPort> Published { get; init; } = PublishedPort.OfLab;

    /// <summary>The rules on the host, Docker's among them.</summary>
    public RuleSet Rules { get; init; } = DockerRules.Default;

    /// <inheritdoc/>
    public bool Equals(HostProfile? other) =>
        other is not null
        && Kernel == other.Kernel && Iptables == other.Iptables && Ebtables == other.Ebtables
        && Switch.All.All(one => one.Read(this) == one.Read(other))
        && Published.AsSpan().SequenceEqual(other.Published.AsSpan())
        && Rules == other.Rules;

    /// <inheritdoc/>
    public override int GetHashCode() =>
        Switch.All.Aggregate(HashCode.Combine(Kernel, Iptables, Ebtables, Rules), (hash, one) => HashCode.Combine(hash, one.Read(this)));
}

/// <summary>A port of the host behind which a container is (<c>docker run --publish</c>), for TCP and UDP.</summary>
/// <param name="Port">The host's port.</param>
/// <param name="To">The container; it is <see cref="Flow.ServicePort"/> that it listens on.</param>
public sealed record PublishedPort(int Port, Endpoint To)
{
    /// <summary>Those of the lab.</summary>
    public static readonly ImmutableArray<PublishedPort> OfLab =
        [new(8080, Endpoint.Server), new(8081, Endpoint.Client), new(8083, Endpoint.Stranger)];
}
