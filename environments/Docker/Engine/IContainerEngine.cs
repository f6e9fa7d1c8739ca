using Hooktrail.Trails;

namespace Hooktrail.Docker.Engine;

/// <summary>
/// A Docker Engine, as far as the labs need one. Every refusal of the Engine is a <see cref="HooktrailException"/> of one
/// sentence.
/// </summary>
public interface IContainerEngine : IAsyncDisposable
{
    /// <summary>The Engine's version, such as <c>20.10.24</c>.</summary>
    string Release { get; }

    /// <summary>What the Engine says of itself and of the kernel it runs on.</summary>
    Task<EngineInfo> DescribeAsync(CancellationToken cancellationToken = default);

    /// <summary>Whether the Engine holds the image; nothing is ever pulled.</summary>
    Task<bool> HasImageAsync(string reference, CancellationToken cancellationToken = default);

    /// <summary>Creates a bridge network and returns it with the addresses that the Engine gave it.</summary>
    /// <remarks>The Engine finishes what it was asked to create though nobody waits for it, so the request itself cannot be cancelled.</remarks>
    /// <exception cref="HooktrailException">The name, the bridge device or the subnet is taken, or no address pool is left.</exception>
    Task<NetworkDetails> CreateNetworkAsync(NetworkSpec spec, CancellationToken cancellationToken = default);

    /// <summary>The network of that id or name.</summary>
    Task<NetworkDetails> InspectNetworkAsync(string network, CancellationToken cancellationToken = default);

    /// <summary>
    /// Creates a container, attaches to its main process and starts it. The container lives as long as the session: when the
    /// session is disposed, or this process dies however suddenly, the main process sees the end of its standard input and is
    /// expected to clean up and exit; the Engine then removes the container.
    /// </summary>
    /// <remarks>The request to create it cannot be cancelled, as that of <see cref="CreateNetworkAsync"/>.</remarks>
    /// <exception cref="ContainerRemovedException">Another program removed the container before it ran.</exception>
    /// <exception cref="HooktrailException">
    /// The image is missing, the name is taken, a right is missing on the host, or the main process ended at once.
    /// </exception>
    Task<IContainerSession> StartAsync(ContainerSpec spec, CancellationToken cancellationToken = default) => StartAsync(spec, null, cancellationToken);

    /// <inheritdoc cref="StartAsync(ContainerSpec, CancellationToken)"/>
    /// <param name="spec">The container.</param>
    /// <param name="standardOutput">
    /// Takes the bytes of the standard output, which need not be lines then; null for <see cref="ISession.StandardOutput"/>.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IContainerSession> StartAsync(ContainerSpec spec, IByteSink? standardOutput, CancellationToken cancellationToken = default);

    /// <summary>The containers, running or not, that carry the label; with any value where <paramref name="value"/> is null.</summary>
    Task<IReadOnlyList<LabelledResource>> FindContainersAsync(
        string label, string? value = null, CancellationToken cancellationToken = default);

    /// <summary>The networks that carry the label; with any value where <paramref name="value"/> is null.</summary>
    Task<IReadOnlyList<LabelledResource>> FindNetworksAsync(
        string label, string? value = null, CancellationToken cancellationToken = default);

    /// <summary>Kills and removes a container; one that is gone already, or going, is no error.</summary>
    Task RemoveContainerAsync(string container, CancellationToken cancellationToken = default);

    /// <summary>Removes a container that does not run, because it never did or has ended; one that runs, or is gone, is no error.</summary>
    Task RemoveUnlessRunningAsync(string container, CancellationToken cancellationToken = default);

    /// <summary>The main process of a container, by its id on the Engine's host; null where it does not run, or is gone.</summary>
    Task<int?> FindProcessAsync(string container, CancellationToken cancellationToken = default);

    /// <summary>Waits until a container that removes itself when it ends is gone; one that is gone already is no error.</summary>
    Task WhenRemovedAsync(string container, CancellationToken cancellationToken = default);

    /// <summary>Removes a network; one that is gone already is no error.</summary>
    /// <exception cref="HooktrailException">A container is still on it.</exception>
    Task RemoveNetworkAsync(string network, CancellationToken cancellationToken = default);
}
