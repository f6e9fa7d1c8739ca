using Hooktrail.Labs;
using Hooktrail.Namespaces;
using Hooktrail.Observation;

namespace Hooktrail.Tests.Namespaces;

/// <summary>Flows of every kind through labs of every kind, as text that is the same wherever they run.</summary>
internal static class Flows
{
    private static readonly NamespaceSetup[] Setups =
    [
        NamespaceSetup.Default,
        NamespaceSetup.Default with { Docker = DockerRelease.V20, UserlandProxy = false, Iptables = Backend.Legacy },
        NamespaceSetup.Default with { Docker = DockerRelease.V29Nftables },
    ];

    private static readonly HostChange[] Changes =
    [
        new HostChange.Turn(Switch.BridgeNfCallIptables, false),
        new HostChange.Turn(Switch.Parse("promiscuous"), true),
        new HostChange.Rule("ip6tables -t mangle -A FORWARD -s client -j ACCEPT"),
        new HostChange.Rule("ebtables -A FORWARD -p IPv4 --ip-src client -j DROP"),
        new HostChange.NftTable(
            "table netdev mine { chain c { type filter hook ingress device \"client.port\" priority 0; }; }"),
    ];

    private static IEnumerable<Flow> All =>
    [
        .. from ip in Enum.GetValues<IpVersion>()
           from protocol in (Protocol[])[Protocol.Icmp, Protocol.Udp, Protocol.Tcp]
           from ends in ((Endpoint From, Endpoint To)[])
               [(Endpoint.Client, Endpoint.Server), (Endpoint.Client, Endpoint.Wan), (Endpoint.Hosted, Endpoint.Client)]
           select new Flow(ends.From, ends.To, protocol) { Ip = ip },
        new(Endpoint.Wan, Endpoint.Host, Protocol.Tcp) { Port = 8080 },
        new(Endpoint.Client, Endpoint.Everyone, Protocol.Udp) { Port = 67 },
        new(Endpoint.Client, Endpoint.Host, Protocol.Arp),
        new(Endpoint.Host, Endpoint.Client, Protocol.Arp),
        new(Endpoint.Client, Endpoint.Server, Protocol.Udp) { Fragments = 2 },
        new(Endpoint.Client, Endpoint.Server, Protocol.Udp) { Encapsulation = Encapsulation.Vlan },
        new(Endpoint.Client, Endpoint.Wan, Protocol.Icmp) { Ttl = 1 },
    ];

    public static async Task<IReadOnlyList<string>> SeenAsync()
    {
        var told = new List<string>();
        foreach (var setup in Setups)
        {
            await using var lab = await NamespaceLab.StartAsync(setup);
            foreach (var flow in All)
                told.AddRange(await TellAsync(lab, flow));
            foreach (var change in Changes)
                await using (await lab.ChangeAsync(change))
                    told.AddRange(await TellAsync(lab, new(Endpoint.Client, Endpoint.Server, Protocol.Udp)));
        }

        return told;
    }

    /// <summary>Flows of every protocol that are answered; gives the number of their legs.</summary>
    public static async Task<int> ManyAsync(NamespaceLab lab, int flows)
    {
        Flow[] some =
        [
            .. All.Where(
                flow => flow.Ttl == Flow.DefaultTtl && !flow.IsBroadcast && flow.Encapsulation == Encapsulation.None)
        ];
        var legs = 0;
        for (var i = 0; i < flows; i++)
            legs += (await lab.SendAsync(some[i % some.Length], Sending.Once)).Finding is Finding.Observed(var seen)
                ? seen.Length
                : 0;
        return legs;
    }

    private static async Task<IEnumerable<string>> TellAsync(NamespaceLab lab, Flow flow) =>
        (await lab.SendAsync(flow, Sending.Once)).Finding is Finding.Observed(var legs)
            ? legs.Select(leg =>
                $"{flow}, {leg.Leg}: {string.Join(" | ", leg.Trail.Hops)} {leg.Trail.Outcome}".ReplaceLineEndings(" "))
            : [$"{flow}: inconclusive"];
}
