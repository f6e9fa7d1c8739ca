using System.Diagnostics;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Namespaces;
using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Flows.Kernel;

/// <summary>Users' own base chains of nft in every family, at priorities around all others.</summary>
[Parallelizable(ParallelScope.Children)]
public class NftChainTests
{
    private static readonly NamespaceSetup Open = new() { Topology = NamespaceTopology.Small, Docker = null };

    private static readonly ImmutableArray<(Endpoint From, Endpoint To)> Journeys =
        [
            (Client, Server), (Client, Wan), (Wan, Client), (Client, Host),
            (Host, Client), (Host, Host), (Host, Wan), (Wan, Host)
        ];

    // No chain shares hook and priority with another, nor with one of iptables or ebtables: no record would prove which
    // of them ran first. Functions of the kernel are at some.
    private static readonly ImmutableArray<int> IpPriorities =
        [-500, -400, -350, -299, -250, -200, -175, -148, -125, -99, -50, 1, 25, 51, 75, 101, 125, 150, 175, 500];

    private static readonly ImmutableArray<int> BridgePriorities =
        [-500, -299, -250, -199, -100, -1, 0, 1, 50, 99, 150, 200, 250, 299, 350];

    // Those of family inet, which runs for IPv4 and IPv6, come a little later than those of the two.
    private const int LaterInInet = 5;

    [Test]
    public async Task Chains_of_every_family_and_priority_are_crossed_as_predicted([Values] bool called)
    {
        await using var lab = await KernelLab.StartAsync(Open);
        await lab.ChangeAsync(new HostChange.NftTable(Tables(Everywhere())));
        await lab.TurnAsync(called, "bridge-nf-call-iptables", "bridge-nf-call-ip6tables");
        await lab.CheckAllAsync(
        [
            .. from journey in Journeys
               from ip in Enum.GetValues<IpVersion>()
               from protocol in (Protocol[])[Protocol.Icmp, Protocol.Udp, Protocol.Tcp]
               select new Flow(journey.From, journey.To, protocol) { Ip = ip },
            .. from ends in ((Endpoint From, Endpoint To)[])
                [(Client, Server), (Client, Host), (Host, Client), (Wan, Host), (Host, Wan)]
               select new Flow(ends.From, ends.To, Protocol.Arp),
            new(Client, Everyone, Protocol.Udp) { Port = 67 },
            new(Host, Everyone, Protocol.Udp) { Port = 67 },
            new(Client, Server, Protocol.Udp) { Fragments = 2 },
            new(Client, Wan, Protocol.Icmp) { Fragments = 2 },
            new(Client, Server, Protocol.Udp) { Encapsulation = Encapsulation.Vlan },
            new(Client, Server, Protocol.Udp) { Encapsulation = Encapsulation.PPPoE },
        ]);

        lab.AssertAgreed(200);
    }

    [Test]
    public async Task A_chain_that_the_user_deletes_is_no_longer_recorded_and_its_neighbour_is()
    {
        await using var lab = await Live.StartAsync(Open);
        await lab.ChangeAsync(new HostChange.NftTable(
            "table inet mine { chain gone { type filter hook forward priority 5; }; chain stays { type filter hook forward priority 6; }; }"));
        using var nft = Process.Start(
            "bash", ["-c", $"{lab.Machine.Entrance(lab.ProcessIds["host"])} nft delete chain inet mine gone"]);
        await nft.WaitForExitAsync();
        Assert.That(nft.ExitCode, Is.Zero);

        await lab.ReadAsync();
        var seen = await lab.SendAsync(new Flow(Client, Wan, Protocol.Udp), Sending.Once);
        var request = ((Finding.Observed)seen.Finding).Legs.Single(leg => leg.Leg == Leg.Request);
        Assert.That(
            request.Trail.Hops.Where(hop => hop.Point.Layer == Layer.Nftables).Select(hop => hop.Point.Chain),
            Is.EqualTo(new[] { "stays" }));
    }

    [Test]
    public async Task What_a_users_chain_drops_ends_there([Values] IpVersion ip)
    {
        var family = ip == IpVersion.V4 ? NftFamily.Ip : NftFamily.Ip6;
        var flows = Journeys.Select(journey => new Flow(journey.From, journey.To, Protocol.Udp) { Ip = ip }).ToArray();
        await using var lab = await KernelLab.StartAsync(Open);
        foreach (var chain in from one in Everywhere()
                              where one.Family == family ? one.Priority is -350 or 51
                                  || one.Type == "route"
                                  || one is { Type: "nat", Priority: 2 }
                                  // Of what IPv4 and IPv6 have alike, each shows a part.
                                  : ip == IpVersion.V4 ? one.Family == NftFamily.Bridge && one.Priority is -250 or 1
                                  : one is { Family: NftFamily.Inet, Type: "filter", Priority: 1 + LaterInInet }
                                      or { Family: NftFamily.Netdev, Priority: -5 }
                              select one with { Does = "drop" })
            await CheckAsync(lab, chain, flows);

        lab.AssertAgreed(100);
    }

