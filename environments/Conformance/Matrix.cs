using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Namespaces;

namespace Hooktrail.Conformance;

/// <summary>
/// The matrix: hosts of every release of Docker, proxy mode, backend, switch and kind of rule, with the flows sent on
/// each. It is not the full product, which would repeat itself: every release with and without its proxy carries all
/// journeys; on one host with Docker and one without, each switch carries all journeys again; users' rules are tried on
/// a host without Docker, each with the journeys that reach it.
/// </summary>
public static class Matrix
{
    private static readonly ImmutableArray<(DockerRelease Release, string Name)> Releases =
    [
        (DockerRelease.V20, "20.10"), (DockerRelease.V27, "27"), (DockerRelease.V28Dot0Dot0, "28.0.0"),
        (DockerRelease.V28, "28.0.1"), (DockerRelease.V28Dot2, "28.2"), (DockerRelease.V29, "29"),
        (DockerRelease.V29Nftables, "29-nftables"),
    ];

    private static readonly NamespaceSetup Bare = NamespaceSetup.Default with { Docker = null };

    /// <summary>Conditions that limit a rule to the lab's packets, for a host that belongs to a user.</summary>
    private sealed record Scope(string In, string Out, string FromWan, string InPort);

    private static readonly Scope Any = new("", "", "", "");
    private static readonly Scope OfLab = new(" -i lab", " -o lab", " -i wan.nic", " -i client.port");

    public static ImmutableArray<HostCase> All { get; } =
    [
        .. from release in Releases
           from proxy in (bool[])[true, false]
           select Docker(
               $"Docker {release.Name}{(proxy ? "" : ", hairpin NAT")}",
               NamespaceSetup.Default with { Docker = release.Release, UserlandProxy = proxy }),
        Docker(
            "Docker 20.10, iptables-legacy",
            NamespaceSetup.Default with { Docker = DockerRelease.V20, Iptables = Backend.Legacy }),
        Docker(
            "Docker 29, iptables-legacy, hairpin NAT",
            NamespaceSetup.Default with { Iptables = Backend.Legacy, UserlandProxy = false }),
        new("Docker 29, every switch", NamespaceSetup.Default, [.. Switches()]),
        new("no Docker, every switch", Bare, [.. Switches()]),
        new("Docker 29, a user's rules of iptables", NamespaceSetup.Default, [.. UsersOfDocker(IpVersion.V4, Any)]),
        new("Docker 29, a user's rules of ip6tables", NamespaceSetup.Default, [.. UsersOfDocker(IpVersion.V6, Any)]),
        new(
            "no Docker, iptables-legacy",
            Bare with { Iptables = Backend.Legacy },
            [Quiet("as installed", MatrixFlows.All), .. ArpRules(Backend.Legacy)]),
        new("no Docker, no conntrack", Bare with { Conntrack = false }, [.. Untracked()]),
        new("no Docker, drops", Bare, [.. Drops(Bare)]),
        new(
            "no Docker, drops, iptables-legacy",
            Bare with { Iptables = Backend.Legacy },
            [.. Drops(Bare with { Iptables = Backend.Legacy })]),
        new("no Docker, rejects", Bare, [.. Rejects()]),
        new("no Docker, matches and marks", Bare, [.. Matches()]),
        new("no Docker, rules of ebtables and arptables", Bare, [.. BridgeRules(Any), .. ArpRules(Backend.Nft)]),
        new("no Docker, NOTRACK", Bare, [.. NotTracked(Any)]),
        .. from ip in Enum.GetValues<IpVersion>()
           from called in (bool[])[true, false]
           select new HostCase(
               $"no Docker, NAT of {ip.Layer().Name()}{(called ? "" : ", bridge-nf-call off")}",
               Bare,
               [.. Nat(ip, called)]),
        new("no Docker, NAT of nft", Bare, [.. NftNat()]),
        new("no Docker, chains of nft", Bare, [.. NftChains()]),
        new("no Docker, drops in chains of nft", Bare, [.. NftDrops()]),
        new("no Docker, chains before the first bridge", Bare with { BeforeBridges = Early },
        [
            Quiet("as installed", [.. MatrixFlows.Core, .. MatrixFlows.Arp()]),
            Quiet(
                "bridge-nf-call off", [.. MatrixFlows.Core, .. MatrixFlows.Arp()],
                Off("bridge-nf-call-iptables"), Off("bridge-nf-call-ip6tables"), Off("bridge-nf-call-arptables")),
        ]),
        new("no Docker, what goes up from a bridge", Bare, [.. GoingUp()]),
        new("no Docker, ICMP redirects", Bare, [.. Redirects()]),
        new("Docker 29, hairpin NAT, a user's rules", NamespaceSetup.Default with { UserlandProxy = false },
        [
            .. from ip in Enum.GetValues<IpVersion>()
               from protocol in (string[])["tcp", "udp"]
               let tool = ip.Layer().Name()
               select Quiet(
                   $"{tool}: loopback's {protocol} leads to the closed network",
                   [new(Endpoint.Host, Endpoint.Host, Protocols.Parse(protocol)) { Ip = ip }],
                   Rule(
                       $"{tool} -t nat -I OUTPUT -d host.lo -p {protocol} --dport 80 -j DNAT --to-destination left:80")),
        ]),
        .. KnownRules.Hosts,
        .. EqualPriorities.Hosts,
        new("no Docker, ebtables-legacy", Bare, [Quiet("as installed", MatrixFlows.Core)])
        {
            Impossible =
                "the labs install ebtables rules with the nft backend; the legacy backend needs a kernel with CONFIG_BRIDGE_NF_EBTABLES_LEGACY",
        },
    ];

