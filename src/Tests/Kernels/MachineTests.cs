using Hooktrail.Kernels;
using Hooktrail.Kernels.Machine;

namespace Hooktrail.Tests.Kernels;

/// <summary>A guest's command line and console.</summary>
[TestFixture]
public class MachineTests
{
    private static readonly GuestMachine Machine = new(
        new Kernel("6.1", "6.1.176-1 (bookworm)", "/cache/6.1", "/cache/6.1/initramfs"),
        Backend.Legacy,
        "/cache/a,b.ext4");

    private static string Line(GuestMachine machine) =>
        string.Join(' ', QemuCommand.Of(machine, 4711, new Owner(12, 345)));

    [Test]
    public void A_guest_has_no_way_out_and_one_way_in_from_the_loopback_address()
    {
        Assert.That(
            Line(Machine), Does.Contain("-netdev user,id=net,restrict=on,ipv6=off,hostfwd=tcp:127.0.0.1:4711-:2375 "));
        Assert.That(Line(Machine).Split("-netdev"), Has.Length.EqualTo(2));
        Assert.That(Line(Machine), Does.Contain("-nodefaults"));
    }

    [Test]
    public void Its_disk_is_thrown_away_unless_it_is_to_be_kept_and_its_modules_are_only_read()
    {
        Assert.That(Line(Machine), Does.Contain("file=/cache/a,,b.ext4,format=raw,if=virtio,snapshot=on"));
        Assert.That(
            Line(Machine with { KeepsDisk = true }), Does.Contain("snapshot=off").And.Not.Contain("cache=unsafe"));
        Assert.That(Line(Machine), Does.Contain("file=/cache/6.1/modules.ext4,format=raw,if=virtio,readonly=on"));
    }

    [Test]
    public void A_panic_ends_it() => Assert.That(Line(Machine), Does.Contain(" -no-reboot ").And.Contain(" panic=-1 "));

    [Test]
    public void Its_backend_is_on_the_kernels_command_line() =>
        Assert.That(Line(Machine), Does.EndWith(" hooktrail.backend=legacy"));

    [Test]
    public void Programs_of_another_Engine_are_on_a_third_disk_which_is_only_read() => Assert.Multiple(() =>
    {
        var own = Line(Machine with { Engine = "/cache/engine.ext4" });
        Assert.That(own, Does.Contain("modules.ext4,format=raw,if=virtio,readonly=on -drive file=/cache/engine.ext4,format=raw,if=virtio,readonly=on "));
        Assert.That(own, Does.EndWith(" hooktrail.backend=legacy hooktrail.engine=own"));
        Assert.That(
            Line(Machine with { HasNftablesEngine = true }), Does.EndWith(" hooktrail.backend=legacy hooktrail.firewall=nftables"));
    });

    [Test]
    public void Without_KVM_it_has_no_cmpxchg16b() => Assert.Multiple(() =>
    {
        Assert.That(Line(Machine), Does.Contain("-accel tcg -cpu max,-cx16,-erms "));
        Assert.That(Line(Machine with { Accelerator = Accelerator.Kvm }), Does.Contain("-accel kvm -cpu host "));
    });

    [Test]
    public void A_trial_is_the_same_machine_without_disks_and_network()
    {
        var trial = string.Join(' ', QemuCommand.Trial(Machine, new Owner(12, 345)));
        var guest = Line(Machine);
        var machine = guest[..guest.IndexOf(" -drive", StringComparison.Ordinal)];
        Assert.That(trial, Does.StartWith($"{machine} -kernel ").And.EndWith(" hooktrail_trial=1"));
        Assert.That(guest, Does.Not.Contain("hooktrail_trial"));
    }

    [Test]
    public void Its_process_says_whose_it_is()
    {
        var owner = GuestLeftovers.OwnerOf([.. QemuCommand.Of(Machine, 4711, new Owner(12, 345))]);
        Assert.That(owner, Is.EqualTo(new Owner(12, 345)));
        Assert.That(GuestLeftovers.OwnerOf(["qemu-system-x86_64", "-name", "another-machine"]), Is.Null);
        Assert.That(GuestLeftovers.OwnerOf(["vi", "-name", "hooktrail-guest-12.345"]), Is.Null);
        Assert.That(GuestLeftovers.OwnerOf(["qemu-system-x86_64", "-name"]), Is.Null);
    }

    [Test]
    public void An_owner_is_alive_as_long_as_its_process_and_not_as_its_number()
    {
        Assert.That(Owner.Self.IsAlive);
        Assert.That((Owner.Self with { StartedAt = Owner.Self.StartedAt - 1 }).IsAlive, Is.False);
        Assert.That(Owner.Parse(Owner.Self.ToString()), Is.EqualTo(Owner.Self));
        Assert.That(Owner.Parse("12"), Is.Null);
    }

    [TestCase("hooktrail: booted 6.1.0-50-cloud-amd64", "Booted { Release = 6.1.0-50-cloud-amd64 }")]
    [TestCase("hooktrail: lacks the module br_netfilter", "Lacks { What = the module br_netfilter }")]
    [TestCase("hooktrail: engine Docker version 26.1.5+dfsg1, build a72d7cd", "Engine { Version = Docker version 26.1.5+dfsg1, build a72d7cd }")]
    [TestCase("hooktrail: failed: dockerd ended with status 1", "Failed { Why = dockerd ended with status 1 }")]
    [TestCase("hooktrail: down", "Down { }")]
    [TestCase("[    3.141592] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100", "Panic { Why = Attempted to kill init! exitcode=0x00000100 }")]
    [TestCase("dockerd: hooktrail: engine", null)]
    [TestCase("hooktrail: something else", null)]
    [TestCase("[    0.000000] Linux version 6.1.0-50-cloud-amd64", null)]
    [TestCase("", null)]
    public void A_line_of_the_console_is_an_event_or_nothing(string line, string? what) =>
        Assert.That(ConsoleEvent.Parse(line)?.ToString(), Is.EqualTo(what));

    [Test]
    public async Task A_console_is_kept_whole_and_tells_of_a_panic_before_it_ends()
    {
        var path = Path.GetTempFileName();
        try
        {
            var log = new ConsoleLog(path);
            const string said =
                "booting\r\nhooktrail: booted 6.1\nhooktrail: lacks the module veth\nhalf a li[ 9.9] Kernel panic - not syncing: Fatal exception\n---[ end ]---\n";
            await log.ReadAsync(new StringReader(said), TextReader.Null);
            Assert.That(await log.End, Is.EqualTo("panicked: Fatal exception"));
            Assert.That((log.Release, log.Lacks), Is.EqualTo(("6.1", log.Lacks)));
            Assert.That(log.Lacks, Is.EqualTo(new[] { "the module veth" }));
            Assert.That(log.Engine.IsCompleted, Is.False);
            Assert.That(await File.ReadAllTextAsync(path), Is.EqualTo(said.Replace("\r", "")));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public async Task A_console_that_ends_at_once_is_told_apart_from_one_that_ends_later()
    {
        Assert.That(await EndOf("qemu says nothing\n"), Is.EqualTo("ended before its kernel came up"));
        Assert.That(await EndOf("hooktrail: booted 6.1\n"), Is.EqualTo("ended"));

        static async Task<string> EndOf(string said)
        {
            var log = new ConsoleLog(null);
            await log.ReadAsync(new StringReader(said), TextReader.Null);
            return await log.End;
        }
    }
}
