using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Hooktrail.Kernels.Archive;
using Hooktrail.Text;

namespace Hooktrail.Kernels;

/// <summary>
/// Makes each kernel bootable once: its image, a disk with its modules, and an initial root that finds the disks.
/// </summary>
public sealed partial class KernelStore(KernelsCache cache)
{
    private const string Remedy = "check that the disk has space, and follow the message";

    /// <summary>The modules that mount the disks and reach the network; their dependencies come with them.</summary>
    private static readonly string[] Needed = ["virtio_pci", "virtio_blk", "ext4", "virtio_net"];

    public bool Has(ServedKernel kernel) => Directory.Exists(cache[FolderOf(kernel)]);

    /// <summary>Prepares a kernel of the archive.</summary>
    public async Task<Kernel> PrepareAsync(
        string name, ServedKernel kernel, DebianArchive archive,
        Action<string> progress, CancellationToken cancellation)
    {
        var busybox = await BusyboxAsync(archive, cancellation).ConfigureAwait(false);
        var folder = await cache.FolderAsync(FolderOf(kernel), async making =>
        {
            progress($"fetching {kernel.Package} {kernel.PackageVersion}");
            var tree = Path.Combine(making, "tree");
            await archive.UnpackAsync(kernel, tree, cancellation).ConfigureAwait(false);
            // Since Linux 7.2, the package has the image among the modules.
            var modules = new[] { "lib/modules", "usr/lib/modules" }
                .Select(place => Path.Combine(tree, place, kernel.Release))
                .FirstOrDefault(Directory.Exists);
            var image = new[]
            {
                Path.Combine(tree, "boot", $"vmlinuz-{kernel.Release}"), Path.Combine(modules ?? tree, "vmlinuz")
            }.FirstOrDefault(File.Exists);
            if (image is null || modules is null)
                throw new HooktrailException(
                    $"The packages of {kernel.Package} {kernel.PackageVersion} have no image or no modules in the usual place: use another kernel, and please report this as an issue.");
            await MakeAsync(making, image, modules, kernel.Release, busybox, cancellation).ConfigureAwait(false);
            Directory.Delete(tree, recursive: true);
        }).ConfigureAwait(false);
        return new(name, $"{kernel.PackageVersion} ({kernel.Suite})", folder, await InitramfsAsync(
            folder, cancellation).ConfigureAwait(false));
    }

    /// <summary>
    /// The newest prepared kernel of the archive that the wish means; null if there is none. It fetches nothing.
    /// </summary>
    public async Task<Kernel?> FindAsync(KernelWish wish, CancellationToken cancellation)
    {
        var found = (
            from folder in Directory.Exists(cache["debian"]) ? Directory.EnumerateDirectories(cache["debian"]) : []
            let name = Folder().Match(Path.GetFileName(folder))
            where name.Success && name.Groups["recipe"].Value == Recipe
            let version = Version.Parse(name.Groups["version"].Value)
            where wish.Means(version)
            orderby version descending
            select (Path: folder, Package: name.Groups["package"].Value)).FirstOrDefault();
        return found.Path is null
            ? null
            : new(
                wish.Text, found.Package, found.Path,
                await InitramfsAsync(found.Path, cancellation).ConfigureAwait(false));
    }

    /// <summary>Prepares a kernel that the user built.</summary>
    /// <remarks>
    /// The image is a bzImage. The modules come from <c>make modules_install</c>; null if all are built in.
    /// </remarks>
    /// <exception cref="HooktrailException">The image or the modules are not valid.</exception>
    public async Task<Kernel> PrepareAsync(
        string image, string? modules, DebianArchive archive, Action<string> progress, CancellationToken cancellation)
    {
        var own = OwnKernel.Of(image, modules);
        var busybox = await BusyboxAsync(archive, cancellation).ConfigureAwait(false);
        var folder = await cache.FolderAsync($"own/{own.ContentHash()}-{Recipe}", async making =>
        {
            progress($"preparing {own.Image}");
            await MakeAsync(making, own.Image, own.Modules, own.Release, busybox, cancellation).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return new(own.Release, own.Image, folder, await InitramfsAsync(folder, cancellation).ConfigureAwait(false));
    }

    /// <summary>A hash of the packing script: a change of the script makes another folder.</summary>
    private static string Recipe { get; } = Hash([EmbeddedText.Of(typeof(KernelStore).Assembly, "pack.sh"), .. Needed]);

    /// <summary>A hash of the guests' scripts: a change of them needs no new kernel.</summary>
    private static string Scripts { get; } = Hash(
        [
            EmbeddedText.Of(typeof(KernelStore).Assembly, "initramfs.sh"),
            EmbeddedText.Of(typeof(KernelStore).Assembly, "init.sh")
        ]);

    private static string Hash(string[] parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..12];

    /// <summary>
    /// The kernel unpacks concatenated archives: the part for this kernel, and the part for all guests.
    /// </summary>
    internal async Task<string> InitramfsAsync(string kernel, CancellationToken cancellation)
    {
        var folder = await cache.FolderAsync($"initramfs/{Path.GetFileName(kernel)}-{Scripts}", async making =>
        {
            var root = Directory.CreateDirectory(Path.Combine(making, "root")).FullName;
            await File.WriteAllTextAsync(
                Path.Combine(root, "init"),
                EmbeddedText.Of(typeof(KernelStore).Assembly, "initramfs.sh"),
                cancellation).ConfigureAwait(false);
            await File.WriteAllTextAsync(
                Path.Combine(root, "init.sh"),
                EmbeddedText.Of(typeof(KernelStore).Assembly, "init.sh"),
                cancellation).ConfigureAwait(false);
            await Tool.RunAsync(
                "to make an initial root",
                Remedy,
                [
                    "bash",
                    "-euc",
                    """chmod 755 root/init && (cat "$1/modules.cpio" && cd root && find . | cpio --quiet -o -H newc --owner=0:0) >initramfs && rm -r root""",
                    "pack",
                    kernel
                ],
                folder: making,
                cancellation: cancellation).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return Path.Combine(folder, "initramfs");
    }

    private static string FolderOf(ServedKernel kernel) => $"debian/{kernel.Release}_{kernel.PackageVersion}-{Recipe}";

    [GeneratedRegex(@"^[^_]+_(?<package>(?<version>[0-9]+(\.[0-9]+){1,3})\S*)-(?<recipe>[0-9a-f]{12})\z")]
    private static partial Regex Folder();

    private async Task<string> BusyboxAsync(DebianArchive archive, CancellationToken cancellation)
    {
        var folder = await cache.FolderAsync(
            "busybox",
            making => archive.UnpackAsync(["busybox-static/trixie"], making, cancellation)).ConfigureAwait(false);
        return new[] { "usr/bin/busybox", "bin/busybox" }
            .Select(place => Path.Combine(folder, place))
            .First(File.Exists);
    }

    private static async Task MakeAsync(
        string folder, string image, string? modules, string release, string busybox, CancellationToken cancellation)
    {
        File.Copy(image, Path.Combine(folder, "vmlinuz"));
        await Tool.RunAsync(
            $"to pack the modules of {release}",
            Remedy,
            [
                "bash", "-c", EmbeddedText.Of(typeof(KernelStore).Assembly, "pack.sh"),
                "pack", folder, release, modules ?? "", busybox, .. Needed
            ],
            cancellation: cancellation).ConfigureAwait(false);
    }
}
