using System.Text.RegularExpressions;

namespace Hooktrail.Kernels.Archive;

/// <summary>
/// Kernels of the Debian archive, by apt with a separate state: sources, package lists and downloads are in the cache,
/// and this machine's apt is neither read nor changed. Every download must be signed by a key of
/// debian-archive-keyring.
/// </summary>
public sealed partial class DebianArchive
{
    public const string MirrorVariable = "SPECS_DEBIAN_MIRROR";

    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
    private const string Remedy = "check that the mirror is reachable, or choose another with " + MirrorVariable;

    /// <summary>Every suite with kernels, the oldest first.</summary>
    private static readonly ImmutableArray<string> Suites =
        ["bullseye", "bookworm", "bookworm-backports", "trixie", "trixie-backports", "forky", "sid"];

    /// <summary>The age up to which package lists count as current.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(1);

    private readonly KernelsCache _cache;
    private readonly string _mirror;

    private DebianArchive(KernelsCache cache, string mirror) => (_cache, _mirror) = (cache, mirror);

    /// <summary>The archive of <c>SPECS_DEBIAN_MIRROR</c>, which <c>./specs</c> sets.</summary>
    /// <exception cref="HooktrailException">This machine lacks apt or Debian's keys, or no mirror is named.</exception>
    public static DebianArchive Open(KernelsCache cache)
    {
        foreach (var program in new[] { "apt-get", "apt-cache", "dpkg-deb" })
            if (!Tool.Exists(program))
                throw new HooktrailException(
                    $"The program {program} is missing, so kernels cannot be fetched from Debian's archive: install apt and dpkg, or use your own kernel with --kernel-image.");
        if (!File.Exists(Keyring))
            throw new HooktrailException(
                $"{Keyring} is missing, so the signature of a fetched kernel cannot be checked: install debian-archive-keyring, or use your own kernel with --kernel-image.");
        return Environment.GetEnvironmentVariable(MirrorVariable) is { Length: > 0 } mirror
            ? new(cache, mirror)
            : throw new HooktrailException(
                $"This machine has no Debian mirror configured, so kernels cannot be fetched: set {MirrorVariable}, "
                + "such as http://mirror.example/debian, or use your own kernel with --kernel-image.");
    }

    /// <summary>
    /// Uses package lists that are at most a day old; fetches new ones on <paramref name="refresh"/>.
    /// </summary>
    /// <exception cref="HooktrailException">The archive does not answer, or cannot be trusted.</exception>
    public async Task<ImmutableArray<ServedKernel>> KernelsAsync(
        bool refresh, Action<string> progress, CancellationToken cancellation)
    {
        HooktrailException? lack = null;
        try
        {
            await UpdateAsync(refresh, progress, cancellation).ConfigureAwait(false);
        }
        catch (HooktrailException e)
        {
            // The mirror has dropped a suite, or there is no network: the older lists may be enough.
            lack = e;
            progress(e.Message);
        }

        var names = await NamesAsync(cancellation).ConfigureAwait(false);
        var images = names.Where(name => KernelPackage().IsMatch(name)).ToList();
        if (images.Count == 0)
            throw lack
                ?? new HooktrailException($"{_mirror} has no kernels: choose another mirror with {MirrorVariable}.");
        // An archive keeps linux-image packages longer than the packages on which they depend.
        var shown = await AptAsync(["apt-cache", "show", .. images], cancellation).ConfigureAwait(false);
        var broken = shown.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Where(package => Field(package, "Package").StartsWith("linux-image-", StringComparison.Ordinal))
            .Select(package => (
                Name: Field(package, "Package"),
                Needs: PartsOf(Field(package, "Package")["linux-image-".Length..], package)))
            .Where(package => package.Needs.Any(part => part.IsNeeded && !names.Contains(part.Name)))
            .Select(package => package.Name)
            .ToHashSet();
        return
        [
            .. ServedKernel.Parse(await AptAsync(
                ["apt-cache", "madison", .. images],
                cancellation).ConfigureAwait(false)).Where(kernel => !broken.Contains(kernel.Package))
        ];
    }

    /// <summary>Of the package lists that <see cref="KernelsAsync"/> has brought up to date.</summary>
    public async Task<ImmutableArray<ServedUserland>> UserlandsAsync(CancellationToken cancellation) =>
        ServedUserland.Parse(
            await AptAsync(["apt-cache", "madison", .. ServedUserland.Packages], cancellation).ConfigureAwait(false));