    /// <summary>What can be tried on an existing host with any release of Docker: the lab of a Docker Engine.</summary>
    public static ImmutableArray<HostCase> OfOneHost { get; } =
    [
        new("the Engine's host", NamespaceSetup.Default,
            [
                .. Switches(), .. NotTracked(OfLab), .. UsersOfDocker(IpVersion.V4, OfLab),
                .. UsersOfDocker(IpVersion.V6, OfLab), .. BridgeRules(OfLab), .. EqualPriorities.OnOneHost,
                .. KnownRules.OnOneHost,
            ]),
    ];

    /// <summary>
    /// Hosts with the text in their title are taken whole. Of other hosts, only variations with it in their title are.
    /// </summary>
    public static ImmutableArray<HostCase> Where(ImmutableArray<HostCase> hosts, string text) =>
    [
        .. from host in hosts
           let all = host.Title.Contains(text, StringComparison.OrdinalIgnoreCase)
           let some = host with { Variations =
               [.. host.Variations.Where(one => all || one.Title.Contains(text, StringComparison.OrdinalIgnoreCase))] }
           where !some.Variations.IsEmpty
           select some,
    ];

    private const string Early =
        "table bridge early { chain before { type filter hook prerouting priority 0; }; chain through { type filter hook forward priority 0; }; chain out { type filter hook postrouting priority 0; }; }";

    private static HostCase Docker(string title, NamespaceSetup setup) => new(title, setup,
    [
        Quiet("as installed", MatrixFlows.All),
        Quiet("bridge-nf-call off",
            [
                .. MatrixFlows.Core,
                .. MatrixFlows.PublishedPorts(IpVersion.V4),
                .. MatrixFlows.PublishedPorts(IpVersion.V6)
            ],
            Off("bridge-nf-call-iptables"), Off("bridge-nf-call-ip6tables")),
    ]);

    private static IEnumerable<Variation> Switches()
    {
        yield return Quiet("as installed", MatrixFlows.All);
        yield return Quiet(
            "bridge-nf-call-iptables off",
            [
                .. MatrixFlows.Of(IpVersion.V4),
                .. MatrixFlows.Broadcasts(),
                .. MatrixFlows.Tagged(),
                .. MatrixFlows.Spoofed()
            ],
            Off("bridge-nf-call-iptables"));
        yield return Quiet(
            "bridge-nf-call-ip6tables off", MatrixFlows.Of(IpVersion.V6), Off("bridge-nf-call-ip6tables"));
        yield return Quiet("bridge-nf-call-arptables off", MatrixFlows.Arp(), Off("bridge-nf-call-arptables"));
        yield return Quiet("bridge-nf-filter-vlan-tagged on", MatrixFlows.Tagged(), On("bridge-nf-filter-vlan-tagged"));
        yield return Quiet(
            "bridge-nf-filter-pppoe-tagged on", MatrixFlows.Tagged(), On("bridge-nf-filter-pppoe-tagged"));
        yield return Quiet("ip_forward off", MatrixFlows.Of(IpVersion.V4), Off("ip_forward"));
        yield return Quiet("ip6_forward off", MatrixFlows.Of(IpVersion.V6), Off("ip6_forward"));
        yield return Quiet(
            "ip_forward and bridge-nf-call-iptables off",
            Core(IpVersion.V4),
            Off("ip_forward"),
            Off("bridge-nf-call-iptables"));
        yield return Quiet(
            "rp_filter on", [.. MatrixFlows.Of(IpVersion.V4), .. MatrixFlows.Spoofed()], On("rp_filter"));
        yield return Quiet(
            "route_localnet on",
            [.. Core(IpVersion.V4), .. MatrixFlows.PublishedPorts(IpVersion.V4)],
            On("route_localnet"));
        yield return Quiet("hairpin on", MatrixFlows.All, On("hairpin"));
        yield return Quiet("promiscuous bridges", MatrixFlows.All, On("promiscuous"));
        yield return Quiet(
            "promiscuous bridges, bridge-nf-call off", MatrixFlows.Core, On("promiscuous"),
            Off("bridge-nf-call-iptables"), Off("bridge-nf-call-ip6tables"));
        yield return Quiet("br_netfilter absent", MatrixFlows.Core, Off("br_netfilter"));
    }

