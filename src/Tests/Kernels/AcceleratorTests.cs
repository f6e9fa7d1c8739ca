using Hooktrail.Kernels.Machine;

namespace Hooktrail.Tests.Kernels;

/// <summary>A trial boot decides on KVM; the result holds until something that it depends on changes.</summary>
[TestFixture]
[CancelAfter(60_000)]
public class AcceleratorTests
{
    private const string Early = "because a trial boot by KVM ended before its kernel came up";
    private const string Aborted = Early + " (QEMU: error: failed to set MSR 0x10a to 0x69; it was ended by SIGABRT)";
    private const string Stopped =
        "because a trial boot by KVM was stopped (QEMU: KVM internal error. Suberror: 1; emulation failure)";

    private static readonly AcceleratorChoice Kvm = new(Accelerator.Kvm, "because a trial boot succeeded");

    [TestCase(FakeQemu.Aborts, Aborted)]
    [TestCase(FakeQemu.Stops, Stopped)]
    public async Task TCG_is_taken_where_guests_die_by_KVM(string byKvm, string why, CancellationToken cancel)
    {
        using var qemu = new FakeQemu(byKvm);
        var choice = await qemu.ChooseAsync(cancel);
        Assert.That(choice, Is.EqualTo(Tcg(why)));
        await using var guest = await Guest.BootAsync(qemu.Machine(choice.Accelerator), qemu.Log, qemu.Limit, cancel);
        Assert.That(guest.Engine, Is.EqualTo("Docker version 26"));
    }

    [Test]
    public async Task KVM_is_taken_where_a_guest_boots_and_is_not_tried_again(CancellationToken cancel)
    {
        using var qemu = new FakeQemu(FakeQemu.Boots);
        for (var run = 1; run <= 2; run++)
            Assert.That(await qemu.ChooseAsync(cancel), Is.EqualTo(Kvm));
        Assert.That(qemu.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task A_failure_is_remembered_with_its_reason(CancellationToken cancel)
    {
        using var qemu = new FakeQemu(FakeQemu.Aborts);
        await qemu.ChooseAsync(cancel);
        // Another clock rate does not make another processor.
        qemu.Write("proc/cpuinfo", "model name\t: AMD EPYC\ncpu MHz\t\t: 3000.000\n");
        Assert.That(await qemu.ChooseAsync(cancel), Is.EqualTo(Tcg($"{Aborted}, as found earlier")));
        Assert.That(qemu.Calls, Is.EqualTo(1));
    }

    [TestCase("proc/sys/kernel/random/boot_id", "another boot, or another machine with the same cache")]
    [TestCase("proc/version", "Linux version 6.19")]
    [TestCase("proc/cpuinfo", "model name\t: Intel Xeon")]
    [TestCase("sys/module/kvm/parameters/ignore_msrs", "Y")]
    [TestCase("sys/module/kvm_amd/parameters/nested", "1")]
    [TestCase(null, null)]
    public async Task A_result_is_forgotten_when_the_machine_or_QEMU_changes(
        string? file, string? text, CancellationToken cancel)
    {
        using var qemu = new FakeQemu(FakeQemu.Aborts);
        await qemu.ChooseAsync(cancel);
        if (file is null)
            qemu.Install(FakeQemu.Boots);
        else
            qemu.Write(file, text!);
        var choice = await qemu.ChooseAsync(cancel);
        Assert.That(qemu.Calls, Is.EqualTo(2));
        Assert.That(choice, Is.EqualTo(file is null ? Kvm : Tcg(Aborted)));
    }

    [Test]
    public async Task A_good_result_is_forgotten_too(CancellationToken cancel)
    {
        using var qemu = new FakeQemu(FakeQemu.Boots);
        await qemu.ChooseAsync(cancel);
        qemu.Install(FakeQemu.Aborts);
        Assert.That((await qemu.ChooseAsync(cancel)).Accelerator, Is.EqualTo(Accelerator.Tcg));
    }

    [TestCase("exec sleep 1000", "because a trial boot by KVM hung: its kernel did not come up within 1 s", 1)]
    [TestCase("kill -KILL $$", Early + " (QEMU: it was ended by SIGKILL)", 30)]
    [TestCase("echo 'Cannot allocate memory' >&2; exit 1", Early + " (QEMU: Cannot allocate memory)", 30)]
    [TestCase("echo 'Kernel panic - not syncing: no init'", "because a trial boot by KVM panicked: no init", 30)]
    public async Task What_may_pass_by_itself_is_not_remembered(
        string byKvm, string why, int limit, CancellationToken cancel)
    {
        using var qemu = new FakeQemu(byKvm) { Limit = TimeSpan.FromSeconds(limit) };
        for (var run = 1; run <= 2; run++)
            Assert.That(await qemu.ChooseAsync(cancel), Is.EqualTo(Tcg(why)));
    }

    [Test]
    public async Task Without_a_KVM_that_this_user_can_open_nothing_is_tried(CancellationToken cancel)
    {
        using var qemu = new FakeQemu(FakeQemu.Boots);
        File.Delete(Path.Combine(qemu.Root, "dev/kvm"));
        Assert.That(
            (await qemu.ChooseAsync(cancel)).ToString(),
            Is.EqualTo("TCG, about ten times slower than KVM, because there is no /dev/kvm here"));
        // A directory does not open for writing, even for root.
        Directory.CreateDirectory(Path.Combine(qemu.Root, "dev/kvm"));
        Assert.That(
            await qemu.ChooseAsync(cancel),
            Is.EqualTo(Tcg("because this user has no permission for /dev/kvm (usually its group has)")));
        Assert.That(qemu.Calls, Is.Zero);
    }

    [TestCase(Accelerator.Kvm)]
    [TestCase(Accelerator.Tcg)]
    public async Task The_users_choice_needs_no_trial(Accelerator asked, CancellationToken cancel)
    {
        using var qemu = new FakeQemu(FakeQemu.Aborts);
        var choice = await qemu.ChooseAsync(cancel, asked);
        Assert.That(choice, Is.EqualTo(new AcceleratorChoice(asked, "because SPECS_ACCELERATOR is set")));
        Assert.That(qemu.Calls, Is.Zero);
    }

    [TestCase(null, null)]
    [TestCase("", null)]
    [TestCase("kvm", Accelerator.Kvm)]
    [TestCase("tcg", Accelerator.Tcg)]
    public void The_variable_names_an_accelerator(string? value, Accelerator? meant) =>
        Assert.That(Accelerators.Parse(value), Is.EqualTo(meant));

    [TestCase("KVM")]
    [TestCase("hvf")]
    public void Another_value_is_a_mistake(string value) => Assert.That(
        () => Accelerators.Parse(value),
        Throws.TypeOf<HooktrailException>().With.Message.StartsWith(
            $"SPECS_ACCELERATOR is \"{value}\", but an accelerator is kvm or tcg; "));

    [Test]
    public void A_machine_without_QEMU_says_what_to_install() => Assert.That(
        async () => await new KvmTrial("no-such-qemu", "/").FailureAsync(new("6.1", "", "/", ""), default),
        Throws.TypeOf<HooktrailException>().With.Message.EqualTo(
            "The program no-such-qemu, which runs guests, is missing: install it (Debian, Ubuntu: qemu-system-x86)."));

    private static AcceleratorChoice Tcg(string why) => new(Accelerator.Tcg, why);
}
