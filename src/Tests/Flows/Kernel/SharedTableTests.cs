using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Namespaces;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Flows.Kernel;

/// <summary>What nft writes into the tables that it shares with iptables-nft.</summary>
[Parallelizable(ParallelScope.Children)]
public class SharedTableTests
{
    private static readonly NamespaceSetup Open = new() { Topology = NamespaceTopology.Small, Docker = null };

    private static readonly NamespaceSetup Docker = new() { Topology = NamespaceTopology.Small };

    private static readonly Flow ToHost = new(Client, Host, Protocol.Udp);

    private static readonly Flow Out = new(Client, Wan, Protocol.Udp);

    private static readonly ImmutableArray<Flow> Flows =
    [
        ToHost, Out, new(Wan, Host, Protocol.Tcp), new(Host, Client, Protocol.Icmp), new(Client, Server, Protocol.Icmp),
        Out with { Port = 9998 }, new(Client, Wan, Protocol.Tcp), Out with { Ip = IpVersion.V6 },
    ];

    [Test]
    public async Task A_policy_that_nft_sets_closes_the_hosts_ports([Values] bool hasDocker)
    {
        await using var lab = await StartAsync(
            hasDocker,
            "table ip filter { chain INPUT { type filter hook input priority 0; policy drop; ct state { established, related } accept; }; }");

        await lab.CheckAllAsync(Flows);

        lab.AssertAgreed(8);
        Assert.That(Outcome(lab, ToHost), Is.EqualTo("dropped at iptables filter INPUT (policy of INPUT)"));
        Assert.That(Outcome(lab, Out), Is.EqualTo("delivered to wan"));
    }

    [Test]
    public async Task A_DNAT_that_nft_writes_is_a_DNAT([Values] bool hasDocker)
    {
        await using var lab = await StartAsync(
            hasDocker,
            "table ip nat { chain PREROUTING { type nat hook prerouting priority -100; udp dport 9998 ip daddr wan dnat to server:80; }; }");

        await lab.CheckAllAsync(Flows);

        lab.AssertAgreed(8);
        Assert.That(Outcome(lab, Out with { Port = 9998 }), Is.EqualTo("delivered to server"));
    }

    [Test]
    public async Task A_set_of_ports_closes_only_these([Values] bool hasDocker)
    {
        await using var lab = await StartAsync(
            hasDocker,
            "table ip filter { chain FORWARD { type filter hook forward priority 0; udp dport { 9998, 9999 } drop; }; }");
        await using var more =
            await lab.RuleAsync("iptables -I FORWARD -i lab -p icmp -m conntrack --ctstate NEW -j ACCEPT");

        await lab.CheckAllAsync(Flows);

        lab.AssertAgreed(8);
        Assert.That(Outcome(lab, Out), Is.EqualTo("delivered to wan"));
        Assert.That(Outcome(lab, new(Client, Wan, Protocol.Icmp)), Is.EqualTo("delivered to wan"));
        if (!hasDocker)
            Assert.That(
                Outcome(lab, Out with { Port = 9998 }),
                Is.EqualTo(
                    "dropped at iptables filter FORWARD (nft add rule ip filter FORWARD udp dport { 9998, 9999 } drop)"));
    }

    [Test]
    public async Task A_base_chain_of_a_user_is_one_of_nft_whatever_its_table()
    {
        await using var lab = await StartAsync(
            hasDocker: true,
            "table ip filter { chain theirs { ct mark 0 udp dport 9998 drop; }\nchain early { type filter hook forward priority -5; jump theirs; }\nchain FORWARD { type filter hook forward priority 0; jump theirs; }; }");

        await lab.CheckAllAsync(Flows);

        lab.AssertAgreed(8);
        Assert.That(
            Outcome(lab, Out with { Port = 9998 }),
            Is.EqualTo("dropped at nftables ip filter early (ct mark 0x00000000 udp dport 9998 drop)"));
    }

    private static async Task<KernelLab> StartAsync(bool hasDocker, string table)
    {
        var lab = await KernelLab.StartAsync(hasDocker ? Docker : Open);
        await lab.ChangeAsync(new HostChange.NftTable(table));
        return lab;
    }

    private static string Outcome(KernelLab lab, Flow flow) =>
        Prediction.Legs(lab.Profile, flow, 1)[0].Trail.Outcome.ToString();
}
