using Hooktrail.Labs;
using Hooktrail.Namespaces;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Flows.Kernel;

/// <summary>Rule sets of real hosts in the lab; see src/Tests/Rules/rulesets/README.md.</summary>
[Parallelizable(ParallelScope.Children)]
public class RealRulesTests
{
    private static readonly NamespaceSetup Docker = new() { Topology = NamespaceTopology.Small };

    private static readonly ImmutableArray<(Endpoint From, Endpoint To, Protocol Protocol)> Flows =
    [
        (Client, Server, Protocol.Icmp), (Client, Server, Protocol.Tcp), (Client, Host, Protocol.Icmp),
        (Client, Host, Protocol.Udp), (Host, Client, Protocol.Tcp), (Client, Wan, Protocol.Icmp),
        (Client, Wan, Protocol.Tcp), (Client, Wan, Protocol.Udp), (Wan, Host, Protocol.Icmp), (Wan, Host, Protocol.Tcp),
        (Wan, Client, Protocol.Icmp), (Host, Wan, Protocol.Tcp), (Host, Wan, Protocol.Icmp), (Host, Host, Protocol.Udp),
    ];

    [Test]
    public async Task Every_flow_goes_as_predicted(
        [Values("crowdsec.nft", "firewalld.nft", "kube-proxy.nft")] string file, [Values] IpVersion ip)
    {
        await using var lab = await KernelLab.StartAsync(Docker);
        await lab.ChangeAsync(new HostChange.NftTable(await File.ReadAllTextAsync(
            Path.Combine(TestContext.CurrentContext.TestDirectory, "rulesets", file))));

        await lab.CheckAllAsync(Flows.Select(one => new Flow(one.From, one.To, one.Protocol) { Ip = ip }));

        lab.AssertAgreed(Flows.Length);
    }
}
