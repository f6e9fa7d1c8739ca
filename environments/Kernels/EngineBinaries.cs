using System.Security.Cryptography;
using System.Text;

namespace Hooktrail.Kernels;

/// <summary>
/// Programs of a user's own Engine, which replace those of a guest's userland: a folder such as the one in Docker's
/// static bundles.
/// </summary>
public sealed record EngineBinaries
{
    // What Docker's static bundles hold; a guest finds each on its PATH.
    private static readonly string[] Known =
    [
        "containerd", "containerd-shim-runc-v2", "ctr", "docker", "docker-init", "docker-proxy", "dockerd", "runc",
    ];

    private EngineBinaries(ImmutableArray<string> files) => Files = files;

    /// <summary>Paths, in the order of their names.</summary>
    public ImmutableArray<string> Files { get; }

    /// <exception cref="HooktrailException">The folder has no dockerd, or a file in it is no program for Linux.</exception>
    public static EngineBinaries Of(string folder)
    {
        ImmutableArray<string> files =
            [.. Known.Select(name => Path.GetFullPath(Path.Combine(folder, name))).Where(File.Exists)];
        if (!files.Any(file => Path.GetFileName(file) == "dockerd"))
            throw new HooktrailException(
                $"\"{folder}\" has no file dockerd: name the folder with the programs of an Engine, such as docker/ of Docker's static bundle.");
        return files.FirstOrDefault(file => !IsProgram(file)) is { } other
            ? throw new HooktrailException($"{other} is not a program for Linux (ELF): use the one of a static bundle.")
            : new(files);
    }

    /// <summary>An ext4 disk that holds the programs; made once for the same content.</summary>
    public async Task<string> DiskAsync(KernelsCache cache, CancellationToken cancellation)
    {
        var folder = await cache.FolderAsync($"engines/{ContentHash()}", async making =>
        {
            var root = Directory.CreateDirectory(Path.Combine(making, "root")).FullName;
            foreach (var file in Files)
                File.Copy(file, Path.Combine(root, Path.GetFileName(file)));
            await Tool.RunAsync(
                "to make a disk of the Engine's programs",
                "check that the disk has space, and follow the message",
                [
                    "bash", "-euc",
                    """
                    chmod 755 root/*
                    mke2fs -q -t ext4 -O ^has_journal -m 0 -E root_owner=0:0 -d root engine.ext4 "$(($(du -sk root | cut -f1) * 5 / 4 + 4096))k"
                    rm -r root
                    """,
                ],
                folder: making,
                cancellation: cancellation).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return Path.Combine(folder, "engine.ext4");
    }

    private string ContentHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Files)
        {
            using var stream = File.OpenRead(file);
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(file) + '\n'));
            hash.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static bool IsProgram(string file)
    {
        using var stream = File.OpenRead(file);
        Span<byte> head = stackalloc byte[4];
        return stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length
            && head.SequenceEqual("\u007fELF"u8);
    }
}