    private static IEnumerable<Variation> Untracked()
    {
        ImmutableArray<Flow> flows =
            [.. MatrixFlows.Core, .. MatrixFlows.Fragments(IpVersion.V4), .. MatrixFlows.Fragments(IpVersion.V6)];
        yield return Quiet("as installed", flows) with { Packets = 2 };
        yield return Quiet(
            "bridge-nf-call off", flows, Off("bridge-nf-call-iptables"), Off("bridge-nf-call-ip6tables"));
        yield return Quiet("only a chain of type nat", MatrixFlows.Core, new HostChange.NftTable(
            "table inet lookers { chain c { type nat hook prerouting priority -100; }; chain d { type nat hook postrouting priority 100; }; }"));
    }

    /// <summary>A DROP at each hook point of the tools, with the journeys that cross it.</summary>
    private static IEnumerable<Variation> Drops(NamespaceSetup setup)
    {
        var host = new HostCase("", setup, []).Sketch;
        foreach (var point in HookPoints.All.Where(
            point => point.Table is not "broute" && point.Layer is not Layer.Arptables))
        {
            if (point.Table == "nat" && point.Layer != Layer.Ebtables)
                continue; // iptables refuses it there: "The nat table is not intended for filtering"
            var flows = Passing(host, point, perProtocol: 4);
            if (!flows.IsEmpty)
                yield return Quiet(
                    $"DROP at {point}", flows, Rule($"{point.Layer.Name()} -t {point.Table} -A {point.Chain} -j DROP"));
        }
    }

    private static IEnumerable<Variation> Rejects()
    {
        (IpVersion Ip, string With)[] ways =
        [
            (IpVersion.V4, "icmp-port-unreachable"), (IpVersion.V4, "icmp-host-prohibited"),
            (IpVersion.V4, "icmp-admin-prohibited"), (IpVersion.V4, "icmp-net-unreachable"),
            (IpVersion.V4, "icmp-proto-unreachable"), (IpVersion.V4, "tcp-reset"),
            (IpVersion.V6, "icmp6-port-unreachable"), (IpVersion.V6, "icmp6-adm-prohibited"),
            (IpVersion.V6, "icmp6-no-route"), (IpVersion.V6, "tcp-reset"),
        ];
        foreach (var called in (bool[])[true, false])
            foreach (var chain in (string[])["INPUT", "FORWARD", "OUTPUT"])
                foreach (var (ip, with) in ways)
                {
                    if (!called && with is not ("tcp-reset" or "icmp-port-unreachable" or "icmp6-port-unreachable"))
                        continue;
                    ImmutableArray<HostChange> off = called
                        ? []
                        : [Off("bridge-nf-call-iptables"), Off("bridge-nf-call-ip6tables")];
                    var flows = Core(ip).Where(flow => with == "tcp-reset"
                        ? flow.Protocol == Protocol.Tcp
                        : with.EndsWith("port-unreachable", StringComparison.Ordinal) || flow.Protocol == Protocol.Udp);
                    yield return Quiet(
                        $"REJECT {with} at {ip.Layer().Name()} filter {chain}{(called ? "" : ", bridge-nf-call off")}",
                        [.. flows],
                        [
                            .. off,
                            Rule(
                                $"{ip.Layer().Name()} -t filter -A {chain} {(with == "tcp-reset" ? "-p tcp " : "")}-m conntrack --ctstate NEW -j REJECT --reject-with {with}")
                        ]);
                }
    }

