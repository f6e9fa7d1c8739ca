using Hooktrail.Docker.Engine;
using Hooktrail.Docker.Lab;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>lab</c>: the lab and nothing else, to look around in.</summary>
internal static class LabVerb
{
    /// <summary>The verb.</summary>
    public static Verb Create()
    {
        var verb = new Verb(
            "lab",
            "Starts the lab and keeps it until Enter or Ctrl-C is pressed: to look at its rules, or to ping by hand.",
            """
            The tracepoints log pings of the lab that carry a type of service, e.g. ping -Q 4:
              docker exec hooktrail-RUN-client ping -c 1 -Q 4 server
              dmesg | tail
            """);
        verb.SetAction((_, cancellation) => RunAsync(cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(CancellationToken cancellation)
    {
        await using var engine = await ContainerEngines.ConnectAsync(cancellation);
        await using var lab = await DockerLab.StartAsync(engine, LabImage.Reference(), cancellation);
        await Console.Out.WriteLineAsync($"The lab is up, run {lab.Run}; press Enter to take it down.");
        try
        {
            // A read of the console cannot be cancelled, only left waiting.
            await Task.Run(Console.In.ReadLine, CancellationToken.None).WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C: the other way to take the lab down.
        }
        return ExitCode.Done;
    }
}
