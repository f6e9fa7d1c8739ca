using System.CommandLine;
using Hooktrail.Kernels;
using Hooktrail.Kernels.Archive;
using Hooktrail.Kernels.Machine;
using Hooktrail.Text;

namespace Hooktrail.Cli.Verbs;

/// <summary>The options for kernels and backends.</summary>
internal static class KernelOptions
{
    /// <summary>Debian's kernels.</summary>
    public static readonly Argument<string[]> Named = new("kernel")
    {
        Description = "A series such as 6.1, a release such as 6.12.107, or newest.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>A kernel that the user built.</summary>
    public static readonly Option<string?> Image = new("--kernel-image")
    {
        Description = "Also runs this kernel, a bzImage.",
        HelpName = "file",
    };

    public static readonly Option<string?> Modules = new("--modules")
    {
        Description =
            "The modules of --kernel-image: lib/modules/RELEASE, or the directory given to `make modules_install`. Not needed if everything is built in.",
        HelpName = "folder",
    };

    public static readonly Option<bool> Refresh = new("--refresh")
    {
        Description = "Fetches the package lists again; otherwise they may be up to a day old.",
    };

    public static readonly Option<string> Backend = new("--backend")
    {
        Description = "The iptables backend for Docker's rules.",
        HelpName = "nft|legacy|both",
        DefaultValueFactory = _ => "nft",
    };

    public static readonly Option<string[]> Userland = new("--userland")
    {
        Description = "The Debian releases of the guests' programs: Docker, containerd, iptables and nft.",
        HelpName = string.Join('|', Hooktrail.Kernels.Userland.All.Select(one => one.Suite)),
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [Hooktrail.Kernels.Userland.Usual.Suite],
    };

    public static readonly Option<string?> EngineBinaries = new("--engine-binaries")
    {
        Description =
            "Programs of another Engine, which replace the userland's: dockerd, docker-proxy, and, if there, containerd, its shim, runc and ctr.",
        HelpName = "folder",
    };

    public static readonly Option<string> Firewall = new("--firewall-backend")
    {
        Description = "How the Engine writes its rules; nftables needs Docker 29 or later.",
        HelpName = "iptables|nftables",
        DefaultValueFactory = _ => "iptables",
    };

    /// <summary>
    /// Only checks the command line, and prints the userlands that it needs, one a line. ./specs uses it before a
    /// preparation that takes minutes.
    /// </summary>
    public static readonly Option<bool> OnlyCheck = new("--only-check") { Hidden = true };

    /// <summary>The kernels as written on the command line.</summary>
    /// <exception cref="HooktrailException">The line names no kernel, or a name is none.</exception>
    public static ImmutableArray<KernelWish> Wishes(ParseResult line)
    {
        ImmutableArray<KernelWish> wishes = [.. line.GetRequiredValue(Named).Select(KernelWish.Parse)];
        if (wishes.IsEmpty && line.GetValue(Image) is null)
            throw new HooktrailException(
                "Name at least one kernel, such as 6.1 or newest, or use --kernel-image; ./specs kernels list prints the kernels.");
        if (line.GetValue(Image) is null && line.GetValue(Modules) is not null)
            throw new HooktrailException("--modules needs --kernel-image; add it, or remove --modules.");
        if (wishes.CountBy(wish => wish.Text).FirstOrDefault(wish => wish.Value > 1) is { Key: { } twice })
            throw new HooktrailException($"The kernel {twice} is named twice; name it once.");
        return wishes;
    }

    /// <exception cref="HooktrailException">A name is no userland, or occurs twice.</exception>
    public static ImmutableArray<Userland> Userlands(ParseResult line)
    {
        ImmutableArray<Userland> userlands =
            [.. line.GetRequiredValue(Userland).Select(Hooktrail.Kernels.Userland.Parse)];
        return userlands.CountBy(one => one).FirstOrDefault(one => one.Value > 1) is { Key: { } twice }
            ? throw new HooktrailException($"The userland {twice} is named twice; name it once.")
            : userlands;
    }

    /// <summary>The user's own Engine; null if the userland's is meant.</summary>
    public static EngineBinaries? Engine(ParseResult line) =>
        line.GetValue(EngineBinaries) is { } folder ? Hooktrail.Kernels.EngineBinaries.Of(folder) : null;

    public static bool HasNftablesEngine(ParseResult line) => line.GetRequiredValue(Firewall) switch
    {
        "iptables" => false,
        "nftables" => true,
        var other => throw new HooktrailException(
            $"Unknown firewall backend \"{other}\"; an Engine's is iptables or nftables."),
    };

    /// <summary>Makes the command line's kernels bootable.</summary>
    public static async Task<ImmutableArray<Kernel>> PrepareAsync(
        ParseResult line, ImmutableArray<KernelWish> wishes, CancellationToken cancellation)
    {
        var cache = KernelsCache.Open();
        var (archive, store) = (DebianArchive.Open(cache), new KernelStore(cache));
        var kernels = ImmutableArray.CreateBuilder<Kernel>();
        if (line.GetValue(Image) is { } image)
            kernels.Add(await store.PrepareAsync(image, line.GetValue(Modules), archive, Say, cancellation));
        if (!wishes.IsEmpty)
        {
            var served = await archive.KernelsAsync(line.GetValue(Refresh), Say, cancellation);
            // Finds all kernels before it fetches the first.
            var meant = wishes.Select(wish => (wish, Kernel: wish.In(served)))
                .Select(one => (Name: one.wish.Name(one.Kernel), one.Kernel))
                .ToList();
            if (meant.CountBy(one => one.Name).FirstOrDefault(name => name.Value > 1) is { Key: { } same })
                throw new HooktrailException($"The kernel {same} is named twice, once as the newest; name it once.");
            foreach (var (name, kernel) in meant)
                kernels.Add(await store.PrepareAsync(name, kernel, archive, Say, cancellation));
        }

        return kernels.ToImmutable();
    }

    /// <summary>Chooses an accelerator for each kernel, and prints the choice and its reason.</summary>
    public static async Task<ImmutableDictionary<Kernel, Accelerator>> AcceleratorsAsync(
        ImmutableArray<Kernel> kernels, CancellationToken cancellation)
    {
        var choices = new List<(Kernel Kernel, AcceleratorChoice Choice)>();
        foreach (var kernel in kernels)
            choices.Add((kernel, await Accelerators.ChooseAsync(kernel, cancellation)));
        foreach (var same in choices.GroupBy(one => one.Choice, one => one.Kernel.Name))
            Say($"{string.Join(", ", same)}: {same.Key}");
        return choices.ToImmutableDictionary(one => one.Kernel, one => one.Choice.Accelerator);
    }

    public static ImmutableArray<Backend> Backends(ParseResult line) =>
        line.GetRequiredValue(Backend) is var name && name == "both"
            ? [Trails.Backend.Nft, Trails.Backend.Legacy]
            : [Backends(name)];

    /// <summary>Prints progress to standard error, so that it does not mix with results.</summary>
    public static void Say(string what) => Terminal.Error.WriteLine($"  {"kernels",-8} {PlainText.Of(what)}");

    private static Backend Backends(string name) => name is "nft" or "legacy"
        ? Trails.Backends.Parse(name)
        : throw new HooktrailException($"Unknown backend \"{name}\"; a backend is nft, legacy or both.");
}
