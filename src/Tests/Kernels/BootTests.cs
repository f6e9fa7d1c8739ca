using Hooktrail.Kernels;
using Hooktrail.Kernels.Machine;

namespace Hooktrail.Tests.Kernels;

/// <summary>
/// Boots guests where QEMU, a kernel and the disk are prepared (./specs kernels boot). Skipped elsewhere, unless
/// SPECS_REQUIRE_GUEST=1.
/// </summary>
[TestFixture]
[CancelAfter(600_000)]
public class BootTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private DirectoryInfo _folder = null!;

    private string Log => Path.Combine(_folder.FullName, "console.log");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hooktrail-");

    [TearDown]
    public void RemoveFolder() => _folder.Delete(recursive: true);

    [Test]
    public async Task A_guest_says_when_its_Engine_answers_and_ends_with_its_owner(CancellationToken cancel)
    {
        var machine = await MachineAsync(cancel);
        int port;
        await using (var guest = await Guest.BootAsync(machine, Log, Limit, cancel))
        {
            port = guest.Port;
            using var http = new HttpClient();
            Assert.That(await http.GetStringAsync($"http://127.0.0.1:{port}/_ping", cancel), Is.EqualTo("OK"));
            Assert.That(guest.Release, Does.Match(@"^[0-9]+\.[0-9]+"));
            Assert.That(guest.Lacks, Is.Empty);
            Assert.That(GuestLeftovers.Guests().Where(one => one.Owner == Owner.Self), Has.Exactly(1).Items);
            Assert.That(GuestLeftovers.Remove(), Has.None.Contains("guest"), "its owner is alive");
        }

        Assert.That(GuestLeftovers.Guests().Where(one => one.Owner == Owner.Self), Is.Empty);
        Assert.That(await File.ReadAllTextAsync(Log, cancel), Does.Contain("hooktrail: engine Docker version "));
    }

    [Test]
    public async Task A_trial_needs_no_disk_to_show_that_the_kernel_boots(CancellationToken cancel)
    {
        var machine = await MachineAsync(cancel) with { Disk = "/no/such/disk" };
        await Guest.TryAsync(machine, Limit, cancel);
        Assert.That(GuestLeftovers.Guests().Where(one => one.Owner == Owner.Self), Is.Empty);
    }

    [Test]
    public async Task A_guest_without_a_disk_gives_up_and_its_console_is_kept(CancellationToken cancel)
    {
        var none = Path.Combine(_folder.FullName, "none");
        await using (var file = File.Create(none))
            file.SetLength(1 << 20);
        var machine = await MachineAsync(cancel) with { Disk = none };
        Assert.That(
            async () => await Guest.BootAsync(machine, Log, Limit, cancel),
            Throws.TypeOf<GuestLostException>().With.Message.EqualTo(
                $"The guest gave up, because the root disk cannot be mounted; its console is in {Log}."));
        Assert.That(
            await File.ReadAllTextAsync(Log, cancel),
            Does.Contain("hooktrail: failed: the root disk cannot be mounted"));
    }

    [Test]
    public async Task A_kernel_that_panics_is_told_with_its_last_words(CancellationToken cancel)
    {
        // An initial root without the guest's scripts: the kernel finds no init.
        var machine = await MachineAsync(cancel);
        var none = Path.Combine(machine.Kernel.Folder, "modules.cpio");
        Assert.That(
            async () => await Guest.BootAsync(
                machine with { Kernel = machine.Kernel with { Initramfs = none } }, Log, Limit, cancel),
            Throws.TypeOf<GuestLostException>().With.Message.StartsWith("The guest panicked: "));
    }

    [Test]
    public async Task A_guest_that_hangs_is_ended(CancellationToken cancel)
    {
        var machine = await MachineAsync(cancel);
        Assert.That(
            async () => await Guest.BootAsync(machine, Log, TimeSpan.FromMilliseconds(200), cancel),
            Throws.TypeOf<GuestLostException>().With.Message.StartsWith(
                "The guest hung: its kernel did not come up within 0 s; "));
        Assert.That(GuestLeftovers.Guests().Where(one => one.Owner == Owner.Self), Is.Empty);
    }

    private static async Task<GuestMachine> MachineAsync(CancellationToken cancel)
    {
        if (!Tool.Exists(QemuCommand.Program))
            Skip("There is no QEMU here.");
        var kernels = KernelsCache.Existing(Environment.GetEnvironmentVariable) is { } cache
            && Directory.Exists(cache["debian"])
            ? Directory.EnumerateDirectories(cache["debian"])
                .Where(folder => File.Exists(Path.Combine(folder, "modules.ext4")))
                .Order(StringComparer.Ordinal)
                .ToList()
            : [];
        if (kernels.Count == 0)
            Skip("No kernel has been fetched here; ./specs kernels fetch 6.12 does.");
        try
        {
            var initramfs = await new KernelStore(KernelsCache.Open()).InitramfsAsync(kernels[0], cancel);
            var kernel = new Kernel("test", "any", kernels[0], initramfs);
            var choice = await Accelerators.ChooseAsync(kernel, cancel);
            return new(kernel, Backend.Nft, Checkout.Find().GuestDisk(Userland.Usual)) { Accelerator = choice.Accelerator };
        }
        catch (HooktrailException e)
        {
            Skip(e.Message);
            throw;
        }
    }

    private static void Skip(string reason)
    {
        if (Environment.GetEnvironmentVariable("SPECS_REQUIRE_GUEST") == "1")
            Assert.Fail($"{reason} (A failure because SPECS_REQUIRE_GUEST=1 is set.)");
        Assert.Ignore(reason);
    }
}
