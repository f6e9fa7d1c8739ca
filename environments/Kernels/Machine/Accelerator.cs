namespace Hooktrail.Kernels.Machine;

/// <summary>What runs a guest's instructions.</summary>
public enum Accelerator
{
    /// <summary>The processor itself.</summary>
    Kvm,

    /// <summary>QEMU's translation: works everywhere, some ten times slower.</summary>
    Tcg,
}