    private static IEnumerable<Variation> Matches()
    {
        foreach (var ip in Enum.GetValues<IpVersion>())
        {
            var (tool, flows) = (ip.Layer().Name(), Core(ip));
            foreach (var state in (string[])["NEW", "ESTABLISHED", "RELATED", "INVALID"])
                foreach (var chain in (string[])["FORWARD", "INPUT", "OUTPUT"])
                    yield return Quiet(
                        $"{tool}: {state} is dropped in {chain}",
                        flows,
                        Rule($"{tool} -A {chain} -m conntrack --ctstate {state} -j DROP"));
            yield return Quiet($"{tool}: a mark decides", flows,
                Rule($"{tool} -t mangle -A PREROUTING -s client -j MARK --set-mark 1"),
                Rule($"{tool} -A FORWARD -m mark --mark 1 -j DROP"));
            yield return Quiet(
                $"{tool}: what came in by a port",
                flows,
                Rule($"{tool} -A FORWARD -m physdev --physdev-in client.port -j DROP"));
            yield return Quiet(
                $"{tool}: what is bridged", flows, Rule($"{tool} -A FORWARD -m physdev --physdev-is-bridged -j DROP"));
            yield return Quiet(
                $"{tool}: the port of a service",
                flows,
                Rule($"{tool} -t raw -A PREROUTING -p tcp --dport 80 --syn -j DROP"));
            yield return Quiet(
                $"{tool}: answers by their source port",
                flows,
                Rule($"{tool} -t mangle -A POSTROUTING -p udp --sport 80 -j DROP"));
            yield return Quiet($"{tool}: all but one device", flows, Rule($"{tool} -A FORWARD ! -i lab -j DROP"));
        }

        foreach (var ip in Enum.GetValues<IpVersion>())
            foreach (var chain in (string[])["PREROUTING", "OUTPUT"])
                foreach (var table in (string[])["raw", "mangle"])
                    yield return Quiet(
                        $"{ip.Layer().Name()}: NEW is dropped in {table} {chain}",
                        Core(ip),
                        Rule($"{ip.Layer().Name()} -t {table} -A {chain} -m conntrack --ctstate NEW -j DROP"));
        yield return Quiet(
            "iptables: TTL is set to 1",
            Core(IpVersion.V4),
            Rule("iptables -t mangle -A PREROUTING -j TTL --ttl-set 1"));
        yield return Quiet(
            "ip6tables: the hop limit is set to 1",
            Core(IpVersion.V6),
            Rule("ip6tables -t mangle -A PREROUTING -j HL --hl-set 1"));
        yield return Quiet(
            "iptables: what is for the host itself",
            Core(IpVersion.V4),
            Rule("iptables -t raw -A PREROUTING -m addrtype --dst-type LOCAL -j DROP"));
    }

    private static IEnumerable<Variation> BridgeRules(Scope scope)
    {
        var flows = MatrixFlows.Core;
        yield return Quiet(
            "ebtables drops IPv4 of the client",
            flows,
            Rule("ebtables -t filter -A FORWARD -p IPv4 --ip-src client -j DROP"));
        yield return Quiet(
            "ebtables drops IPv6 by a port",
            flows,
            Rule("ebtables -t filter -A FORWARD -p IPv6 -i client.port -j DROP"));
        yield return Quiet(
            "ebtables drops ARP",
            MatrixFlows.Arp(),
            Rule($"ebtables -t filter -A FORWARD -p ARP{scope.InPort} -j DROP"));
        yield return Quiet(
            "ebtables drops ARP for the host",
            MatrixFlows.Arp(),
            Rule($"ebtables -t filter -A INPUT -p ARP{scope.InPort} -j DROP"));
        yield return Quiet(
            "ebtables drops broadcasts",
            [.. MatrixFlows.Broadcasts(), .. MatrixFlows.Arp()],
            Rule($"ebtables -t nat -A PREROUTING -d Broadcast{scope.InPort} -j DROP"));
        yield return Quiet(
            "ebtables drops by the bridge", flows, Rule("ebtables -t filter -A OUTPUT --logical-out lab -j DROP")) with
        {
            Needs = "a kernel with CONFIG_NFT_BRIDGE_META",
        };
        yield return Quiet(
            "ebtables turns frames to the bridge",
            flows,
            Rule("ebtables -t nat -A PREROUTING -i client.port -j redirect --redirect-target ACCEPT"));
        yield return Quiet("ebtables turns frames to the bridge, bridge-nf-call off", flows,
            Off("bridge-nf-call-iptables"), Off("bridge-nf-call-ip6tables"),
            Rule("ebtables -t nat -A PREROUTING -i client.port -j redirect --redirect-target ACCEPT"));
        yield return Quiet(
            "ebtables broutes", flows, Rule("ebtables -t broute -A BROUTING -i client.port -j DROP")) with
        {
            Needs = "ebtables-nft of iptables 1.8.10, and a kernel with CONFIG_NFT_BRIDGE_META",
        };
        yield return Quiet("nft broutes", flows, new HostChange.NftTable(
            "table bridge mine { chain c { type filter hook prerouting priority -400; iifname \"client.port\" meta broute set 1; }; }")) with
        {
            Needs = "a kernel with CONFIG_NFT_BRIDGE_META",
        };
    }

    private static IEnumerable<Variation> ArpRules(Backend backend)
    {
        foreach (var chain in (string[])["INPUT", "OUTPUT", "FORWARD"])
            yield return Quiet(
                $"arptables-{backend.Name()} drops in {chain}",
                MatrixFlows.Arp(),
                Rule($"arptables -A {chain} -j DROP")) with
            {
                Needs = backend == Backend.Legacy ? "arptables-legacy, or CONFIG_IP_NF_ARPTABLES"
                    : chain == "FORWARD" ? "a chain FORWARD in arptables, which only arptables-legacy has"
                    : null,
            };
    }

