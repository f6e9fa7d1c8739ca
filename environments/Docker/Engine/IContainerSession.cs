using System.Net;

namespace Hooktrail.Docker.Engine;

/// <summary>
/// The main process of a running container, attached. Disposing the session closes the standard input, waits for the process
/// to end for <see cref="ContainerSpec.StopTimeout"/> and kills it after that; the container is gone when disposal is done.
/// </summary>
public interface IContainerSession : ISession
{
    /// <summary>The Engine's id of the container, 64 hexadecimal digits.</summary>
    string Id { get; }

    /// <summary>The IPv4 address on the container's network; null on the networks <c>host</c> and <c>none</c>.</summary>
    IPAddress? Address { get; }

    /// <summary>The IPv6 address on the container's network, where that network has IPv6.</summary>
    IPAddress? AddressV6 { get; }

    /// <summary>Waits until the main process has ended and the Engine has removed the container; gives the exit code.</summary>
    Task<int> WaitForExitAsync(CancellationToken cancellationToken = default);
}