    /// <summary>Unpacks the packages of a kernel's image and modules into a folder.</summary>
    public async Task UnpackAsync(ServedKernel kernel, string folder, CancellationToken cancellation)
    {
        var names = await NamesAsync(cancellation).ConfigureAwait(false);
        var shown = await AptAsync(
            ["apt-cache", "show", $"{kernel.Package}={kernel.PackageVersion}"], cancellation).ConfigureAwait(false);
        var parts = PartsOf(kernel.Release, shown)
            .Select(part => part.Name)
            .Where(names.Contains)
            .Prepend(kernel.Package);
        await UnpackAsync(
            parts.Select(part => $"{part}={kernel.PackageVersion}"), folder, cancellation).ConfigureAwait(false);
    }

    /// <summary>Unpacks packages into a folder; none of their scripts runs.</summary>
    /// <remarks>Packages are written as for apt: <c>name</c>, <c>name=version</c> or <c>name/suite</c>.</remarks>
    public async Task UnpackAsync(IEnumerable<string> packages, string folder, CancellationToken cancellation)
    {
        var downloads = Directory.CreateDirectory(Path.Combine(folder, ".downloads")).FullName;
        await AptAsync(["apt-get", "-q", "download", .. packages], cancellation, downloads).ConfigureAwait(false);
        foreach (var package in Directory.EnumerateFiles(downloads, "*.deb"))
            await Tool.RunAsync(
                "to unpack a kernel",
                "check that the disk has space",
                ["dpkg-deb", "-x", package, folder],
                cancellation: cancellation).ConfigureAwait(false);
        Directory.Delete(downloads, recursive: true);
    }

    /// <summary>
    /// Further packages with parts of the kernel, whose names contain its release; newer Debian releases split it into
    /// more packages. linux-base is not among them: it contains only lists, and a kernel boots without it.
    /// </summary>
    internal static IEnumerable<(string Name, bool IsNeeded)> PartsOf(string release, string shown)
    {
        var dependencies = Field(shown, "Depends")
            .Split([',', '|'])
            .Select(dependency => dependency.Trim().Split(' ')[0])
            .ToHashSet();
        return new[]
        {
            ($"linux-binary-{release}", true), ($"linux-modules-{release}", true), ($"linux-base-{release}", false)
        }
            .Where(part => dependencies.Contains(part.Item1));
    }

    /// <summary>
    /// Debian's archive is the same on every mirror. A mirror that is no longer updated has expired signatures; an old
    /// kernel does no harm in a guest.
    /// </summary>
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

    private static string Field(string package, string name) =>
        package.Split('\n')
            .FirstOrDefault(line => line.StartsWith(name + ": ", StringComparison.Ordinal))?[(name.Length + 2)..]
        ?? "";

    private async Task<HashSet<string>> NamesAsync(CancellationToken cancellation) =>
        [
            .. (await AptAsync(["apt-cache", "pkgnames", "linux-"], cancellation).ConfigureAwait(false)).Split(
                '\n', StringSplitOptions.RemoveEmptyEntries)
        ];

    private string Folder => _cache["apt"];

    private string Stamp => Path.Combine(Folder, "updated");

    private string Sources =>
        string.Concat(Suites.Select(suite => $"deb [signed-by={Keyring}] {_mirror} {suite} main\n"));

    private async Task UpdateAsync(bool refresh, Action<string> progress, CancellationToken cancellation)
    {
        var sources = Path.Combine(Folder, "sources.list");
        var same = File.Exists(sources)
            && await File.ReadAllTextAsync(sources, cancellation).ConfigureAwait(false) == Sources;
        if (same && !refresh && File.Exists(Stamp) && DateTime.UtcNow - File.GetLastWriteTimeUtc(Stamp) < Fresh)
            return;
        progress($"fetching the package lists of {Suites.Length} suites from {_mirror}");
        foreach (var folder in new[] { "lists/partial", "cache/archives/partial" })
            Directory.CreateDirectory(Path.Combine(Folder, folder));
        await File.WriteAllTextAsync(Path.Combine(Folder, "status"), "", cancellation).ConfigureAwait(false);
        await File.WriteAllTextAsync(
            Path.Combine(Folder, "apt.conf"), Configuration(Folder), cancellation).ConfigureAwait(false);
        await File.WriteAllTextAsync(sources, Sources, cancellation).ConfigureAwait(false);
        await AptAsync(
            ["flock", Path.Combine(Folder, "lock"), "apt-get", "-q", "update", "--error-on=any"],
            cancellation).ConfigureAwait(false);
        await File.WriteAllTextAsync(Stamp, "", cancellation).ConfigureAwait(false);
    }

    private Task<string> AptAsync(
        IReadOnlyList<string> command, CancellationToken cancellation, string? folder = null) => Tool.RunAsync(
        "to fetch kernels",
        Remedy,
        command,
        new Dictionary<string, string> { ["APT_CONFIG"] = Path.Combine(Folder, "apt.conf") },
        folder ?? Folder,
        cancellation);

    [GeneratedRegex(@"^linux-image-[0-9]\S*-cloud-amd64\z")]
    private static partial Regex KernelPackage();
}
