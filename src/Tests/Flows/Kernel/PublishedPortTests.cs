using Hooktrail.Namespaces;
using Hooktrail.Trails;
using Hooktrail.Trails.Rules;
using NUnit.Framework;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Flows.Kernel;

/// <summary>
/// Published ports from everywhere, with Docker's userland proxy and with hairpin NAT in its place, with the bridge calling iptables
/// and without: the model says what the kernel does.
/// </summary>
[Parallelizable(ParallelScope.Children)]
public class PublishedPortTests
{
    [Test]
    public async Task A_published_port_is_reached_as_predicted(
        [Values(DockerRelease.V20, DockerRelease.V28Dot2, DockerRelease.V29)] DockerRelease release, [Values] bool proxy)
    {
        var topology = NamespaceTopology.Whole with { Hosted = false };
        if (!proxy)
            topology = topology with
            {
                Networks = [.. topology.Networks.Select(network => network with { Containers = [.. network.Containers.Select(one => one with { Hairpin = true })] })],
            };
        await using var lab = await KernelLab.StartAsync(new() { Topology = topology, Docker = release, Proxy = proxy });
        if (!proxy)
            foreach (var network in LabNames.Networks.Where(network => network != LabNames.Inner))
                await lab.Host.SetAsync($"net/ipv4/conf/{network}/route_localnet", "1");
        // What a host says of shorter ways depends on what it said before, and when.
        foreach (var scope in (string[])["all", "default", .. LabNames.Networks])
            await lab.Host.SetAsync($"net/ipv4/conf/{scope}/send_redirects", "0");
        lab.Switches = lab.Switches with { UserlandProxy = proxy, Hairpin = !proxy, RouteLocalnet = !proxy, SendRedirects = false };
        foreach (var called in (bool[])[true, false])
        {
            foreach (var tables in new[] { "iptables", "ip6tables" })
                await lab.Host.SetAsync($"net/bridge/bridge-nf-call-{tables}", called ? "1" : "0");
            lab.Switches = lab.Switches with { BridgeNfCallIptables = called, BridgeNfCallIp6tables = called };
            await lab.CheckAllAsync(Flows(), 30);
        }
    }

    private static IEnumerable<Flow> Flows() =>
        from ip in Enum.GetValues<IpVersion>()
        from protocol in (Protocol[])[Protocol.Udp, Protocol.Tcp]
        from flow in (Flow[])
        [
            new(Wan, Host, protocol) { Port = 8080 },
            new(Client, Host, protocol) { Port = 8081 },
            new(Client, Host, protocol) { Port = 8081, Via = LabNames.HostOnWan },
            new(Client, Host, protocol) { Port = 8080 },
            new(Client, Host, protocol) { Port = 8083 },
            new(Client, Host, protocol) { Port = 8083, Via = LabNames.HostOnWan },
            new(Stranger, Host, protocol) { Port = 8080, Via = LabNames.Gateway },
            new(Host, Host, protocol) { Port = 8080, Via = LabNames.HostOnWan },
            new(Host, Host, protocol) { Port = 8080, Via = LabNames.Gateway },
            new(Host, Host, protocol) { Port = 8080 },
        ]
        select flow with { Ip = ip };
}
