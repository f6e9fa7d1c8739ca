using DotNet.Testcontainers.Configurations;
using Hooktrail.Trails;

namespace Hooktrail.Docker.Engine;

/// <summary>
/// Testcontainers' settings of this process, with nothing of what a user's environment and <c>~/.testcontainers.properties</c>
/// say for other programs, and no reaper: a container here ends with its session, and a registry may be out of reach.
/// </summary>
internal static class TestcontainersPreferences
{
    private static readonly Lazy<Task> Applied = new(() => Task.Run(Apply));

    /// <summary>Puts them in force beside whatever the caller does next.</summary>
    public static void Begin() => _ = Applied.Value;

    /// <summary>Waits until they are in force.</summary>
    /// <exception cref="HooktrailException">Testcontainers cannot read what the user set.</exception>
    public static async Task ApplyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Applied.Value.WaitAsync(EngineConnection.Patience, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TypeInitializationException or TimeoutException)
        {
            throw new HooktrailException(
                $"Testcontainers does not begin with this user's settings ({e.GetBaseException().Message.TrimEnd('.')}): " +
                "correct ~/.testcontainers.properties and ~/.docker/config.json.",
                e);
        }
    }

    // The first line reads the user's settings, and asks the Engine that they name whether it is there.
    private static void Apply()
    {
        TestcontainersSettings.ResourceReaperEnabled = false;
        TestcontainersSettings.HubImageNamePrefix = null;
        TestcontainersSettings.ImageNameSubstitution = null;
    }
}