    private static IEnumerable<Variation> NotTracked(Scope scope)
    {
        foreach (var ip in Enum.GetValues<IpVersion>())
        {
            var tool = ip.Layer().Name();
            ImmutableArray<Flow> flows = [.. Core(ip), .. MatrixFlows.Fragments(ip)];
            foreach (var chain in (string[])["PREROUTING", "OUTPUT"])
                yield return Quiet(
                    $"{tool}: NOTRACK in {chain}",
                    flows,
                    Rule($"{tool} -t raw -A {chain}{(chain == "OUTPUT" ? scope.Out : scope.In)} -j NOTRACK")) with
                {
                    Packets = 2
                };
            yield return Quiet($"{tool}: NOTRACK of the client, and MASQUERADE", flows,
                Rule($"{tool} -t raw -A PREROUTING -s client -j NOTRACK"),
                Rule($"{tool} -t nat -A POSTROUTING -o wan.nic -j MASQUERADE"));
            yield return Quiet(
                $"{tool}: NOTRACK of answers", flows, Rule($"{tool} -t raw -A PREROUTING -d client -j NOTRACK"));
        }
    }

    private static IEnumerable<Variation> Nat(IpVersion ip, bool called)
    {
        var tool = ip.Layer().Name();
        ImmutableArray<HostChange> off = called
            ? []
            : [Off("bridge-nf-call-iptables"), Off("bridge-nf-call-ip6tables")];
        Variation With(string title, params ImmutableArray<HostChange> rules) => Quiet(
            title, Core(ip), [.. off, .. rules]) with
        { Packets = 2 };
        HostChange In(string rule) => Rule($"{tool} -t nat -A {rule}");

        yield return With("DNAT to a neighbour", In("PREROUTING -d wan -j DNAT --to-destination server"));
        yield return With(
            "DNAT to a neighbour, masqueraded",
            In("PREROUTING -d wan -j DNAT --to-destination server"),
            In("POSTROUTING -s client -d server -j MASQUERADE"));
        // A container's kernel accepts and answers an IPv6 packet that it sent to itself; the
        // answer crosses no hook of the host.
        yield return With("DNAT back to the sender", In("PREROUTING -d wan -j DNAT --to-destination client")) with
        {
            Flows = [.. Core(ip).Where(flow => called
                || ip == IpVersion.V4
                || flow.From != Endpoint.Client
                || flow.Protocol != Protocol.Icmp)],
        };
        yield return With(
            "DNAT back to the sender, hairpin on",
            On("hairpin"),
            In("PREROUTING -d wan -j DNAT --to-destination client"),
            In("POSTROUTING -o lab -j MASQUERADE"));
        yield return With("DNAT to another network", In("PREROUTING -d server -j DNAT --to-destination stranger"));
        yield return With("DNAT to the WAN", In("PREROUTING -d server -j DNAT --to-destination wan"));
        yield return With("DNAT to the host", In("PREROUTING -d wan -j DNAT --to-destination lab.gateway"));
        yield return With("DNAT of the host's own", In("OUTPUT -d wan -j DNAT --to-destination server"));
        yield return With("DNAT of the host's own to itself", In("OUTPUT -d client -j DNAT --to-destination host.lo"));
        yield return With("DNAT of loopback", In("OUTPUT -d host.lo -j DNAT --to-destination server"));
        yield return With(
            "DNAT of loopback, route_localnet on",
            On("route_localnet"),
            In("OUTPUT -d host.lo -j DNAT --to-destination server"),
            In("POSTROUTING -o lab -j MASQUERADE"));
        yield return With("DNAT to another port", In("PREROUTING -p udp --dport 80 -j DNAT --to-destination server:7"));
        yield return With("REDIRECT", In("PREROUTING -d wan -j REDIRECT"));
        yield return With("REDIRECT of the host's own", In("OUTPUT -d wan -j REDIRECT"));
        yield return With("REDIRECT to a closed port", In("PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 7"));
        yield return With("MASQUERADE towards the WAN", In("POSTROUTING -o wan.nic -j MASQUERADE"));
        yield return With("MASQUERADE on the bridge", In("POSTROUTING -o lab -j MASQUERADE"));
        yield return With("MASQUERADE everywhere", In("POSTROUTING -j MASQUERADE"));
        yield return With("SNAT", In("POSTROUTING -s client -j SNAT --to-source host.wan"));
        yield return With(
            "SNAT to another's address", In("POSTROUTING -s client -d server -j SNAT --to-source stranger"));
        yield return With("SNAT of what is for the host", In("INPUT -s client -j SNAT --to-source stranger"));
        yield return With(
            "the first rule that fits holds",
            In("PREROUTING -d wan -j DNAT --to-destination server"),
            In("PREROUTING -d wan -j DNAT --to-destination stranger"));
        yield return With(
            "both source and destination",
            In("PREROUTING -d wan -j DNAT --to-destination stranger"),
            In("POSTROUTING -d stranger -j MASQUERADE"));
        yield return With("DNAT, and REJECT of what comes of it",
            In("PREROUTING -d wan -j DNAT --to-destination stranger"),
            Rule($"{tool} -A FORWARD -d stranger -j REJECT"));
    }

