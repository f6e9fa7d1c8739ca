using System.Security.Cryptography;
using System.Text;

namespace Hooktrail.Kernels;

/// <summary>A kernel that the user built.</summary>
/// <remarks>The image is a bzImage; the modules are in its release's folder, or null if all are built in.</remarks>
internal sealed record OwnKernel(string Image, string? Modules, string Release)
{
    // Documentation/arch/x86/boot.rst: the offset of the setup header's magic, and after it the version's offset.
    private const int Magic = 0x202;
    private const int VersionOffset = 0x20e;

    /// <exception cref="HooktrailException">
    /// The image is no kernel for this architecture, or the modules belong to another kernel.
    /// </exception>
    public static OwnKernel Of(string image, string? modules)
    {
        var release = ReleaseOf(image);
        return new(
            Path.GetFullPath(image), modules is null ? null : Path.GetFullPath(FolderOf(modules, release)), release);
    }

    /// <summary>A hash of the content; the path does not matter.</summary>
    public string ContentHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(Image, "image");
        if (Modules is not null)
            foreach (var file in Directory.EnumerateFiles(Modules, "*", new EnumerationOptions
            {
                RecurseSubdirectories = true,
                AttributesToSkip = FileAttributes.ReparsePoint
            })
                .Order(StringComparer.Ordinal))
                Add(file, Path.GetRelativePath(Modules, file));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];

        void Add(string file, string name)
        {
            using var stream = File.OpenRead(file);
            hash.AppendData(Encoding.UTF8.GetBytes(name + '\n'));
            hash.AppendData(SHA256.HashData(stream));
        }
    }

    private static string ReleaseOf(string image)
    {
        byte[] head = new byte[0x8000];
        try
        {
            using var stream = File.OpenRead(image);
            Array.Resize(ref head, stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HooktrailException(
                $"The kernel image \"{image}\" cannot be read ({e.Message.TrimEnd('.')}): name a bzImage, such as /boot/vmlinuz-….",
                e);
        }

        if (head.Length > VersionOffset + 2 && head.AsSpan(Magic).StartsWith("HdrS"u8)
            && 0x200 + BitConverter.ToUInt16(head, VersionOffset) is var at && at < head.Length
            && head.AsSpan(at) is var text && text.IndexOfAny((byte)' ', (byte)0) is var length and > 0)
            return Encoding.ASCII.GetString(text[..length]);
        throw new HooktrailException(
            $"\"{image}\" is not a bootable x86 kernel (it has no setup header): name a bzImage, such as arch/x86/boot/bzImage.");
    }

    // Takes /lib/modules/RELEASE as well as the INSTALL_MOD_PATH of `make modules_install`.
    private static string FolderOf(string modules, string release) =>
        new[] { "", release, $"lib/modules/{release}", $"usr/lib/modules/{release}" }
            .Select(place => Path.TrimEndingDirectorySeparator(Path.Combine(modules, place)))
            .FirstOrDefault(folder => Path.GetFileName(Path.GetFullPath(folder)) == release
                && Directory.Exists(Path.Combine(folder, "kernel")))
        ?? throw new HooktrailException(
            $"\"{modules}\" has no modules of {release}, the release of the kernel image: name the folder lib/modules/{release} that `make modules_install` made.");
}
