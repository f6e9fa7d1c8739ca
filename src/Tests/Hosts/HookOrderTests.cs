using Hooktrail.Hosts;
using Hooktrail.Snapshots;

namespace Hooktrail.Tests.Hosts;

public class HookOrderTests
{
    private const string Chain =
        "\"family\":\"ip\",\"name\":\"c\",\"handle\":1,\"type\":\"filter\",\"hook\":\"input\",\"prio\":0,\"policy\":\"drop\"";

    private static readonly Snapshot Listed = Taken.Of(
        ("kernel", "6.1.0-50-cloud-amd64\n#1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-09-20)"),
        ("versions", "nft: nftables v1.0.6 (Lester Gooch #5)"),
        ("nft", "table ip one {\n\tchain c {\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n}\ntable ip two {\n\tchain c {\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n}"),
        ("nft-json", """{"nftables":[{"table":{"family":"ip","name":"one","handle":1}},{"chain":{"table":"one",CHAIN}},{"table":{"family":"ip","name":"two","handle":2}},{"chain":{"table":"two",CHAIN}}]}""".Replace("CHAIN", Chain, StringComparison.Ordinal)),
        ("nft-hooks", "family ip {\n\thook input {\n\t\t 0000000000 chain ip two c [nf_tables]\n\t\t 0000000000 chain ip one c [nf_tables]\n\t}\n}"));

    [Test]
    public void Of_two_chains_with_one_priority_the_kernels_list_says_which_came_first()
    {
        var order = SnapshotProfile.Of(Listed, TopologyReader.Of(Listed)).Registered;

        Assert.That(order.IsListed);
        Assert.That(order.StepOf("nftables ip one c"), Is.LessThan(order.StepOf("nftables ip two c")!), "the first to run came last");
    }

    [Test]
    public void Without_the_list_it_is_not_known()
    {
        var without = new Snapshot([.. Listed.Parts.Where(part => part.Name != "nft-hooks")]);
        var order = SnapshotProfile.Of(without, TopologyReader.Of(without)).Registered;

        Assert.That(order.Knows(new(Layer.Nftables, "ip one", "c"), new(Layer.Nftables, "ip two", "c")), Is.False);
    }

    [Test]
    public void The_kernel_is_the_stable_release_that_its_distribution_names() => Assert.That(
        SnapshotProfile.Of(Listed, TopologyReader.Of(Listed)).Kernel, Is.EqualTo(new KernelVersion(6, 1, 176)));
}
