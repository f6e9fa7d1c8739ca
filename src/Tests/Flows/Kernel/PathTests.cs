using System.Collections.Immutable;
using System.Text;
using Hooktrail.Namespaces;
using Hooktrail.Trails;
using NUnit.Framework;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Flows.Kernel;

/// <summary>Packets that are special, and switches that change their way: the model says what the kernel does with them.</summary>
[Parallelizable(ParallelScope.Children)]
public class PathTests
{
    private static readonly ImmutableArray<Protocol> Protocols = [Protocol.Icmp, Protocol.Udp, Protocol.Tcp];

    private static readonly ImmutableArray<(Endpoint From, Endpoint To)> Journeys =
        [(Client, Server), (Client, Wan), (Wan, Client), (Client, Host), (Host, Client), (Host, Host), (Host, Wan), (Wan, Host), (Client, Stranger)];

    private static readonly NamespaceTopology WithStranger = NamespaceTopology.Small with { Networks = [NamespaceTopology.Lab, NamespaceTopology.Away] };

    [Test]
    public async Task Frames_and_fragments_go_as_predicted()
    {
        await using var lab = await KernelLab.StartAsync(new() { Topology = NamespaceTopology.Whole with { Hosted = false } });
        var report = new StringBuilder();
        Flow[] arp = [.. from one in (Endpoint[])[Client, Server, Host] from other in (Endpoint[])[Client, Server, Host] where one != other select new Flow(one, other, Protocol.Arp), new(Wan, Host, Protocol.Arp), new(Host, Wan, Protocol.Arp), new(Left, Right, Protocol.Arp)];
        Flow[] broadcasts = [.. from one in (Endpoint[])[Client, Host, Left, Stranger] select new Flow(one, Everyone, Protocol.Udp) { Port = 67 }];
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
               from ends in ((Endpoint, Endpoint)[])[(Client, Server), (Server, Client), (Left, Right)]
               select new Flow(ends.Item1, ends.Item2, Protocol.Udp) { Encapsulation = tag },
        ];
        foreach (var bits in Enumerable.Range(0, 8))
        {
            var (called, inTags, arpCalled) = ((bits & 1) == 0, (bits & 2) != 0, (bits & 4) == 0);
            foreach (var (setting, on) in (ReadOnlySpan<(string, bool)>)[("call-iptables", called), ("call-ip6tables", called), ("call-arptables", arpCalled), ("filter-vlan-tagged", inTags), ("filter-pppoe-tagged", inTags)])
                lab.Host.SetAsync($"net/bridge/bridge-nf-{setting}", on ? "1" : "0").Wait();
            lab.Switches = lab.Switches with
            {
                BridgeNfCallIptables = called,
                BridgeNfCallIp6tables = called,
                BridgeNfCallArptables = arpCalled,
                BridgeNfFilterVlanTagged = inTags,
                BridgeNfFilterPppoeTagged = inTags,
            };
            foreach (var flow in (Flow[])[.. arp, .. broadcasts, .. tagged, .. bits < 2 ? fragments : []])
                report.Append(await lab.CheckAsync(flow));
        }

