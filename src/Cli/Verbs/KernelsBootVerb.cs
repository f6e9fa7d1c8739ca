using System.CommandLine;
using Hooktrail.Kernels;
using Hooktrail.Kernels.Machine;
using Hooktrail.Text;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>kernels boot</c>: starts one guest, for users to look around in.</summary>
internal static class KernelsBootVerb
{
    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(5);

    /// <summary>A disk that keeps what the guest writes; ./specs uses it to put the lab's image on the disk.</summary>
    private static readonly Option<string?> Disk = new("--disk") { Hidden = true };

    public static Verb Create()
    {
        var verb = new Verb(
            "boot",
            "Boots one kernel in a guest and keeps it until you press Enter or Ctrl-C, to run any verb on its Engine.",
            """
            The first line is the address of its Docker Engine. Use it in another terminal:
              DOCKER_HOST=tcp://127.0.0.1:PORT SPECS_PATIENCE=4 ./specs observe --lab docker --from client --to wan --protocol icmp
            It discards the disk at the end.

            Example:
              ./specs kernels boot 6.1 --backend legacy
              ./specs kernels boot 6.12 --userland bookworm
            """)
        {
            Arguments = { KernelOptions.Named },
            Options =
            {
                KernelOptions.Image, KernelOptions.Modules, KernelOptions.Userland, KernelOptions.EngineBinaries,
                KernelOptions.Firewall, KernelOptions.Backend, KernelOptions.Refresh, KernelOptions.OnlyCheck, Disk
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
        if (wishes.Length + (line.GetValue(KernelOptions.Image) is null ? 0 : 1) > 1
            || backends.Length > 1 || userlands.Length > 1)
            throw new HooktrailException(
                "boot starts one guest: name one kernel, one userland and one backend; ./specs kernels run takes several.");
        _ = Accelerators.Asked();
        if (line.GetValue(KernelOptions.OnlyCheck))
        {
            await Terminal.Out.WriteLineAsync(userlands[0].Suite);
            return ExitCode.Done;
        }

        var kept = line.GetValue(Disk);
        var disk = kept ?? Checkout.Find().GuestDisk(userlands[0]);
        var kernels = await KernelOptions.PrepareAsync(line, wishes, cancellation);
        var accelerators = await KernelOptions.AcceleratorsAsync(kernels, cancellation);
        var machine = new GuestMachine(kernels[0], backends[0], disk)
        {
            Accelerator = accelerators[kernels[0]],
            KeepsDisk = kept is not null,
            Engine = engine is null ? null : await engine.DiskAsync(KernelsCache.Open(), cancellation),
            HasNftablesEngine = hasNftablesEngine,
        };
        // The log stays if the guest is lost, because the message names it; ./specs clean removes it.
        var log = GuestLeftovers.ConsoleFolder();
        await using (var guest = await Guest.BootAsync(
            machine, Path.Combine(log, "console.log"), BootLimit, cancellation))
        {
            // Scripts read the first line.
            await Terminal.Out.WriteLineAsync($"DOCKER_HOST={guest.Endpoint}");
            await Terminal.Out.WriteLineAsync(
                PlainText.Of(
                    $"Linux {guest.Release}, {guest.Engine}; its console is in {Path.Combine(log, "console.log")}; press Enter to stop it."));
            foreach (var lack in guest.Lacks)
                await Terminal.Out.WriteLineAsync($"The guest lacks {lack}.");
            try
            {
                // A read of the console cannot be cancelled, so it stays pending.
                await Task.WhenAny((Task)Task.Run(Terminal.In.ReadLine, CancellationToken.None), guest.Lost)
                    .WaitAsync(cancellation);
            }
            catch (OperationCanceledException) when (kept is null)
            {
                // Ctrl-C: the other way to end it.
            }

            if (guest.Lost.IsCompletedSuccessfully)
                throw await guest.LossAsync(await guest.Lost);
            if (kept is not null)
                await guest.PowerOffAsync(BootLimit, cancellation);
        }

        Directory.Delete(log, recursive: true);
        return ExitCode.Done;
    }
}
