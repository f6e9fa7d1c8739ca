using Hooktrail.Kernels.Archive;

namespace Hooktrail.Kernels.Machine;

/// <summary>
/// Guests of the kernels and disks that <c>./specs kernels</c> has prepared on this machine. It fetches and builds nothing.
/// </summary>
public static class PreparedGuest
{
    /// <summary>A guest with the kernel that is meant, and the usual userland.</summary>
    /// <exception cref="HooktrailException">There is no checkout, QEMU, such kernel or disk here.</exception>
    public static async Task<GuestMachine> FindAsync(KernelWish wish, CancellationToken cancellation)
    {
        var checkout = Checkout.Find();
        if (!Tool.Exists(QemuCommand.Program))
            throw new HooktrailException(
                $"A guest with Linux {wish.Text} needs the program {QemuCommand.Program}, which is missing; run ./specs kernels boot {wish.Text} once, which installs what guests need.");
        var kernel = KernelsCache.Existing(Environment.GetEnvironmentVariable) is { } cache
            ? await new KernelStore(cache).FindAsync(wish, cancellation).ConfigureAwait(false)
            : null;
        if (kernel is null)
            throw new HooktrailException(
                $"Linux {wish.Text} has not been fetched, so no guest can boot it; run ./specs kernels fetch {wish.Text} first.");
        var disk = checkout.GuestDisk(Userland.Usual);
        var choice = await Accelerators.ChooseAsync(kernel, cancellation).ConfigureAwait(false);
        return new(kernel, Backend.Nft, disk) { Accelerator = choice.Accelerator };
    }
}