    private static IEnumerable<Variation> NftNat()
    {
        foreach (var priority in (int[])[-190, -100, 0, 300])
            yield return Quiet($"nft NAT at priority {priority} beside iptables", MatrixFlows.Core,
                Rule("iptables -t nat -A PREROUTING -d wan -j DNAT --to-destination server"),
                new HostChange.NftTable(
                    $"table ip mine {{ chain c {{ type nat hook prerouting priority {priority}; ip daddr wan dnat to stranger; }}; chain d {{ type nat hook postrouting priority {priority}; ip daddr stranger masquerade; }}; }}"));
        yield return Quiet("nft NAT of family inet", MatrixFlows.Core, new HostChange.NftTable(
            "table inet mine { chain c { type nat hook prerouting priority -100; ip daddr wan dnat ip to stranger; ip6 daddr wan dnat ip6 to stranger; }; chain d { type nat hook postrouting priority 100; oifname \"away\" masquerade; }; }"));
        yield return Quiet("nft redirect", MatrixFlows.Core, new HostChange.NftTable(
            "table inet mine { chain c { type nat hook prerouting priority -100; tcp dport 80 redirect to :7; }; }"));
    }

    private static IEnumerable<Variation> NftChains()
    {
        int[] ip =
            [-500, -400, -350, -300, -250, -200, -175, -150, -125, -100, -50, 0, 25, 50, 75, 100, 125, 150, 175, 500];
        int[] bridge = [-500, -300, -250, -200, -100, -1, 0, 1, 50, 100, 150, 200, 250, 300, 350];
        string[] hooks = ["prerouting", "input", "forward", "output", "postrouting"];
        ImmutableArray<HostChange> off = [Off("bridge-nf-call-iptables"), Off("bridge-nf-call-ip6tables")];
        ImmutableArray<Flow> flows =
        [
            .. MatrixFlows.Core, .. MatrixFlows.Arp(), .. MatrixFlows.Broadcasts(), .. MatrixFlows.Tagged(),
            .. Enum.GetValues<IpVersion>()
                .SelectMany(ip => MatrixFlows.Fragments(ip))
                .Where(flow => flow.From == Endpoint.Client),
        ];
        foreach (var family in (string[])["ip", "ip6", "inet", "bridge", "arp"])
        {
            var table = new HostChange.NftTable(Table(family,
                from hook in family == "arp" ? ["input", "output"] : hooks
                from priority in family switch { "bridge" => bridge, "arp" => [-10, 0, 10], _ => ip }
                select Chain("filter", hook, priority)));
            yield return Quiet($"chains of {family} at every hook and priority", flows, table);
            yield return Quiet(
                $"chains of {family} at every hook and priority, bridge-nf-call off", flows, [.. off, table]);
        }

        string[] devices = ["client.port", "server.port", "lab", "wan.nic", "lo"];
        var netdev = new HostChange.NftTable(Table("netdev",
            from device in devices
            from hook in (string[])["ingress", "egress"]
            from priority in (int[])[-5, 5]
            select Chain("filter", hook, priority, device)));
        yield return Quiet("chains of netdev at ingress and egress", flows, netdev);
        yield return Quiet("chains of netdev at ingress and egress, bridge-nf-call off", flows, [.. off, netdev]);
        yield return Quiet("chains of inet at ingress", flows, new HostChange.NftTable(
            Table("inet", devices.Select(device => Chain("filter", "ingress", 0, device)))));
        foreach (var family in (string[])["ip", "ip6", "inet"])
            yield return Quiet(
                $"chains of {family} of type nat and route", MatrixFlows.Core, new HostChange.NftTable(Table(family,
                [
                    .. from hook in hooks
                       where hook != "forward"
                       from priority in (int[])[-199, -100, 0, 100, 300]
                       select Chain("nat", hook, priority),
                    .. family == "inet" ? [] : (string[])[Chain("route", "output", -149)],
                ])));
    }

