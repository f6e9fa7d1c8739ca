using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Hooktrail.Trails;

namespace Hooktrail.Kernels.Archive;

/// <summary>
/// The Debian archive as a source of kernels, by apt in a state of its own: sources, package lists and downloads are in the cache, and this
/// machine's own apt is neither read nor changed. What is fetched has to be signed by a key of debian-archive-keyring.
/// </summary>
public sealed partial class DebianArchive
{
    /// <summary>The environment variable that names the mirror.</summary>
    public const string MirrorVariable = "SPECS_DEBIAN_MIRROR";

    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
    private const string Remedy = "see that the mirror is in reach, or name another one by " + MirrorVariable;

    /// <summary>Every suite that has kernels, the oldest first.</summary>
    private static readonly ImmutableArray<string> Suites = ["bullseye", "bookworm", "bookworm-backports", "trixie", "trixie-backports", "forky", "sid"];

    /// <summary>For so long package lists are taken for current.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(1);

    private readonly KernelsCache _cache;
    private readonly string _mirror;

    private DebianArchive(KernelsCache cache, string mirror) => (_cache, _mirror) = (cache, mirror);

    /// <summary>The archive of <c>SPECS_DEBIAN_MIRROR</c>, or else Debian's own.</summary>
    /// <exception cref="HooktrailException">This machine has no apt, or does not know Debian's keys.</exception>
    public static DebianArchive Open(KernelsCache cache)
    {
        foreach (var program in new[] { "apt-get", "apt-cache", "dpkg-deb" })
            if (!Tool.Exists(program))
                throw new HooktrailException(
                    $"There is no program {program} here, so kernels cannot be fetched from Debian's archive: install apt and dpkg, or give a kernel of your own by --kernel-image.");
        if (!File.Exists(Keyring))
            throw new HooktrailException(
                $"{Keyring} is missing, so nobody can tell whether a fetched kernel is Debian's: install debian-archive-keyring, or give a kernel of your own by --kernel-image.");
        return new(cache, Environment.GetEnvironmentVariable(MirrorVariable) is { Length: > 0 } mirror ? mirror : "http://deb.debian.org/debian");
    }

    /// <summary>The kernels that are served, by package lists that are at most a day old.</summary>
    /// <param name="refresh">Whether the lists are fetched anew whatever their age.</param>
    /// <param name="progress">Is told what takes time.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="HooktrailException">The archive does not answer, or cannot be trusted.</exception>
    public async Task<ImmutableArray<ServedKernel>> KernelsAsync(bool refresh, Action<string> progress, CancellationToken cancellation)
    {
        HooktrailException? lack = null;
        try
        {
            await UpdateAsync(refresh, progress, cancellation).ConfigureAwait(false);
        }
        catch (HooktrailException e)
        {
            // A suite that the mirror has no more, or no network: what is known from before may do.
            lack = e;
            progress(e.Message);
        }

        var names = (await AptAsync(["apt-cache", "pkgnames", "linux-image-"], cancellation).ConfigureAwait(false)).Split('\n')
            .Where(name => KernelPackage().IsMatch(name)).ToList();
        if (names.Count == 0)
            throw lack ?? new HooktrailException($"{_mirror} serves no kernel: name another mirror by {MirrorVariable}.");
        return ServedKernel.Parse(await AptAsync(["apt-cache", "madison", .. names], cancellation).ConfigureAwait(false));
    }

    /// <summary>Unpacks the packages of a kernel, its image and its modules, into a folder.</summary>
    public async Task UnpackAsync(ServedKernel kernel, string folder, CancellationToken cancellation)
    {
        // Debian splits the package more finely as time goes on; what belongs to a kernel has its release in its name.
        var parts = new List<string> { kernel.Package };
        for (var next = 0; next < parts.Count; next++)
        {
            var shown = await AptAsync(["apt-cache", "show", $"{parts[next]}={kernel.PackageVersion}"], cancellation).ConfigureAwait(false);
            parts.AddRange(PartsOf(kernel.Release, shown).Except(parts));
        }

        await UnpackAsync(parts.Select(part => $"{part}={kernel.PackageVersion}"), folder, cancellation).ConfigureAwait(false);
    }

