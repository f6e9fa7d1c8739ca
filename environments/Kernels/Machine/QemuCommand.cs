namespace Hooktrail.Kernels.Machine;

internal static class QemuCommand
{
    public const string Program = "qemu-system-x86_64";

    /// <summary>Identifies a guest's process, together with its <see cref="Owner"/>, which follows.</summary>
    public const string Marker = "hooktrail-guest-";

    /// <summary>
    /// The program and its arguments. The console is on standard input and output. The only network connects the
    /// guest and QEMU. It lets nothing out (restrict), and the only way in leads from the port on this machine's
    /// loopback address to the Engine.
    /// </summary>
    public static ImmutableArray<string> Of(GuestMachine machine, int port, Owner owner) =>
    [
        .. Machine(machine, owner),
        "-drive", $"file={Escaped(machine.Disk)},format=raw,if=virtio,snapshot={(machine.KeepsDisk ? "off" : "on")},cache={(machine.KeepsDisk ? "writeback" : "unsafe")}",
        .. ReadOnly(machine.Kernel.Modules),
        .. machine.Engine is { } engine ? ReadOnly(engine) : [],
        "-netdev", $"user,id=net,restrict=on,ipv6=off,hostfwd=tcp:127.0.0.1:{Number(port)}-:2375",
        "-device", "virtio-net-pci,netdev=net,romfile=",
        .. Boot(
            machine,
            (machine.Engine is null ? "" : " hooktrail.engine=own")
            + (machine.HasNftablesEngine ? " hooktrail.firewall=nftables" : "")),
    ];

    /// <summary>The same machine without disks and network; its initial root only reports that it runs.</summary>
    public static ImmutableArray<string> Trial(GuestMachine machine, Owner owner) =>
        [.. Machine(machine, owner), .. Boot(machine, " hooktrail_trial=1")];

    /// <summary>
    /// A panic ends the guest at once (panic=-1 and -no-reboot). The log's ring holds the LOG rules' lines between two
    /// readings. Mitigations are slow on a translated processor and protect nothing in a guest; the same goes for
    /// zeroing memory (init_on_alloc). Programs always have the same addresses (norandmaps), because QEMU finds
    /// translated code by its virtual address and would otherwise translate a program again at each start: /bin/true
    /// took 14 instead of 56 ms, <c>nft list ruleset</c> 78 instead of 145 ms (measured on 6.12, 2026-11-28).
    /// </summary>
    internal static string KernelCommandLine(Backend backend) =>
        $"console=ttyS0 panic=-1 oops=panic log_buf_len=16M loglevel=5 mitigations=off init_on_alloc=0 norandmaps hooktrail.backend={backend.Name()}";

    private static ImmutableArray<string> Machine(GuestMachine machine, Owner owner) =>
    [
        machine.Emulator, "-name", Marker + owner,
        "-M", "q35", .. machine.Accelerator == Accelerator.Kvm ? KvmProcessor : TcgProcessor,
        "-smp", Number(machine.Processors), "-m", Number(machine.Memory),
        "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-serial", "stdio",
    ];

    private static ImmutableArray<string> Boot(GuestMachine machine, string more) =>
    [
        "-kernel", machine.Kernel.Image, "-initrd", machine.Kernel.Initramfs,
        "-append", KernelCommandLine(machine.Backend) + more,
    ];

    private static ImmutableArray<string> KvmProcessor => ["-accel", "kvm", "-cpu", "host"];

    /// <summary>
    /// With cmpxchg16b, which QEMU 7.2 translates wrongly, guests of 6.12 crashed in 4 of 5 boots; without it in none
    /// of 31 (measured, 2026-11-22). With «enhanced rep movsb», the kernel and the C library copy by that instruction,
    /// which becomes a loop of single bytes: without it, <c>nft list ruleset</c> took 52 instead of 78 ms, and a
    /// container 1.9 instead of 2.4 s (6.12, 2026-11-28).
    /// </summary>
    private static ImmutableArray<string> TcgProcessor => ["-accel", "tcg", "-cpu", "max,-cx16,-erms"];

    private static ImmutableArray<string> ReadOnly(string disk) =>
        ["-drive", $"file={Escaped(disk)},format=raw,if=virtio,readonly=on"];

    // QEMU separates the properties of a drive by commas, and reads two commas as one.
    private static string Escaped(string path) => path.Replace(",", ",,", StringComparison.Ordinal);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
