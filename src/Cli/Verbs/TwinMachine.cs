using Hooktrail.Docker.Engine;
using Hooktrail.Docker.Lab;
using Hooktrail.Kernels.Archive;
using Hooktrail.Kernels.Machine;
using Hooktrail.Namespaces;
using Hooktrail.Stations;
using Hooktrail.Stations.Machines;

namespace Hooktrail.Cli.Verbs;

/// <summary>Where a twin runs: on this machine, or in a guest with the kernel that the user names.</summary>
internal static class TwinMachine
{
    // Without KVM, a boot took 18 to 43 s on two processors.
    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(5);

    // A guest's Engine is gone before its console tells why.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    /// <summary>Does work on the machine; a guest ends with it.</summary>
    /// <param name="kernel">The kernel of the twin; null for this machine's.</param>
    /// <param name="work">What to do there.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="HooktrailException">No such guest can boot here, it ended, or the work failed.</exception>
    public static async Task<T> OnAsync<T>(
        KernelVersion? kernel, Func<IMachine, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        if (kernel is not { } wanted || IsOfThisMachine(wanted))
            return await work(ThisMachine.Instance, cancellation);
        var machine = await PreparedGuest.FindAsync(KernelWish.Parse(wanted.ToString()), cancellation);
        Allowance.OfMachine(machine.Slowness);
        var image = LabImage.Reference();
        KernelOptions.Say($"booting a guest with Linux {machine.Kernel.Title}");
        var (log, isLost) = (GuestLeftovers.ConsoleFolder(), false);
        try
        {
            await using var guest = await Guest.BootAsync(
                machine, Path.Combine(log, "console.log"), BootLimit, cancellation);
            KernelOptions.Say(string.Create(
                CultureInfo.InvariantCulture, $"it is up after {guest.BootedIn.TotalSeconds:0} s"));
            using var until = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var working = InGuestAsync(guest, image, work, until.Token);
            await Task.WhenAny(working, guest.Lost);
            if (working.IsCompletedSuccessfully || await LossAsync(guest, working) is not { } loss)
                return await working;
            await until.CancelAsync();
            await ((Task)working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            throw await guest.LossAsync(loss);
        }
        catch (GuestLostException)
        {
            // The message names the log; ./specs clean removes it.
            isLost = true;
            throw;
        }
        finally
        {
            if (!isLost)
                Directory.Delete(log, recursive: true);
        }
    }

    /// <summary>Whether this machine runs the kernel, or one of the series, if that is all that is named.</summary>
    internal static bool IsOfThisMachine(KernelVersion kernel)
    {
        var own = KernelVersion.Parse(File.ReadAllText("/proc/sys/kernel/osrelease").Trim());
        return kernel.Patch is null ? kernel.IsOfSeriesOf(own) : kernel == own;
    }

    private static async Task<T> InGuestAsync<T>(
        Guest guest, string image, Func<IMachine, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        await using var engine = await ContainerEngine.ConnectAsync(EngineEndpoint.Parse(guest.Endpoint), cancellation);
        if (!await engine.HasImageAsync(image, cancellation))
            throw new HooktrailException(
                $"The guests' disk does not have the lab's image {image}; run ./specs kernels boot {KernelVersion.Parse(guest.Release)} to bring it up to date.");
        await using var machine = await ContainerMachine.StartAsync(engine, image, "in a guest", cancellation);
        return await work(machine, cancellation);
    }

    // What fails in a guest that is lost fails because of that. Null if the guest is there.
    private static async Task<string?> LossAsync(Guest guest, Task working)
    {
        if (!guest.Lost.IsCompleted)
        {
            if (working.IsCanceled || await AnswersAsync(guest))
                return null;
            await ((Task)guest.Lost).WaitAsync(Farewell).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return guest.Lost.IsCompleted ? await guest.Lost : "no longer answers";
    }

    private static async Task<bool> AnswersAsync(Guest guest)
    {
        try
        {
            await using var engine = await ContainerEngine.ConnectAsync(EngineEndpoint.Parse(guest.Endpoint));
            return true;
        }
        catch (HooktrailException)
        {
            return false;
        }
    }
}
