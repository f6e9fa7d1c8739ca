using Hooktrail.Namespaces;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Flows.Kernel;

/// <summary>Special packets, and switches that change their way, go as the model predicts.</summary>
[Parallelizable(ParallelScope.Children)]
public class PathTests
{
    private static readonly ImmutableArray<Protocol> Protocols = [Protocol.Icmp, Protocol.Udp, Protocol.Tcp];

    private static readonly ImmutableArray<(Endpoint From, Endpoint To)> Journeys =
        [
            (Client, Server), (Client, Wan), (Wan, Client), (Client, Host),
            (Host, Client), (Host, Host), (Host, Wan), (Wan, Host), (Client, Stranger)
        ];

    private static readonly NamespaceSetup Whole = new() { Docker = null };

    private static readonly NamespaceSetup WithStranger = Whole with
    {
        Topology = NamespaceTopology.Small with { Networks = [NamespaceTopology.Lab, NamespaceTopology.Away] },
    };

    [Test]
    public async Task Frames_and_fragments_go_as_predicted()
    {
        await using var lab = await KernelLab.StartAsync(Whole);
        Flow[] arp =
        [
            .. from one in (Endpoint[])[Client, Server, Host]
               from other in (Endpoint[])[Client, Server, Host]
               where one != other
               select new Flow(one, other, Protocol.Arp),
            new(Wan, Host, Protocol.Arp),
            new(Host, Wan, Protocol.Arp),
            new(Left, Right, Protocol.Arp),
            new(Insider, Host, Protocol.Arp),
        ];
        Flow[] broadcasts =
        [
            .. from one in (Endpoint[])[Client, Host, Left, Stranger]
               select new Flow(one, Everyone, Protocol.Udp) { Port = 67 }
        ];
        Flow[] fragments =
        [
            .. from journey in Journeys
               from protocol in (Protocol[])[Protocol.Icmp, Protocol.Udp]
               from ip in Enum.GetValues<IpVersion>()
               select new Flow(journey.From, journey.To, protocol) { Ip = ip, Fragments = 3 },
        ];
        Flow[] tagged =
        [
            .. from tag in (Encapsulation[])[Encapsulation.Vlan, Encapsulation.PPPoE]
               from ends in ((Endpoint From, Endpoint To)[])[(Client, Server), (Server, Client), (Left, Right)]
               select new Flow(ends.From, ends.To, Protocol.Udp) { Encapsulation = tag },
        ];
        foreach (var called in (bool[])[true, false])
            foreach (var other in (bool[])[false, true])
            {
                await lab.TurnAsync(called, "bridge-nf-call-iptables", "bridge-nf-call-ip6tables");
                await lab.TurnAsync(other, "bridge-nf-filter-vlan-tagged", "bridge-nf-filter-pppoe-tagged");
                await lab.TurnAsync(!other, "bridge-nf-call-arptables");
                await lab.CheckAllAsync(
                    [.. arp, .. broadcasts, .. tagged, .. other ? [] : fragments],
                    $"called {called}, tagged {other}: ");
            }

        lab.AssertAgreed(200);
    }

    [Test]
    public async Task Packets_that_the_host_does_not_pass_on_end_as_predicted([Values] bool called)
    {
        await using var lab = await KernelLab.StartAsync(WithStranger);
        await lab.TurnAsync(called, "bridge-nf-call-iptables", "bridge-nf-call-ip6tables");
        await lab.CheckAllAsync(Flows().Select(flow => flow with { Ttl = 1 }));
        await lab.CheckAllAsync(Flows().Where(flow => flow.HasPorts).Select(flow => flow with { Port = 7 }));
        await lab.TurnAsync(false, "ip_forward", "ip6_forward");
        await lab.CheckAllAsync(Flows(), "ip_forward off: ");

        lab.AssertAgreed(200);
    }

    [Test]
    public async Task Without_conntrack_everything_goes_as_predicted([Values] bool tracked)
    {
        // Taps in nat chains do not turn conntrack on.
        await using var lab = await KernelLab.StartAsync(WithStranger with { Conntrack = tracked });
        Assert.That(lab.Profile.Conntrack, Is.EqualTo(tracked));
        await lab.CheckAllAsync(Flows());
        await lab.CheckAllAsync(
            Flows().Where(flow => flow.Protocol != Protocol.Tcp).Select(flow => flow with { Fragments = 2 }));
        if (tracked)
            foreach (var chain in (string[])["PREROUTING", "OUTPUT"])
                foreach (var tool in (string[])["iptables", "ip6tables"])
                {
                    await using var rule = await lab.RuleAsync($"{tool} -t raw -A {chain} -j NOTRACK");
                    await lab.CheckAllAsync(Flows(), $"{tool} {chain}: ");
                }

        lab.AssertAgreed(200);
    }

    [Test]
    public async Task A_promiscuous_bridge_and_strict_rp_filter_do_as_predicted([Values] bool called)
    {
        await using var lab = await KernelLab.StartAsync(WithStranger);
        await lab.TurnAsync(called, "bridge-nf-call-iptables", "bridge-nf-call-ip6tables");
        await lab.TurnAsync(true, "promiscuous");
        await lab.CheckAllAsync(Flows(), "promiscuous: ");
        await lab.TurnAsync(false, "promiscuous");
        await lab.TurnAsync(true, "rp_filter");
        await lab.CheckAllAsync(Flows(), "rp_filter: ");

        lab.AssertAgreed(200);
    }

    private static IEnumerable<Flow> Flows() =>
        from journey in Journeys
        from protocol in Protocols
        from ip in Enum.GetValues<IpVersion>()
        select new Flow(journey.From, journey.To, protocol) { Ip = ip };
}
