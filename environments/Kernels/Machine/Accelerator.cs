namespace Hooktrail.Kernels.Machine;

public enum Accelerator
{
    Kvm,

    /// <summary>QEMU's binary translation: works everywhere, some ten times slower.</summary>
    Tcg,
}