    private static IEnumerable<Variation> NftDrops()
    {
        foreach (var (family, match) in ((string, string)[])
            [("ip", "ip saddr client"), ("ip6", "ip6 saddr client"), ("inet", "meta l4proto udp")])
            foreach (var hook in (string[])["prerouting", "input", "forward", "output", "postrouting"])
                yield return Quiet(
                    $"{family} {hook} drops",
                    MatrixFlows.Core,
                    new HostChange.NftTable(Table(family, [Chain("filter", hook, -10, rule: $"{match} drop")])));
        foreach (var hook in (string[])["prerouting", "input", "forward", "output", "postrouting"])
            foreach (var priority in (int[])[-250, 10])
                yield return Quiet($"bridge {hook} at {priority} drops", [.. MatrixFlows.Core, .. MatrixFlows.Arp()],
                    new HostChange.NftTable(Table("bridge", [Chain("filter", hook, priority, rule: "drop")])));
        foreach (var hook in (string[])["input", "output"])
            yield return Quiet(
                $"arp {hook} drops",
                MatrixFlows.Arp(),
                new HostChange.NftTable(Table("arp", [Chain("filter", hook, -10, rule: "drop")])));
        foreach (var (device, hook) in ((string, string)[])
            [
                ("client.port", "ingress"), ("lab", "ingress"), ("wan.nic", "ingress"), ("lo", "ingress"),
                ("server.port", "egress"), ("lab", "egress"), ("wan.nic", "egress"), ("lo", "egress")
            ])
            yield return Quiet(
                $"{hook} of {device} drops",
                MatrixFlows.Core,
                new HostChange.NftTable(Table("netdev", [Chain("filter", hook, 0, device, "drop")])));
        yield return Quiet(
            "ip forward rejects",
            MatrixFlows.Core,
            new HostChange.NftTable(Table("ip", [Chain("filter", "forward", -10, rule: "ct state new reject")])));
        yield return Quiet("inet input resets", MatrixFlows.Core, new HostChange.NftTable(
            Table("inet", [Chain("filter", "input", -10, rule: "tcp flags syn reject with tcp reset")])));
        foreach (var family in (string[])["ip", "ip6", "inet"])
            foreach (var hook in (string[])["prerouting", "output"])
                foreach (var priority in (int[])[-200, -175])
                    yield return Quiet($"{family} {hook} at {priority} drops what is new", MatrixFlows.Core,
                        new HostChange.NftTable(
                            Table(family, [Chain("filter", hook, priority, rule: "ct state new drop")])));
        yield return Quiet(
            "ip prerouting notracks",
            [.. Core(IpVersion.V4), .. MatrixFlows.Fragments(IpVersion.V4)],
            new HostChange.NftTable(Table("ip", [Chain("filter", "prerouting", -300, rule: "notrack")])));
    }

    /// <summary>
    /// What br_netfilter does to the connections of frames that go up though they are not only for this host
    /// (<c>br_nf_local_in</c>).
    /// </summary>
    private static IEnumerable<Variation> GoingUp()
    {
        HostChange drops = Rule("iptables -A FORWARD -j DROP"),
            nat = Rule("iptables -t nat -A INPUT -j SNAT --to-source insider");
        var broadcasts = MatrixFlows.Broadcasts();
        yield return Quiet("broadcasts", broadcasts) with { Packets = 2 };
        yield return Quiet("broadcasts that FORWARD drops", broadcasts, drops) with { Packets = 2 };
        yield return Quiet("broadcasts, and SNAT in INPUT", broadcasts, nat) with { Packets = 2 };
        yield return Quiet(
            "broadcasts that FORWARD drops, and SNAT in INPUT", broadcasts, drops, nat) with
        { Packets = 2 };
        yield return Quiet(
            "promiscuous, and FORWARD drops",
            [.. Core(IpVersion.V4), .. broadcasts],
            On("promiscuous"),
            drops) with
        { Packets = 2 };
        yield return Quiet("promiscuous, NOTRACK, and INPUT drops what is invalid", broadcasts, On("promiscuous"),
            Rule("iptables -t raw -A PREROUTING -j NOTRACK"),
            Rule("iptables -A INPUT -m conntrack --ctstate INVALID -j DROP"));
        // The copy that goes up is routed to the neighbour as well, which answers both. Only to TCP is the second
        // answer a separate packet.
        foreach (var ip in Enum.GetValues<IpVersion>())
            yield return Quiet($"promiscuous, and DNAT of {ip.Layer().Name()} to a neighbour",
                [
                    .. Core(ip).Where(flow => flow.To != Endpoint.Wan
                        || flow.From != Endpoint.Client
                        || flow.Protocol == Protocol.Tcp)
                ],
                On("promiscuous"),
                Rule($"{ip.Layer().Name()} -t nat -A PREROUTING -d wan -j DNAT --to-destination server"));
        foreach (var state in (string[])["new", "established", "invalid", "untracked"])
            yield return Quiet($"promiscuous, and a bridge's input chain drops what is {state}",
                [.. MatrixFlows.Core, .. broadcasts], On("promiscuous"),
                new HostChange.NftTable(
                    Table("bridge", [Chain("filter", "input", 0, rule: $"ct state {state} drop")]))) with
            {
                Needs =
                    "a kernel with CONFIG_NF_CONNTRACK_BRIDGE, without which no chain of a bridge can ask for a connection",
            };
    }

