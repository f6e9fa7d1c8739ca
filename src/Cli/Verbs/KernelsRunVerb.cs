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
        Description = "Only the scenarios that match, in the terms of `dotnet test --filter`. Otherwise all but those that ask the model alone.",
        HelpName = "expression",
        DefaultValueFactory = _ => "TestCategory!=model",
    };

    private static readonly Option<string?> AtOnce = new("--parallel")
    {
        Description = "How many guests side by side; as many as processors and memory allow unless given.",
        HelpName = "number",
    };

    private static readonly Option<string?> Out = new("--out")
    {
        Description = "The folder that gets a folder for each kernel and backend; kernels in SPECS_OUT or ./out unless given.",
        HelpName = "folder",
    };

    private static readonly Option<string> Limit = new("--time-limit")
    {
        Description = "The longest that one guest may take, with its boot.",
        HelpName = "minutes",
        DefaultValueFactory = _ => "60",
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "run",
            "Boots kernels in guests of QEMU and runs the features on the Docker Engine of each.",
            """
            Each kernel and backend has a guest of its own, with a disk that is thrown away and no network but a port of this machine's loopback address. It writes
            what ./specs run writes into OUT/KERNEL-BACKEND, with the guest's console.log and the run's features.log, and ends with a table.
            With both backends, the scenarios on private hosts run with nft alone and are skipped with legacy: the rules of such a host are in the backend
            that its scenario says, whatever Docker's are in.
            KVM runs a guest where a short boot of its kernel by KVM succeeds, and TCG otherwise; SPECS_ACCELERATOR=kvm
            or tcg decides without that boot.
            A guest that panics, hangs or takes too long is told there, and the others go on. The exit code is 1 where that happened, a scenario failed or
            a leg diverged, and 0 otherwise.

            Examples:
              ./specs kernels run 5.10 newest
              ./specs kernels run 6.1 6.12 --backend both --parallel 2
              ./specs kernels run --kernel-image arch/x86/boot/bzImage --modules /tmp/lib/modules/7.3.0
            """)
        {
            Arguments = { KernelOptions.Named },
            Options = { KernelOptions.Image, KernelOptions.Modules, KernelOptions.Backend, Filter, AtOnce, Out, Limit, KernelOptions.Refresh, KernelOptions.OnlyCheck },
        };
        verb.SetAction(RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var (wishes, backends) = (KernelOptions.Wishes(line), KernelOptions.Backends(line));
        var limit = TimeSpan.FromMinutes(KernelOptions.Number(line.GetRequiredValue(Limit), "a number of minutes", 24 * 60));
        int? asked = line.GetValue(AtOnce) is { } text ? KernelOptions.Number(text, "a number of guests", 64) : null;
        _ = Accelerators.Asked();
        if (line.GetValue(KernelOptions.OnlyCheck))
            return ExitCode.Done;

        var checkout = Checkout.Find();
        _ = checkout.GuestDisk;
        var kernels = await KernelOptions.PrepareAsync(line, wishes, cancellation);
        var accelerators = await KernelOptions.AcceleratorsAsync(kernels, cancellation);
        var folder = line.GetValue(Out)
            ?? Path.Combine(Environment.GetEnvironmentVariable("SPECS_OUT") is { Length: > 0 } set ? set : Path.Combine(checkout.Root, "out"), "kernels");
        using var alone = OutputFolder.Take(folder);
        var guests = kernels.Length * backends.Length;
        var parallel = Math.Min(asked ?? Room.ForGuests(), guests);
        KernelOptions.Say($"{guests} guest{(guests == 1 ? "" : "s")}, {parallel} at once");
        var results = await new KernelsRun(checkout)
        {
            Kernels = kernels,
            Backends = backends,
            Filter = line.GetRequiredValue(Filter),
            Parallel = parallel,
            Limit = limit,
            Folder = Path.GetFullPath(folder),
            Accelerators = accelerators,
            Progress = KernelOptions.Say,
        }.RunAsync(cancellation);
        await Console.Out.WriteAsync($"\n{KernelsText.Of(results)}\nWritten: {Path.Combine(folder, "KERNEL-BACKEND")}\n");
        return results.All(result => result.IsGood) ? ExitCode.Done : ExitCode.No;
    }
}
