using Hooktrail.Trails;

namespace Hooktrail.Docker.Engine;

/// <summary>Reaches an Engine.</summary>
public static class ContainerEngines
{
    /// <summary>Reaches the Engine that the environment names: <c>DOCKER_HOST</c>, else that of the Docker context, else the local socket.</summary>
    /// <exception cref="HooktrailException">No Engine answers, it is too old, or this user may not speak to it.</exception>
    public static Task<IContainerEngine> ConnectAsync(CancellationToken cancellationToken = default) =>
        ConnectAsync(EngineEndpoint.FromEnvironment(), cancellationToken);

    /// <summary>Reaches the Engine at <paramref name="endpoint"/>.</summary>
    /// <exception cref="HooktrailException">No Engine answers, it is too old, or this user may not speak to it.</exception>
    public static async Task<IContainerEngine> ConnectAsync(
        EngineEndpoint endpoint, CancellationToken cancellationToken = default) =>
        await TestcontainersEngine.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
}
