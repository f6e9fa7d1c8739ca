namespace Hooktrail.Kernels;

/// <summary>A bootable kernel.</summary>
/// <param name="Name">Names its results: the series or release asked for; for a user's kernel, its release.</param>
/// <param name="Title">Such as <c>6.1.176-1 (bookworm)</c>.</param>
/// <param name="Folder">The folder of its image and modules.</param>
/// <param name="Initramfs">The initial root, with the modules that mount the disks, and the guest's scripts.</param>
public sealed record Kernel(string Name, string Title, string Folder, string Initramfs)
{
    /// <summary>A bzImage.</summary>
    public string Image => Path.Combine(Folder, "vmlinuz");

    /// <summary>An ext4 image of /usr/lib/modules.</summary>
    public string Modules => Path.Combine(Folder, "modules.ext4");
}
