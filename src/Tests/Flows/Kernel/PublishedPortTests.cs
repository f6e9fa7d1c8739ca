using Hooktrail.Namespaces;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Flows.Kernel;

/// <summary>Published ports by userland proxy or hairpin NAT, with and without the bridge calling iptables.</summary>
[Parallelizable(ParallelScope.Children)]
public class PublishedPortTests
{
    [Test]
    public async Task A_published_port_is_reached_as_predicted(
        [Values(DockerRelease.V20, DockerRelease.V28Dot2, DockerRelease.V29, DockerRelease.V29Nftables)] DockerRelease release,
        [Values] bool proxy)
    {
        await using var lab = await KernelLab.StartAsync(
            NamespaceSetup.Default with { Docker = release, UserlandProxy = proxy });
        foreach (var called in (bool[])[true, false])
        {
            await lab.TurnAsync(called, "bridge-nf-call-iptables", "bridge-nf-call-ip6tables");
            foreach (var flow in Flows())
                await lab.CheckAsync(flow);
        }

        lab.AssertAgreed(150);
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
