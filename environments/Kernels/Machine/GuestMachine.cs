using Hooktrail.Trails;

namespace Hooktrail.Kernels.Machine;

/// <summary>A guest as it is to be.</summary>
/// <param name="Kernel">The kernel that it boots.</param>
/// <param name="Backend">The backend of its Docker's rules.</param>
/// <param name="Disk">Its disk, an ext4 image.</param>
public sealed record GuestMachine(Kernel Kernel, Backend Backend, string Disk)
{
    /// <summary>What runs its instructions.</summary>
    public Accelerator Accelerator { get; init; } = Accelerator.Tcg;

    /// <summary>The QEMU that runs it, by its name or path.</summary>
    internal string Emulator { get; init; } = QemuCommand.Program;

    /// <summary>Its memory, in MiB; the Engine and the lab's containers take about half of the default.</summary>
    public int Memory { get; init; } = 2048;

    /// <summary>Its processors.</summary>
    public int Processors { get; init; } = 1;

    /// <summary>Whether what it writes on its disk is kept. Otherwise it goes to a nameless file of QEMU's, which ends with the process.</summary>
    public bool KeepsDisk { get; init; }
}
