using Hooktrail.Trails.Topologies;
using Hooktrail.Twins;

namespace Hooktrail.Tests.Twins;

/// <summary>A snapshot of others, from which a twin is built with the rights of the user.</summary>
internal sealed class TwinInputTests
{
    private static readonly TwinPlan Plain = SnapshotPlan.Of(HostSnapshots.Read("ufw"));

    private static readonly string Witness = Path.Combine(Path.GetTempPath(), $"hooktrail-{Guid.NewGuid():N}");

    private static IEnumerable<TestCaseData> Hostile =>
    [
        Of("a device that is a command", plan => With(plan, device => device with { Name = $"x\nEND\ntouch {Witness}\n" })),
        Of("a device that is an option", plan => With(plan, device => device with { Name = "-batch" })),
        Of("a master with a space", plan => With(plan, device => device with { Master = "br type dummy" })),
        Of("a MAC address that is a command", plan => With(plan, device => device with { Mac = $"00:00\ntouch {Witness}" })),
        Of("a table of routes", plan => plan with
        {
            Topology = plan.Topology with { Routes = [plan.Topology.Routes[0] with { Table = "main\nnetns exec x sh" }] },
        }),
        Of("a sysctl out of its place", plan => plan with { Settings = [("net/../../../etc/hooktrail", "1")] }),
        Of("a sysctl of the machine", plan => plan with { Settings = [("kernel/core_pattern", "|/tmp/x")] }),
        Of("a sysctl of the network that is the machine's", plan => plan with { Settings = [("net/ipv4/tcp_mem", "1 1 1")] }),
        Of("a quote in a path", plan => plan with { Settings = [($"net/ipv4/x' ]; touch {Witness}; [ '", "1")] }),
        Of("a value that is a command", plan => plan with { Settings = [("net/ipv4/ip_forward", $"1'; touch {Witness}; '")] }),
        .. ((string[])
            [
                $"-A INPUT --modprobe={Witness} -j LOG", $"-A INPUT --mod {Witness} -j LOG", $"-A INPUT -M {Witness} -j LOG",
                $"-A INPUT -nM{Witness} -j LOG", $"-A INPUT \"--modp=x\" -j LOG",
            ]).Select(rule => Of(rule.Replace(Witness, "x"), plan => With(plan, rule))),
        Of("a file that nft reads", plan => With(plan, "include \"/etc/shadow\"")),
    ];

    [TestCaseSource(nameof(Hostile))]
    public void What_is_more_than_it_says_is_refused_before_anything_runs(TwinPlan plan)
    {
        Assert.That(
            async () => await (await Twin.StartAsync(plan)).DisposeAsync(),
            Throws.InstanceOf<HooktrailException>().With.Message.Contains("that a twin can have; take the snapshot anew"));
        Assert.That(File.Exists(Witness), Is.False);
    }

    [Test]
    public void A_container_that_was_not_read_is_named()
    {
        var plan = Plain with
        {
            Topology = Plain.Topology with
            {
                Containers = [new Container("shop-web-1", "docker") { Attachments = [new("", []) { Network = "shop" }] }],
            },
        };

        Assert.That(
            async () => await (await Twin.StartAsync(plan)).DisposeAsync(),
            Throws.InstanceOf<HooktrailException>().With.Message.EqualTo(
                "A twin needs the devices and routes of the container shop-web-1, which the snapshot lacks; take the snapshot as root with ./specs snapshot."));
    }

    [Test]
    public void A_rule_cannot_end_the_text_that_it_is_in()
    {
        var plan = With(Plain, $"END\nHOOKTRAIL\ntouch {Witness}");

        Assert.That(
            async () => await (await LiveTwin.StartAsync(plan, CancellationToken.None)).DisposeAsync(),
            Throws.InstanceOf<HooktrailException>().With.Message.StartsWith("Could not load the rules by iptables-nft-restore"));
        Assert.That(File.Exists(Witness), Is.False);
    }

    [Test]
    public async Task Rules_as_hosts_have_them_are_taken()
    {
        var plan = With(
            Plain,
            "-A INPUT -m statistic --mode random --probability 0.5 -j DROP\n-A INPUT -m comment --comment \"a model M\" -j LOG --log-prefix \"M: \"");

        await using var twin = await LiveTwin.StartAsync(plan, CancellationToken.None);

        Assert.That(twin.Profile.Rules.Chains.SelectMany(chain => chain.Rules).Select(rule => rule.Text),
            Has.Some.Contains("--mode random").And.Some.Contains("a model M"));
    }

    private static TestCaseData Of(string name, Func<TwinPlan, TwinPlan> change) =>
        new TestCaseData(change(Plain)).SetArgDisplayNames(name);

    private static TwinPlan With(TwinPlan plan, Func<Device, Device> change) => plan with
    {
        Topology = plan.Topology with
        {
            Devices = [plan.Topology.Devices[0], .. plan.Topology.Devices.Skip(1).Select(change)],
        },
    };

    private static TwinPlan With(TwinPlan plan, string rule) => plan with
    {
        Rules = plan.Rules.Add(new("iptables-nft-restore --noflush", $"*filter\n{rule}\nCOMMIT")),
    };
}