    // The kernel limits redirects per address, so each of these flows is the first one on its host.
    private static IEnumerable<Variation> Redirects()
    {
        ImmutableArray<HostChange> off = [Off("bridge-nf-call-iptables"), Off("bridge-nf-call-ip6tables")];
        yield return new(
            "a routed packet leaves by its bridge",
            [.. off, Rule("ebtables -t nat -A PREROUTING -i client.port -j redirect --redirect-target ACCEPT")],
            [new(Endpoint.Client, Endpoint.Server, Protocol.Udp)]);
        yield return new(
            "a translated packet leaves by its bridge",
            [.. off, Rule("iptables -t nat -A PREROUTING -d wan -j DNAT --to-destination client")],
            [new(Endpoint.Server, Endpoint.Wan, Protocol.Udp)]);
    }

    private static IEnumerable<Variation> UsersOfDocker(IpVersion ip, Scope scope)
    {
        var tool = ip.Layer().Name();
        ImmutableArray<Flow> flows = [.. Core(ip), .. MatrixFlows.PublishedPorts(ip)];
        foreach (var (title, rule) in ((string, string)[])
                 [
                     ("drops the WAN", " -i wan.nic -m conntrack --ctstate NEW -j DROP"),
                     ("accepts all", $"{scope.FromWan} -j ACCEPT"),
                     ("drops a container's port", " -p tcp -d server --dport 80 -j DROP")
                 ])
            yield return Quiet($"{tool}: DOCKER-USER {title}", flows, Rule($"{tool} -I DOCKER-USER{rule}"));
        yield return Quiet(
            $"{tool}: INPUT drops published ports",
            flows,
            Rule($"{tool} -I INPUT{scope.In} -p tcp --dport 8080 -j DROP"));
        yield return Quiet($"{tool}: raw accepts first", flows, Rule($"{tool} -t raw -I PREROUTING -s wan -j ACCEPT"));
        yield return Quiet($"{tool}: DNAT before Docker's", flows, Rule(
            $"{tool} -t nat -I PREROUTING{scope.FromWan} -p tcp --dport 8080 -j DNAT --to-destination stranger:80"));
        yield return Quiet(
            $"{tool}: MASQUERADE of what is published",
            flows,
            Rule($"{tool} -t nat -A POSTROUTING -d server -j MASQUERADE"));
        yield return Quiet($"{tool}: a chain of nft drops what Docker accepts", flows, new HostChange.NftTable(
            Table("inet", [Chain("filter", "forward", 10, rule: "iifname \"wan.nic\" drop")])));
    }

    private static string Table(string family, IEnumerable<string> chains) =>
        $"table {family} mine {{ {string.Join(' ', chains)} }}";

    private static string Chain(string type, string hook, int priority, string? device = null, string? rule = null) =>
        $"chain {type[0]}-{hook}{(priority < 0 ? "m" : "p")}{Math.Abs(priority)}{device?.Replace('.', '-')} {{ type {type} hook {hook} {(device is null ? "" : $"device \"{device}\" ")}priority {priority}; {(rule is null ? "" : $"{rule}; ")}}};";

    private static ImmutableArray<Flow> Core(IpVersion ip) => [.. MatrixFlows.Core.Where(flow => flow.Ip == ip)];

    /// <summary>The flows with a packet that crosses a hook point: some of each protocol.</summary>
    private static ImmutableArray<Flow> Passing(HostProfile host, HookPoint point, int perProtocol) =>
    [
        .. MatrixFlows.Core
            .Where(flow => Prediction.Legs(host, flow).Any(leg => leg.Trail.Hops.Any(hop => hop.Point == point)))
            .GroupBy(flow => (flow.Protocol, flow.Ip))
            .SelectMany(group => group.Take(perProtocol)),
    ];

    // Whether a host sends a redirect depends on the time of its last one, so most variations turn redirects off.
    private static Variation Quiet(
        string title, ImmutableArray<Flow> flows, params ImmutableArray<HostChange> changes) =>
        new(title, changes, flows) { IsQuiet = true };

    private static HostChange.Turn Off(string name) => new(Switch.Parse(name), false);

    private static HostChange.Turn On(string name) => new(Switch.Parse(name), true);

    private static HostChange.Rule Rule(string command) => new(command);
}
