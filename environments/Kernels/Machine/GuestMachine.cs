namespace Hooktrail.Kernels.Machine;

/// <summary>The virtual machine of a guest.</summary>
/// <remarks>Backend is that of Docker's rules; the disk is an ext4 image.</remarks>
public sealed record GuestMachine(Kernel Kernel, Backend Backend, string Disk)
{
    public Accelerator Accelerator { get; init; } = Accelerator.Tcg;

    /// <summary>How many times as long everything may take in the guest as on a machine at full speed.</summary>
    public int Slowness => Accelerator == Accelerator.Tcg ? 4 : 1;

    /// <summary>An ext4 image with programs of another Engine (<see cref="EngineBinaries"/>); null for the disk's.</summary>
    public string? Engine { get; init; }

    /// <summary>Whether the Engine writes its rules in nft's own tables (--firewall-backend=nftables, Docker 29).</summary>
    public bool HasNftablesEngine { get; init; }

    /// <summary>QEMU, by name or path.</summary>
    internal string Emulator { get; init; } = QemuCommand.Program;

    /// <summary>In MiB; the Engine and the lab's containers take about half of the default.</summary>
    public int Memory { get; init; } = 2048;

    public int Processors { get; init; } = 1;

    /// <summary>
    /// Whether writes go to the disk; otherwise they go to an unnamed file of QEMU's, which ends with the process.
    /// </summary>
    public bool KeepsDisk { get; init; }
}
