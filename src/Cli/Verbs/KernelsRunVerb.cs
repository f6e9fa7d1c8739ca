using System.CommandLine;
using Hooktrail.Kernels;
using Hooktrail.Kernels.Machine;
using Hooktrail.Kernels.Runs;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>kernels run</c>: the features on other kernels.</summary>
internal static class KernelsRunVerb
{
    private static readonly Option<string> Filter = new("--filter")
    {
        Description =
            "Runs only the scenarios that match a `dotnet test --filter` expression; the default excludes scenarios about the model only.",
        HelpName = "expression",
        DefaultValueFactory = _ => "TestCategory!=model",
    };

    private static readonly Option<string?> AtOnce = new("--parallel")
    {
        Description = "The number of guests to run in parallel; default: as many as processors and memory allow.",
        HelpName = "number",
    };

    private static readonly Option<string?> Out = new("--out")
    {
        Description =
            "The folder for the results, one subfolder per guest; default: kernels in SPECS_OUT or ./out.",
        HelpName = "folder",
    };

    private static readonly Option<string> Limit = new("--time-limit")
    {
        Description = "The time limit of one guest, including its boot.",
        HelpName = "minutes",
        DefaultValueFactory = _ => "60",
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "run",
            "Boots kernels in QEMU guests and runs the features on each guest's Docker Engine.",
            """
            Each kernel, userland and backend runs in a separate guest, with a temporary disk and no network except one port on this machine's loopback
            address. A userland is a Debian release, and with it its Docker, iptables and nft; --engine-binaries replaces its Docker by your own. The command
            writes the output of ./specs run to OUT/KERNEL-BACKEND (OUT/KERNEL-USERLAND-BACKEND for a userland other than trixie), with the guest's
            console.log and the run's features.log, and ends with a table.
            Scenarios on private hosts run with the first userland and with nft only: their tools are the lab's own, and the scenario itself chooses the
            backend of a private host, so other guests of the same kernel would repeat them.
            A guest uses KVM if a short trial boot of its kernel under KVM succeeds, and TCG otherwise; SPECS_ACCELERATOR=kvm or tcg skips the trial.
            If a guest panics, hangs or exceeds the time limit, the table shows it and the other guests continue. The exit code is 1 if that happened, a
            scenario failed or a leg diverged, and 0 otherwise.

            Examples:
              ./specs kernels run 5.10 newest
              ./specs kernels run 6.1 6.12 --backend both --parallel 2
              ./specs kernels run 6.12 newest --userland bookworm trixie forky
              ./specs kernels run newest --engine-binaries docker/ --firewall-backend nftables
              ./specs kernels run --kernel-image arch/x86/boot/bzImage --modules /tmp/lib/modules/7.3.0
            """)
        {
            Arguments = { KernelOptions.Named },
            Options =
            {
                KernelOptions.Image, KernelOptions.Modules, KernelOptions.Userland, KernelOptions.EngineBinaries,
                KernelOptions.Firewall, KernelOptions.Backend, Filter, AtOnce, Out, Limit, KernelOptions.Refresh,
                KernelOptions.OnlyCheck
            },
        };
        verb.SetAction(RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var (wishes, backends) = (KernelOptions.Wishes(line), KernelOptions.Backends(line));
        var (userlands, engine) = (KernelOptions.Userlands(line), KernelOptions.Engine(line));
        var hasNftablesEngine = KernelOptions.HasNftablesEngine(line);
        var limit = TimeSpan.FromMinutes(
            WholeNumber.Read(line.GetRequiredValue(Limit), "a number of minutes", 24 * 60));
        int? asked = line.GetValue(AtOnce) is { } text ? WholeNumber.Read(text, "a number of guests", 64) : null;
        _ = Accelerators.Asked();
        if (line.GetValue(KernelOptions.OnlyCheck))
        {
            await Terminal.Out.WriteLineAsync(string.Join('\n', userlands));
            return ExitCode.Done;
        }

        var checkout = Checkout.Find();
        foreach (var userland in userlands)
            _ = checkout.GuestDisk(userland);
        var kernels = await KernelOptions.PrepareAsync(line, wishes, cancellation);
        var accelerators = await KernelOptions.AcceleratorsAsync(kernels, cancellation);
        var folder = line.GetValue(Out)
            ?? Path.Combine(
                Environment.GetEnvironmentVariable("SPECS_OUT") is { Length: > 0 } set
                    ? set
                    : Path.Combine(checkout.Root, "out"),
                "kernels");
        using var alone = OutputFolder.Take(folder);
        var guests = kernels.Length * userlands.Length * backends.Length;
        var parallel = Math.Min(asked ?? Room.ForGuests(), guests);
        KernelOptions.Say($"{guests} guest{(guests == 1 ? "" : "s")}, {parallel} at once");
        var results = await new KernelsRun(checkout)
        {
            Kernels = kernels,
            Userlands = userlands,
            Backends = backends,
            Engine = engine is null ? null : await engine.DiskAsync(KernelsCache.Open(), cancellation),
            HasNftablesEngine = hasNftablesEngine,
            Filter = line.GetRequiredValue(Filter),
            Parallel = parallel,
            Limit = limit,
            Folder = Path.GetFullPath(folder),
            Accelerators = accelerators,
            Progress = KernelOptions.Say,
        }.RunAsync(cancellation);
        await Terminal.Out.WriteAsync(
            $"\n{KernelsText.Of(results)}\nWritten:\n{string.Concat(results.Select(result => $"  {Path.Combine(folder, result.Guest.Folder)}\n"))}");
        return results.All(result => result.IsGood) ? ExitCode.Done : ExitCode.No;
    }
}