    /// <summary>Unpacks packages into a folder; nothing of them is run.</summary>
    /// <param name="packages">Each as apt writes it: <c>name</c>, <c>name=version</c> or <c>name/suite</c>.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task UnpackAsync(IEnumerable<string> packages, string folder, CancellationToken cancellation)
    {
        var downloads = Directory.CreateDirectory(Path.Combine(folder, ".downloads")).FullName;
        await AptAsync(["apt-get", "-q", "download", .. packages], cancellation, downloads).ConfigureAwait(false);
        foreach (var package in Directory.EnumerateFiles(downloads, "*.deb"))
            await Tool.RunAsync("to unpack a kernel", "see that the disk has room", ["dpkg-deb", "-x", package, folder], cancellation: cancellation).ConfigureAwait(false);
        Directory.Delete(downloads, recursive: true);
    }

    /// <summary>The packages, other than the one shown, that have a part of the kernel.</summary>
    internal static IEnumerable<string> PartsOf(string release, string shown) =>
        shown.Split('\n')
            .Where(line => line.StartsWith("Depends:", StringComparison.Ordinal))
            .SelectMany(line => line[8..].Split([',', '|']))
            .Select(dependency => dependency.Trim().Split(' ')[0])
            .Where(name => name == $"linux-binary-{release}" || name == $"linux-modules-{release}")
            .Distinct();

    /// <summary>Debian's archive is the same wherever it is mirrored; a mirror that stands still has signatures past their date, and an old kernel harms nobody in a guest.</summary>
    internal static string Configuration(string folder) => $"""
        Dir::Etc::Main "/dev/null";
        Dir::Etc::Parts "/dev/null";
        Dir::Etc::SourceList "{folder}/sources.list";
        Dir::Etc::SourceParts "/dev/null";
        Dir::Etc::Preferences "/dev/null";
        Dir::Etc::PreferencesParts "/dev/null";
        Dir::State "{folder}";
        Dir::State::lists "{folder}/lists";
        Dir::State::status "{folder}/status";
        Dir::Cache "{folder}/cache";
        APT::Architecture "amd64";
        APT::Architectures "amd64";
        APT::Sandbox::User "root";
        Acquire::Languages "none";
        Acquire::Check-Valid-Until "false";
        Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
        Acquire::Retries "1";
        Acquire::http::Timeout "30";
        Acquire::https::Timeout "30";

        """;

    private string Folder => _cache["apt"];

    private string Stamp => Path.Combine(Folder, "updated");

    private string Sources => string.Concat(Suites.Select(suite => $"deb [signed-by={Keyring}] {_mirror} {suite} main\n"));

    private async Task UpdateAsync(bool refresh, Action<string> progress, CancellationToken cancellation)
    {
        var sources = Path.Combine(Folder, "sources.list");
        var same = File.Exists(sources) && await File.ReadAllTextAsync(sources, cancellation).ConfigureAwait(false) == Sources;
        if (same && !refresh && File.Exists(Stamp) && DateTime.UtcNow - File.GetLastWriteTimeUtc(Stamp) < Fresh)
            return;
        progress($"fetching the package lists of {Suites.Length} suites from {_mirror}");
        foreach (var folder in new[] { "lists/partial", "cache/archives/partial" })
            Directory.CreateDirectory(Path.Combine(Folder, folder));
        await File.WriteAllTextAsync(Path.Combine(Folder, "status"), "", cancellation).ConfigureAwait(false);
        await File.WriteAllTextAsync(Path.Combine(Folder, "apt.conf"), Configuration(Folder), cancellation).ConfigureAwait(false);
        await File.WriteAllTextAsync(sources, Sources, cancellation).ConfigureAwait(false);
        await AptAsync(["flock", Path.Combine(Folder, "lock"), "apt-get", "-q", "update", "--error-on=any"], cancellation).ConfigureAwait(false);
        await File.WriteAllTextAsync(Stamp, "", cancellation).ConfigureAwait(false);
    }

    private Task<string> AptAsync(IReadOnlyList<string> command, CancellationToken cancellation, string? folder = null) => Tool.RunAsync(
        "to fetch kernels",
        Remedy,
        command,
        new Dictionary<string, string> { ["APT_CONFIG"] = Path.Combine(Folder, "apt.conf") },
        folder ?? Folder,
        cancellation);

    [GeneratedRegex(@"^linux-image-[0-9]\S*-cloud-amd64\z")]
    private static partial Regex KernelPackage();
}
