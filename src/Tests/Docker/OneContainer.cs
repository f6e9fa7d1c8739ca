using Hooktrail.Docker.Engine;

namespace Hooktrail.Tests.Docker;

/// <summary>A program, because a process reads its user's settings only once.</summary>
internal static class OneContainer
{
    private static async Task<int> Main()
    {
        try
        {
            await using var engine = await ContainerEngine.ConnectAsync();
            await using var session = await engine.StartAsync(
                new() { Name = "client", Image = "hooktrail/lab:1", Command = ["/agent"] });
            await engine.CreateNetworkAsync(new() { Name = "lab" });
            return 0;
        }
        catch (HooktrailException e)
        {
            await Console.Out.WriteAsync(e.Message);
            return 2;
        }
    }
}
