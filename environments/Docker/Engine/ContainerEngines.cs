using Hooktrail.Trails;
#if FULL_PROFILE
using Hooktrail.Docker.Engine.Full;
#else
using Hooktrail.Docker.Engine.Api;
#endif

namespace Hooktrail.Docker.Engine;

/// <summary>Reaches an Engine through the implementation that is built in.</summary>
public static class ContainerEngines
{
    /// <summary>Reaches the Engine that the environment names: <c>DOCKER_HOST</c>, or else the local socket.</summary>
    /// <exception cref="HooktrailException">No Engine answers, it is too old, or this user may not speak to it.</exception>
    public static Task<IContainerEngine> ConnectAsync(CancellationToken cancellationToken = default) =>
        ConnectAsync(EngineEndpoint.FromEnvironment(), cancellationToken);

    /// <summary>Reaches the Engine at <paramref name="endpoint"/>.</summary>
    /// <exception cref="HooktrailException">No Engine answers, it is too old, or this user may not speak to it.</exception>
    public static async Task<IContainerEngine> ConnectAsync(
        EngineEndpoint endpoint, CancellationToken cancellationToken = default) =>
#if FULL_PROFILE
        await TestcontainersEngine.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
#else
        await ApiEngine.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
#endif
}
