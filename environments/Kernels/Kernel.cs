namespace Hooktrail.Kernels;

/// <summary>A kernel that can be booted.</summary>
/// <param name="Name">What its results go by: the series or release that was asked for, or the release of one's own.</param>
/// <param name="Title">What people are told of it, such as <c>6.1.176-1 (bookworm)</c>.</param>
/// <param name="Folder">Where its image and its modules are.</param>
/// <param name="Initramfs">The initial root: what has to be loaded to mount the disks, and the guest's own scripts.</param>
public sealed record Kernel(string Name, string Title, string Folder, string Initramfs)
{
    /// <summary>The kernel itself, a bzImage.</summary>
    public string Image => Path.Combine(Folder, "vmlinuz");

    /// <summary>An ext4 image of /usr/lib/modules.</summary>
    public string Modules => Path.Combine(Folder, "modules.ext4");
}
