using Hooktrail.Kernels.Machine;

namespace Hooktrail.Tests.Kernels;

/// <summary>However a guest ends, the message has QEMU's last words.</summary>
[TestFixture]
[CancelAfter(60_000)]
public class LossTests
{
    private const string Remedy = "; boot it without KVM by setting SPECS_ACCELERATOR=tcg";
    private const string Early = "The guest ended before its kernel came up";
    private const string Booted = "echo 'hooktrail: booted 6.1'; ";
    private const string Up = Booted + "echo 'hooktrail: engine Docker'; ";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [TestCase(
        FakeQemu.Aborts,
        Early + " (QEMU: error: failed to set MSR 0x10a to 0x69; it was ended by SIGABRT)",
        Remedy)]
    [TestCase(
        FakeQemu.Stops,
        "The guest was stopped (QEMU: KVM internal error. Suberror: 1; emulation failure)",
        Remedy)]
    [TestCase("echo 'qemu-system-x86_64: warning: only this' >&2", Early + " (QEMU: warning: only this)", Remedy)]
    [TestCase("exit 1", Early, Remedy)]
    [TestCase(Booted + "echo 'Kernel panic - not syncing: no init'", "The guest panicked: no init", "")]
    [TestCase(
        "echo 'No space left' >&2; " + Booted + "echo 'hooktrail: failed: no disk'",
        "The guest gave up, because no disk (QEMU: No space left)",
        "")]
    public void A_guest_that_does_not_come_up_is_told_with_them(string byKvm, string became, string remedy)
    {
        using var qemu = new FakeQemu(byKvm);
        Assert.That(
            async () => await Guest.BootAsync(qemu.Machine(Accelerator.Kvm), qemu.Log, Limit, CancellationToken.None),
            Throws.TypeOf<GuestLostException>().With.Message.EqualTo(
                $"{became}; its console is in {qemu.Log}{remedy}."));
    }

    [Test]
    public async Task They_stand_in_the_console_log_whole(CancellationToken cancel)
    {
        using var qemu = new FakeQemu(FakeQemu.Stops);
        Assert.That(
            async () => await Guest.BootAsync(qemu.Machine(Accelerator.Kvm), qemu.Log, Limit, cancel),
            Throws.TypeOf<GuestLostException>());
        Assert.That(
            await File.ReadAllTextAsync(qemu.Log, cancel),
            Does.Contain("qemu: extra data[0]: 0x1\n").And.Contain("qemu: RAX=1 RBX=2\n"));
    }

    [Test]
    public async Task A_guest_that_hangs_is_told_with_them(CancellationToken cancel)
    {
        using var qemu = new FakeQemu("echo 'qemu-system-x86_64: something is odd' >&2; " + Up + "exec sleep 1000");
        await using var guest = await Guest.BootAsync(qemu.Machine(Accelerator.Kvm), qemu.Log, Limit, cancel);
        Assert.That(
            async () => await guest.PowerOffAsync(TimeSpan.FromMilliseconds(1), cancel),
            Throws.TypeOf<GuestLostException>().With.Message.EqualTo(
                $"The guest did not power off within 0 s (QEMU: something is odd); its console is in {qemu.Log}."));
    }

    [TestCase("read -r line; echo 'No space' >&2; kill -SEGV $$", "(QEMU: No space; it was ended by SIGSEGV)")]
    [TestCase("echo 'No space left' >&2; exit 1", "(QEMU: No space left)")]
    public async Task A_guest_that_ends_before_its_disk_is_written_is_told_with_them(
        string afterwards, string words, CancellationToken cancel)
    {
        using var qemu = new FakeQemu(Up + afterwards);
        await using var guest = await Guest.BootAsync(qemu.Machine(Accelerator.Kvm), qemu.Log, Limit, cancel);
        if (afterwards.Contains("exit", StringComparison.Ordinal))
            await guest.Lost.WaitAsync(cancel);
        Assert.That(
            async () => await guest.PowerOffAsync(Limit, cancel),
            Throws.TypeOf<GuestLostException>().With.Message.EqualTo(
                $"The guest ended before its disk was written {words}; its console is in {qemu.Log}."));
    }
}
