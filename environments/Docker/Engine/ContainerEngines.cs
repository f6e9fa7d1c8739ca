namespace Hooktrail.Docker.Engine;

public static class ContainerEngines
{
    /// <summary>The Engine of <c>DOCKER_HOST</c>, else of the Docker context, else of the local socket.</summary>
    /// <exception cref="HooktrailException">No Engine answers, it is too old, or this user may not speak to it.</exception>
    public static Task<IContainerEngine> ConnectAsync(CancellationToken cancellationToken = default) =>
        ConnectAsync(EngineEndpoint.FromEnvironment(), cancellationToken);

    /// <exception cref="HooktrailException">No Engine answers, it is too old, or this user may not speak to it.</exception>
    public static async Task<IContainerEngine> ConnectAsync(
        EngineEndpoint endpoint, CancellationToken cancellationToken = default) =>
        await TestcontainersEngine.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
}
