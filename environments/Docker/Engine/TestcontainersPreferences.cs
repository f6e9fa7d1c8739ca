using DotNet.Testcontainers.Configurations;

namespace Hooktrail.Docker.Engine;

/// <summary>Ignores the user's settings and starts no reaper: a container ends with its session.</summary>
internal static class TestcontainersPreferences
{
    private static readonly Lazy<Task> Applied = new(() => Task.Run(Apply));

    /// <summary>Runs in the background.</summary>
    public static void Begin() => _ = Applied.Value;

    /// <exception cref="HooktrailException">Testcontainers cannot read the user's settings.</exception>
    public static async Task ApplyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Applied.Value.WaitAsync(EngineConnection.Patience, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TypeInitializationException or TimeoutException)
        {
            throw new HooktrailException(
                $"Testcontainers cannot start with this user's settings ({e.GetBaseException().Message.TrimEnd('.')}): "
                +
                "correct ~/.testcontainers.properties and ~/.docker/config.json.",
                e);
        }
    }

    // The first access reads the user's settings and checks whether the Engine named there answers.
    private static void Apply()
    {
        TestcontainersSettings.ResourceReaperEnabled = false;
        TestcontainersSettings.HubImageNamePrefix = null;
        TestcontainersSettings.ImageNameSubstitution = null;
    }
}
