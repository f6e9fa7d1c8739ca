using Hooktrail.Docker.Engine;
using Hooktrail.Docker.Lab;

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
            Runs that are alive are left alone. Rules, settings and containers of others are never touched.
            """);
        verb.SetAction((_, cancellation) => RunAsync(cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(CancellationToken cancellation)
    {
        await using var engine = await ContainerEngines.ConnectAsync(cancellation);
        var removed = await Leftovers.RemoveAsync(engine, LabImage.Reference(), cancellation);
        foreach (var thing in removed)
            await Console.Out.WriteLineAsync($"Removed {thing}.");
        if (removed.IsEmpty)
            await Console.Out.WriteLineAsync("Nothing of an earlier run was left.");
        return ExitCode.Done;
    }
}
