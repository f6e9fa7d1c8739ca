using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Conformance;

/// <summary>The flows of the matrix: each sender and receiver on a Docker host, by each protocol.</summary>
public static class MatrixFlows
{
    private static readonly ImmutableArray<Protocol> Talking = [Protocol.Icmp, Protocol.Udp, Protocol.Tcp];
    private static readonly ImmutableArray<Protocol> WithPorts = [Protocol.Udp, Protocol.Tcp];

    /// <summary>Sender and receiver, by the receiver's address in the sender's network.</summary>
    private static readonly ImmutableArray<(Endpoint From, Endpoint To)> Pairs =
    [
        (Client, Server), (Server, Client), (Client, Host), (Host, Client), (Client, Wan), (Wan, Client), (Wan, Server),
        (Wan, Host), (Host, Wan), (Client, Stranger), (Stranger, Client), (Stranger, Wan), (Host, Stranger),
        (Host, Host), (Left, Right), (Left, Host), (Left, Wan), (Host, Left), (Left, Client), (Wan, Left),
        (Insider, Host), (Host, Insider), (Insider, Client), (Client, Insider), (Insider, Wan), (Wan, Insider),
        (Client, Hosted), (Hosted, Client), (Hosted, Wan), (Wan, Hosted), (Host, Hosted),
    ];

    /// <summary>
    /// Pairs whose packets take different ways: bridged, routed in both directions, from and to the host, loopback.
    /// </summary>
    private static readonly ImmutableArray<(Endpoint From, Endpoint To)> Ways =
    [
        (Client, Server), (Client, Wan), (Wan, Client), (Client, Host),
        (Host, Client), (Host, Host), (Host, Wan), (Wan, Host), (Client, Stranger),
    ];

    /// <summary>Flows to an address of the host other than the one next to the sender.</summary>
    private static readonly ImmutableArray<(Endpoint From, Endpoint To, string Via)> Addresses =
    [
        (Client, Host, LabNames.HostOnWan), (Client, Host, LabNames.GatewayOf(LabNames.Away)),
        (Wan, Host, LabNames.Gateway), (Insider, Host, LabNames.HostOnWan), (Host, Host, LabNames.HostOnWan),
        (Host, Host, LabNames.Gateway),
    ];

    private static readonly ImmutableArray<(Endpoint From, int Port, string? Via)> Published =
    [
        (Wan, 8080, null), (Wan, 8081, null), (Wan, 8083, null), (Wan, 8080, LabNames.Gateway),
        (Client, 8080, null), (Client, 8081, null), (Client, 8083, null),
        (Client, 8080, LabNames.HostOnWan), (Client, 8081, LabNames.HostOnWan), (Client, 8083, LabNames.HostOnWan),
        (Server, 8080, null),
        (Stranger, 8080, null),
        (Stranger, 8081, LabNames.HostOnWan),
        (Stranger, 8080, LabNames.Gateway),
        (Stranger, 8083, LabNames.HostOnWan),
        (Left, 8080, null),
        (Insider, 8080, null),
        (Host, 8080, null), (Host, 8080, LabNames.HostOnWan),
        (Host, 8080, LabNames.Gateway), (Host, 8083, LabNames.HostOnWan),
    ];

    private static readonly ImmutableArray<(Endpoint From, Endpoint To)> Neighbours =
    [
        (Client, Server), (Server, Client), (Client, Host), (Host, Client),
        (Left, Right), (Stranger, Host), (Insider, Host), (Wan, Host), (Host, Wan),
    ];

    /// <summary>Every journey of both IP versions, with broadcasts, ARP, encapsulated and spoofed flows.</summary>
    public static ImmutableArray<Flow> All { get; } =
        [.. Of(IpVersion.V4), .. Of(IpVersion.V6), .. Broadcasts(), .. Arp(), .. Tagged(), .. Spoofed()];

    /// <summary>Each way through the host once, by every protocol and version.</summary>
    public static ImmutableArray<Flow> Core { get; } =
    [
        .. from ip in Enum.GetValues<IpVersion>()
           from pair in Ways
           from protocol in Talking
           select new Flow(pair.From, pair.To, protocol) { Ip = ip },
    ];

    public static ImmutableArray<Flow> Arp() =>
        [.. Neighbours.Select(pair => new Flow(pair.From, pair.To, Protocol.Arp))];

    public static ImmutableArray<Flow> Broadcasts() =>
        [
            .. ((Endpoint[])[Client, Host, Left, Stranger]).Select(
                from => new Flow(from, Everyone, Protocol.Udp) { Port = Flow.MutePort })
        ];

    /// <summary>Datagrams in VLAN and PPPoE frames.</summary>
    public static ImmutableArray<Flow> Tagged() =>
    [
        .. from tag in (Encapsulation[])[Encapsulation.Vlan, Encapsulation.PPPoE]
           from pair in ((Endpoint From, Endpoint To)[])[(Client, Server), (Left, Right)]
           select new Flow(pair.From, pair.To, Protocol.Udp) { Encapsulation = tag },
    ];

    /// <summary>
    /// Datagrams whose source address belongs to another network, to the sender's own network, or to the host.
    /// </summary>
    public static ImmutableArray<Flow> Spoofed() =>
    [
        .. from one in ((Endpoint From, Endpoint To, string As)[])
           [
               (Client, Wan, Stranger.Name), (Client, Wan, Server.Name), (Client, Host, Stranger.Name),
               (Client, Server, Wan.Name), (Client, Stranger, Wan.Name), (Wan, Client, Server.Name),
               (Wan, Host, Client.Name), (Client, Wan, LabNames.HostOnWan), (Wan, Client, LabNames.Gateway),
               (Client, Server, LabNames.Gateway),
           ]
           select new Flow(one.From, one.To, Protocol.Udp) { As = one.As, Port = Flow.MutePort },
    ];

    public static ImmutableArray<Flow> Fragments(IpVersion ip) =>
    [
        .. from pair in Ways
           from protocol in (Protocol[])[Protocol.Icmp, Protocol.Udp]
           select new Flow(pair.From, pair.To, protocol) { Ip = ip, Fragments = 3 },
    ];

    /// <summary>Packets with a TTL or hop limit that the host must not forward.</summary>
    public static ImmutableArray<Flow> UsedUp(IpVersion ip) =>
    [
        .. from pair in ((Endpoint From, Endpoint To)[])
            [(Client, Server), (Client, Wan), (Wan, Client), (Client, Host), (Client, Stranger)]
           from protocol in Talking
           select new Flow(pair.From, pair.To, protocol) { Ip = ip, Ttl = 1 },
    ];

    public static ImmutableArray<Flow> PublishedPorts(IpVersion ip) =>
    [
        .. from one in Published
           from protocol in WithPorts
           select new Flow(one.From, Host, protocol) { Ip = ip, Port = one.Port, Via = one.Via },
    ];

    public static ImmutableArray<Flow> Of(IpVersion ip) =>
    [
        // The kernel limits ICMP errors per address (net.ipv4.icmp_ratelimit), so the two kinds of flows that cause
        // them are kept far apart.
        .. UsedUp(ip),
        .. from pair in Pairs
           from protocol in Talking
           select new Flow(pair.From, pair.To, protocol) { Ip = ip },
        .. from one in Addresses
           from protocol in Talking
           select new Flow(one.From, one.To, protocol) { Ip = ip, Via = one.Via },
        .. PublishedPorts(ip),
        .. Fragments(ip),
        .. from pair in Ways
           from protocol in WithPorts
           select new Flow(pair.From, pair.To, protocol) { Ip = ip, Port = 7 },
    ];
}