        Assert.That(report.ToString(), Is.Empty);
    }

    [Test]
    public async Task Packets_that_the_host_does_not_pass_on_end_as_predicted()
    {
        await using var lab = await KernelLab.StartAsync(new() { Topology = WithStranger });
        var report = new StringBuilder();
        foreach (var called in (bool[])[true, false])
        {
            foreach (var tables in (string[])["iptables", "ip6tables"])
                await lab.Host.SetAsync($"net/bridge/bridge-nf-call-{tables}", called ? "1" : "0");
            lab.Switches = lab.Switches with { BridgeNfCallIptables = called, BridgeNfCallIp6tables = called };
            foreach (var ip in Enum.GetValues<IpVersion>())
            {
                foreach (var protocol in Protocols)
                {
                    // S16
                    foreach (var (from, to) in Journeys)
                        report.Append(await lab.CheckAsync(new(from, to, protocol) { Ip = ip, Ttl = 1 }));
                    if (protocol != Protocol.Icmp)
                        foreach (var (from, to) in Journeys)
                            report.Append(await lab.CheckAsync(new(from, to, protocol) { Ip = ip, Port = 7 }));
                }

                var (path, off) = ip == IpVersion.V4
                    ? ("net/ipv4/ip_forward", lab.Switches with { IpForward = false })
                    : ("net/ipv6/conf/all/forwarding", lab.Switches with { Ip6Forward = false });
                var on = lab.Switches;
                await lab.Host.SetAsync(path, "0");
                lab.Switches = off;
                foreach (var (from, to) in Journeys)
                    foreach (var protocol in Protocols)
                        report.Append(await lab.CheckAsync(new(from, to, protocol) { Ip = ip }));
                await lab.Host.SetAsync(path, "1");
                lab.Switches = on;
            }
        }

        Assert.That(report.ToString(), Is.Empty);
    }

    [Test]
    public async Task Without_conntrack_everything_goes_as_predicted([Values] bool tracked)
    {
        // S1: nat chains that only look on.
        await using var lab = await KernelLab.StartAsync(new() { Topology = WithStranger, Begin = tracked ? KernelSetup.Conntracked : "" });
        lab.Switches = lab.Switches with { Conntrack = tracked, Conntrack6 = tracked };
        var report = new StringBuilder();
        foreach (var untracked in (string[])["", "raw PREROUTING", "raw OUTPUT"])
        {
            var rule = untracked.Split(' ') is [var table, var chain] ? $"-t {table} -A {chain} -j {(tracked ? "NOTRACK" : "ACCEPT")}" : null;
            if (rule is not null)
                await lab.RunAsync($"iptables-nft {rule}; ip6tables-nft {rule}");
            foreach (var (from, to) in Journeys)
                foreach (var protocol in Protocols)
                    foreach (var ip in Enum.GetValues<IpVersion>())
                        report.Append(await lab.CheckAsync(new(from, to, protocol) { Ip = ip }, protocol == Protocol.Tcp ? 1 : 2));
            if (rule is not null)
                await lab.RunAsync("iptables-nft -t raw -F; ip6tables-nft -t raw -F");
        }

        foreach (var flow in from ends in Journeys
                             from protocol in (Protocol[])[Protocol.Icmp, Protocol.Udp]
                             from ip in Enum.GetValues<IpVersion>()
                             select new Flow(ends.From, ends.To, protocol) { Ip = ip, Fragments = 2 })
            report.Append(await lab.CheckAsync(flow));
        Assert.That(report.ToString(), Is.Empty);
    }

    [Test]
    public async Task A_promiscuous_bridge_and_strict_rp_filter_do_as_predicted()
    {
        await using var lab = await KernelLab.StartAsync(new() { Topology = WithStranger });
        var report = new StringBuilder();
        foreach (var called in (bool[])[true, false])
        {
            foreach (var tables in (string[])["iptables", "ip6tables"])
                await lab.Host.SetAsync($"net/bridge/bridge-nf-call-{tables}", called ? "1" : "0");
            var plain = lab.Switches with { BridgeNfCallIptables = called, BridgeNfCallIp6tables = called };

            // S17
            await lab.Host.SetPromiscuousAsync("lab", true);
            lab.Switches = plain with { Promiscuous = true };
            await CheckAsync();
            await lab.Host.SetPromiscuousAsync("lab", false);

            foreach (var scope in (string[])["all", "lab", "away", "wan.nic"])
                await lab.Host.SetAsync($"net/ipv4/conf/{scope}/rp_filter", "1");
            lab.Switches = plain with { RpFilter = true };
            await CheckAsync();
            foreach (var scope in (string[])["all", "lab", "away", "wan.nic"])
                await lab.Host.SetAsync($"net/ipv4/conf/{scope}/rp_filter", "0");
            lab.Switches = plain;
        }

        Assert.That(report.ToString(), Is.Empty);

        async Task CheckAsync()
        {
            foreach (var (from, to) in Journeys)
                foreach (var protocol in Protocols)
                    foreach (var ip in Enum.GetValues<IpVersion>())
                        report.Append(await lab.CheckAsync(new(from, to, protocol) { Ip = ip }));
        }
    }
}
