using Hooktrail.Docker.Engine;
using Hooktrail.Docker.Lab;
using Hooktrail.Observation;

namespace Hooktrail.Tests.Docker;

/// <summary>Needs a real Engine and the lab's image.</summary>
[TestFixture]
public class LabFailureTests : LiveEngineTestBase
{
    [Test]
    public void Without_the_image_the_lab_says_how_to_get_it() =>
        Assert.That(
            () => DockerLab.StartAsync(Engine, "hooktrail/lab:nosuch"),
            Throws.TypeOf<HooktrailException>()
                .With.Message.Contains("hooktrail/lab:nosuch")
                .And.Message.Contains("./specs"));

    [Test]
    public async Task Without_NET_ADMIN_the_probe_names_the_rights_that_it_needs()
    {
        await using var probe = await StartAsync(spec => spec with { Capabilities = ["NET_RAW", "SYSLOG"] });
        Assert.That(
            () => probe.Journal.BeginAsync(default),
            Throws.TypeOf<HooktrailException>()
                .With.Message.Contains("begin the journal")
                .And.Message.Contains("NET_ADMIN"));
    }

    [Test]
    public async Task Without_the_device_the_kernel_log_cannot_be_read_and_the_probe_says_so()
    {
        await using var probe = await StartAsync(spec => spec with { Devices = [] });
        Assert.That(
            () => probe.Taps.OpenLogAsync(default),
            Throws.TypeOf<HooktrailException>()
                .With.Message.Contains("read the kernel log")
                .And.Message.Contains("/dev/kmsg"));
    }

    [Test]
    public async Task Where_every_network_for_the_WAN_is_taken_the_probe_says_so()
    {
        await using var probe = await StartAsync(spec => spec);
        Assert.That(
            () => probe.Wiring.JoinWanAsync(
                probe.Shell, probe.Shell.Session.ProcessId, LabSubnets.Choose([]), ["127.0.0.0/30"], default),
            Throws.TypeOf<HooktrailException>().With.Message.Contains(
                "every documentation network for the WAN is taken"));
    }

    [Test]
    public async Task A_probe_that_was_removed_ends_the_observation_with_a_sentence()
    {
        await using var probe = await StartAsync(spec => spec);
        await probe.Taps.OpenLogAsync(default);
        await Engine.RemoveContainerAsync(probe.Shell.Session.Id);
        Assert.That(
            () => probe.SnapshotAsync(default), Throws.TypeOf<HooktrailException>().With.Message.Contains("probe"));
    }

    private Task<Probe> StartAsync(Func<ContainerSpec, ContainerSpec> change)
    {
        var run = RunId.New();
        return Probe.StartAsync(Engine, run, change(Containers.Probe(run, Image)), default);
    }
}