    [Test]
    public async Task What_a_users_chain_rejects_ends_there_and_its_sender_is_told([Values] IpVersion ip)
    {
        var family = ip == IpVersion.V4 ? NftFamily.Ip : NftFamily.Ip6;
        Flow[] flows =
        [
            .. from journey in Journeys
               from protocol in (Protocol[])[Protocol.Udp, Protocol.Tcp]
               select new Flow(journey.From, journey.To, protocol) { Ip = ip }
        ];
        await using var lab = await KernelLab.StartAsync(Open);
        foreach (var chain in from one in Everywhere()
                              where one.Type == "filter"
                                  && one.Hook != NftHook.Postrouting
                                  && one.Hook != NftHook.Egress
                              where one.Family == family ? one.Priority is -350 or 51
                                  : one.Family == NftFamily.Inet ? one.Priority == 1 + LaterInInet
                                  // The kernel of the tests has no reject for chains of family bridge
                                  // (CONFIG_NFT_BRIDGE_REJECT).
                                  : one.Family == NftFamily.Netdev && one.Priority == -5
                              select one with
                              {
                                  Does = "meta l4proto tcp reject with tcp reset; meta l4proto udp reject"
                              })
            await CheckAsync(lab, chain, flows);

        lab.AssertAgreed(100);
    }

    private static async Task CheckAsync(KernelLab lab, UserChain chain, Flow[] flows)
    {
        await using var table = await lab.ChangeAsync(new HostChange.NftTable(Tables([chain])));
        var profile = lab.Profile;
        foreach (var flow in flows.Where(
            flow => Prediction.Legs(profile, flow).Any(leg => leg.Trail.Outcome.At == chain.Point)))
            await lab.CheckAsync(flow, 1, null, $"{chain.Point}: ");
    }

    private static IEnumerable<UserChain> Everywhere()
    {
        foreach (var family in (NftFamily[])[NftFamily.Ip, NftFamily.Ip6, NftFamily.Inet])
            foreach (var hook in (NftHook[])
                [NftHook.Prerouting, NftHook.Input, NftHook.Forward, NftHook.Output, NftHook.Postrouting])
            {
                var later = family == NftFamily.Inet ? LaterInInet : 0;
                foreach (var priority in IpPriorities)
                    yield return new(family, hook, priority + later);
                if (hook is not NftHook.Forward)
                    foreach (var priority in (int[])[-198, -98, 2, 102, 302])
                        yield return new(family, hook, priority + later, "nat");
            }

        foreach (var family in (NftFamily[])[NftFamily.Ip, NftFamily.Ip6])
            yield return new(family, NftHook.Output, -149, "route");
        foreach (var hook in (NftHook[])
            [NftHook.Prerouting, NftHook.Input, NftHook.Forward, NftHook.Output, NftHook.Postrouting])
            foreach (var priority in BridgePriorities)
                yield return new(NftFamily.Bridge, hook, priority);
        foreach (var hook in (NftHook[])[NftHook.Input, NftHook.Output])
            foreach (var priority in (int[])[-10, 0, 10])
                yield return new(NftFamily.Arp, hook, priority);
        foreach (var device in (string[])["client.port", "server.port", "lab", "wan.nic", "lo"])
        {
            foreach (var hook in (NftHook[])[NftHook.Ingress, NftHook.Egress])
                foreach (var priority in (int[])[-5, 5])
                    yield return new(NftFamily.Netdev, hook, priority) { Device = device };
            yield return new(NftFamily.Inet, NftHook.Ingress, 0) { Device = device };
        }
    }

    private static string Tables(IEnumerable<UserChain> chains) => string.Concat(
        chains.GroupBy(chain => chain.Family)
            .Select(family => $"table {Word(family.Key)} mine {{\n{string.Concat(family)}}}\n"));

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private sealed record UserChain(NftFamily Family, NftHook Hook, int Priority, string Type = "filter")
    {
        public string? Device { get; init; }

        public string Does { get; init; } = "counter";

        public string Chain =>
            $"{Type[0]}-{Word(Hook)}{(Priority < 0 ? "m" : "p")}{Math.Abs(Priority).ToString(CultureInfo.InvariantCulture)}{Device?.Replace('.', '-')}";

        public HookPoint Point => new(Layer.Nftables, $"{Word(Family)} mine", Chain);

        public override string ToString() =>
            $"chain {Chain} {{ type {Type} hook {Word(Hook)} {(Device is null ? "" : $"device \"{Device}\" ")}priority {Priority}; {Does}; }}\n";
    }
}
