using System.Net.NetworkInformation;
using Hooktrail.Docker.Engine;
using Hooktrail.Docker.Lab;
using Hooktrail.Kernels.Machine;
using Hooktrail.Live;
using Hooktrail.Text;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>clean</c>: removes what earlier runs left.</summary>
internal static class CleanVerb
{
    /// <summary>The verb.</summary>
    public static Verb Create()
    {
        var verb = new Verb(
            "clean",
            "Removes what earlier runs left on this host, and lists what it removed.",
            """
            It names active runs and does not touch them. It waits for work in progress: a probe that is restoring the host, and containers and networks
            that the Engine is still creating for a dead process. It never touches rules, settings or containers of other programs.

            A namespace lab leaves nothing behind, so it looks for remains of Docker labs, for qdiscs that check --inject added to NICs of this network
            namespace, for guests of ./specs kernels, and for kernels that were only partly fetched or built. If no Engine answers, it says so, and fails only if this host still has devices of a Docker lab.
            """);
        verb.SetAction((_, cancellation) => RunAsync(cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(CancellationToken cancellation)
    {
        var ofGuests = GuestLeftovers.Remove();
        foreach (var thing in ofGuests)
            await Terminal.Out.WriteLineAsync($"Removed {PlainText.Of(thing)}.");

        var (ofNics, injecting) = await Injections.RemoveLeftAsync(cancellation);
        foreach (var thing in ofNics)
            await Terminal.Out.WriteLineAsync($"Removed {PlainText.Of(thing)}.");
        foreach (var run in injecting)
            await Terminal.Out.WriteLineAsync($"Run {PlainText.Of(run)} is active; nothing of it was removed.");

        ContainerEngine engine;
        try
        {
            engine = await ContainerEngine.ConnectAsync(cancellation);
        }
        catch (NoEngineException none)
        {
            await Terminal.Out.WriteLineAsync(
                WithoutEngine(none, NetworkInterface.GetAllNetworkInterfaces().Select(device => device.Name)));
            return ExitCode.Done;
        }

        await using (engine)
        {
            var (removed, alive) = await Leftovers.RemoveAsync(engine, LabImage.Reference(), cancellation);
            foreach (var thing in removed)
                await Terminal.Out.WriteLineAsync($"Removed {thing}.");
            foreach (var run in alive)
                await Terminal.Out.WriteLineAsync($"Run {run} is active; nothing of it was removed.");
            if (removed.IsEmpty && ofGuests.IsEmpty && ofNics.IsEmpty)
                await Terminal.Out.WriteLineAsync("Earlier runs left nothing behind.");
        }

        return ExitCode.Done;
    }

    private static string WithoutEngine(
        NoEngineException none, IEnumerable<string> devices) => Leftovers.Among(devices) switch
        {
            [] =>
                $"No Docker Engine answers at {none.Endpoint}, so the check for containers and networks of Docker labs was skipped; namespace labs leave none, "
                + "because they end with their processes. If a Docker lab ran there, start that Engine and run ./specs clean again.",
            var left => throw new HooktrailException(
                $"This host has devices of a Docker lab ({string.Join(", ", left)}), but no Docker Engine answers at {none.Endpoint} to remove them; "
                + "start the Engine, or set DOCKER_HOST to its address, and run ./specs clean again.", none),
        };
}
