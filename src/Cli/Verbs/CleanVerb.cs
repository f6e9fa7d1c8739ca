using System.Net.NetworkInformation;
using Hooktrail.Docker.Engine;
using Hooktrail.Docker.Lab;
using Hooktrail.Kernels.Machine;
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
            "Removes whatever any earlier run left on this host, and says what it removed.",
            """
            Runs that are alive are left alone and named. What is on its way is waited for: a probe that gives the host back, and what the Engine
            still makes for a process that has died. Rules, settings and containers of others are never touched.

            A namespace lab leaves nothing, so what is looked for is a Docker lab's, guests of ./specs kernels, and what that had half fetched or built. Where no Engine answers it says that nobody could be asked, and
            fails only if this host still has devices of a Docker lab.
            """);
        verb.SetAction((_, cancellation) => RunAsync(cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(CancellationToken cancellation)
    {
        var ofGuests = GuestLeftovers.Remove();
        foreach (var thing in ofGuests)
            await Console.Out.WriteLineAsync($"Removed {PlainText.Of(thing)}.");

        ContainerEngine engine;
        try
        {
            engine = await ContainerEngine.ConnectAsync(cancellation);
        }
        catch (NoEngineException none)
        {
            await Console.Out.WriteLineAsync(WithoutEngine(none, NetworkInterface.GetAllNetworkInterfaces().Select(device => device.Name)));
            return ExitCode.Done;
        }

        await using (engine)
        {
            var (removed, alive) = await Leftovers.RemoveAsync(engine, LabImage.Reference(), cancellation);
            foreach (var thing in removed)
                await Console.Out.WriteLineAsync($"Removed {thing}.");
            foreach (var run in alive)
                await Console.Out.WriteLineAsync($"Run {run} is alive and was left alone.");
            if (removed.IsEmpty && ofGuests.IsEmpty)
                await Console.Out.WriteLineAsync("Nothing of an earlier run was left.");
        }

        return ExitCode.Done;
    }

    private static string WithoutEngine(NoEngineException none, IEnumerable<string> devices) => Leftovers.Among(devices) switch
    {
        [] => $"No Docker Engine answers at {none.Endpoint}, so containers and networks of Docker labs were not looked for: namespace labs leave none, "
            + "as they end with their processes; if a Docker lab has run there, start that Engine and run ./specs clean again.",
        var left => throw new HooktrailException(
            $"This host has devices of a Docker lab ({string.Join(", ", left)}), but no Docker Engine answers at {none.Endpoint} that could remove them; "
            + "start the Engine, or set DOCKER_HOST to where it listens, and run ./specs clean again.", none),
    };
}
