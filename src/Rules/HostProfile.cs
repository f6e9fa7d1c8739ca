using Hooktrail.Trails.Topologies;

namespace Hooktrail.Rules;

/// <summary>
/// The parts of a host that decide a trail besides the flow. A lab reads them from a host; the command line and
/// features write them. The defaults are those of the Docker lab on a current kernel.
/// </summary>
public sealed record HostProfile
{
    public static readonly HostProfile Default = new();

    public KernelVersion Kernel { get; init; } = new(6, 18);

    /// <summary>The backend of iptables, ip6tables and arptables.</summary>
    public Backend Iptables { get; init; } = Backend.Nft;

    public Backend Ebtables { get; init; } = Backend.Nft;

    /// <summary>
    /// Whether ebtables has the table broute: always with the legacy backend, with nft since iptables 1.8.10.
    /// </summary>
    public bool Broute { get; init; } = true;

    public bool BrNetfilter { get; init; } = true;

    /// <summary>The sysctl, or the bridge's own nf_call_iptables; without br_netfilter it has no effect.</summary>
    public bool BridgeNfCallIptables { get; init; } = true;

    public bool BridgeNfCallIp6tables { get; init; } = true;

    public bool BridgeNfCallArptables { get; init; } = true;

    /// <summary>
    /// Whether the bridge calls iptables for packets in 802.1Q frames too (bridge-nf-filter-vlan-tagged).
    /// </summary>
    public bool BridgeNfFilterVlanTagged { get; init; }

    /// <summary>
    /// Whether the bridge calls iptables for packets in PPPoE frames too (bridge-nf-filter-pppoe-tagged).
    /// </summary>
    public bool BridgeNfFilterPppoeTagged { get; init; }

    /// <summary>The sysctl net.ipv4.ip_forward.</summary>
    public bool IpForward { get; init; } = true;

    /// <summary>The sysctl net.ipv6.conf.all.forwarding.</summary>
    public bool Ip6Forward { get; init; } = true;

    /// <summary>
    /// Whether something in the host's network namespace needs conntrack for IPv4, as Docker's MASQUERADE does. Without
    /// it, no packet crosses a nat chain (nf_nat_core.c, nf_nat_inet_fn).
    /// </summary>
    public bool Conntrack { get; init; } = true;

    public bool Conntrack6 { get; init; } = true;

    /// <summary>
    /// net.ipv4.conf.*.rp_filter = 1: drops packets whose source has no route back by the incoming device.
    /// </summary>
    public bool RpFilter { get; init; }

    /// <summary>
    /// Whether packets from and to 127.0.0.0/8 may leave the host by a bridge (net.ipv4.conf.BRIDGE.route_localnet).
    /// </summary>
    public bool RouteLocalnet { get; init; }

    /// <summary>The sysctl net.ipv4.conf.*.send_redirects.</summary>
    public bool SendRedirects { get; init; } = true;

    /// <summary>hairpin_mode of the bridge ports, which Docker sets if it has no userland proxy.</summary>
    public bool Hairpin { get; init; }

    /// <summary>
    /// Whether Docker's userland proxy listens on the host for every published port, if no
    /// <see cref="Sockets"/> were read.
    /// </summary>
    public bool UserlandProxy { get; init; } = true;

    /// <summary>
    /// Whether the userland proxy answers a datagram from the address to which it was sent (IP_PKTINFO), as Docker's
    /// does since 28.0 (moby pull request 48571). Earlier, the kernel chose the address by the route back.
    /// </summary>
    public bool ProxyPktinfo { get; init; }

    /// <summary>Whether the bridge also takes frames for others, as <c>tcpdump -i lab</c> makes it do.</summary>
    public bool Promiscuous { get; init; }

    public ImmutableArray<PublishedPort> Published { get; init; } = PublishedPort.OfLab;

    /// <summary>
    /// The sockets on published ports, as the host has them; null where none were read, or those that were read are the
    /// proxy's own for every port.
    /// </summary>
    public ImmutableArray<PublishedSocket>? Sockets { get; init; }

    /// <summary>The host's rules, with Docker's own.</summary>
    public RuleSet Rules { get; init; } = DockerRules.Default;

    /// <summary>The devices, routes and endpoints.</summary>
    public Topology Topology { get; init; } = LabTopology.Whole;

    /// <summary>Of what shares hook and priority with something else: which was registered first.</summary>
    public RegistrationOrder Registered { get; init; } = RegistrationOrder.Assumed;

    /// <summary>The connections that the host tracks; null if they are not known.</summary>
    public TrackedConnections? Tracked { get; init; }

    /// <summary>The host with other rules. Conntrack is on only if a rule needs it.</summary>
    public HostProfile WithRules(RuleSet rules)
    {
        return this with
        {
            Rules = rules,
            Conntrack = Tracks(IpVersion.V4, Conntrack),
            Conntrack6 = Tracks(IpVersion.V6, Conntrack6),
        };

        bool Tracks(IpVersion version, bool now) =>
            rules.NeedsConntrack(version) is var needed && needed == Rules.NeedsConntrack(version) ? now : needed;
    }

    /// <summary>The host with the sockets that were read on its published ports.</summary>
    public HostProfile WithSockets(IEnumerable<PublishedSocket> read)
    {
        var sockets = PublishedSocket.InOrder(read);
        var unread = this with { Sockets = null };
        return unread.AllSockets.AsSpan().SequenceEqual(sockets.AsSpan())
            ? unread
            : this with { Sockets = sockets };
    }

    /// <summary>The sockets on published ports, whether they were read or follow from the proxy.</summary>
    public ImmutableArray<PublishedSocket> AllSockets =>
        Sockets ?? (UserlandProxy ? PublishedSocket.OfProxy(Published) : []);

    /// <summary>The socket that takes what comes to a published port; null if there is none.</summary>
    public PublishedSocket? SocketOn(Protocol protocol, IpVersion ip, int port) =>
        Sockets is { } read
            ? read.FirstOrDefault(one => one.Protocol == protocol && one.Ip == ip && one.Port == port)
            : UserlandProxy && Published.Any(one => one.Port == port) ? new(protocol, ip, port, IsRead: true) : null;

    public bool Equals(HostProfile? other) =>
        other is not null
        && Kernel == other.Kernel && Iptables == other.Iptables && Ebtables == other.Ebtables
        && Switch.All.All(one => one.Read(this) == one.Read(other))
        && Published.AsSpan().SequenceEqual(other.Published.AsSpan())
        && (Sockets is null && other.Sockets is null
            || AllSockets.AsSpan().SequenceEqual(other.AllSockets.AsSpan()))
        && ReferenceEquals(Topology, other.Topology)
        && ReferenceEquals(Tracked, other.Tracked)
        && Rules == other.Rules
        && Registered == other.Registered;

    public override int GetHashCode() =>
        Switch.All.Aggregate(
            HashCode.Combine(Kernel, Iptables, Ebtables, Rules), (hash, one) => HashCode.Combine(hash, one.Read(this)));
}

/// <summary>
/// A published port, as by <c>docker run --publish</c>, of a container's <see cref="Flow.ServicePort"/>, TCP and UDP.
/// </summary>
public sealed record PublishedPort(int Port, Endpoint To)
{
    public static readonly ImmutableArray<PublishedPort> OfLab =
        [new(8080, Endpoint.Server), new(8081, Endpoint.Client), new(8083, Endpoint.Stranger)];
}
