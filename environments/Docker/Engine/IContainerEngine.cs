namespace Hooktrail.Docker.Engine;

/// <summary>Every refusal of the Engine is a <see cref="HooktrailException"/> of one sentence.</summary>
public interface IContainerEngine : IAsyncDisposable
{
    /// <summary>Such as <c>20.10.24</c>.</summary>
    string Release { get; }

    Task<EngineInfo> DescribeAsync(CancellationToken cancellationToken = default);

    /// <summary>Never pulls.</summary>
    Task<bool> HasImageAsync(string reference, CancellationToken cancellationToken = default);

    /// <remarks>The Engine finishes a request even if its caller is gone, so it cannot be cancelled.</remarks>
    /// <exception cref="HooktrailException">The name, the bridge device or the subnet is taken, or no address pool is left.</exception>
    Task<NetworkDetails> CreateNetworkAsync(NetworkSpec spec, CancellationToken cancellationToken = default);

    /// <summary>By id or name.</summary>
    Task<NetworkDetails> InspectNetworkAsync(string network, CancellationToken cancellationToken = default);

    /// <summary>The container ends with the session: its main process must exit with its standard input.</summary>
    /// <remarks>The create request cannot be cancelled, as in <see cref="CreateNetworkAsync"/>.</remarks>
    /// <exception cref="ContainerRemovedException">Another program removed the container before it ran.</exception>
    /// <exception cref="HooktrailException">Image or right missing, name taken, or process ended at once.</exception>
    Task<IContainerSession> StartAsync(ContainerSpec spec, CancellationToken cancellationToken = default) => StartAsync(spec, null, cancellationToken);

    /// <inheritdoc cref="StartAsync(ContainerSpec, CancellationToken)"/>
    Task<IContainerSession> StartAsync(ContainerSpec spec, IByteSink? standardOutput, CancellationToken cancellationToken = default);

    /// <summary>Running or not; with any value where <paramref name="value"/> is null.</summary>
    Task<IReadOnlyList<LabelledResource>> FindContainersAsync(
        string label, string? value = null, CancellationToken cancellationToken = default);

    /// <summary>With any value where <paramref name="value"/> is null.</summary>
    Task<IReadOnlyList<LabelledResource>> FindNetworksAsync(
        string label, string? value = null, CancellationToken cancellationToken = default);

    /// <summary>Kills it first; one that is gone already, or going, is no error.</summary>
    Task RemoveContainerAsync(string container, CancellationToken cancellationToken = default);

    /// <summary>One that runs, or is gone, is no error.</summary>
    Task RemoveUnlessRunningAsync(string container, CancellationToken cancellationToken = default);

    /// <summary>The main process in the host's pid namespace; null where it does not run, or is gone.</summary>
    Task<int?> FindProcessAsync(string container, CancellationToken cancellationToken = default);

    /// <summary>For a container that removes itself; one that is gone already is no error.</summary>
    Task WhenRemovedAsync(string container, CancellationToken cancellationToken = default);

    /// <summary>One that is gone already is no error.</summary>
    /// <exception cref="HooktrailException">A container is still on it.</exception>
    Task RemoveNetworkAsync(string network, CancellationToken cancellationToken = default);
}
