using System.Net;

namespace Hooktrail.Docker.Engine;

/// <summary>
/// The main process of a running container, attached. Disposing the session closes the standard input, waits for the process
/// to end for <see cref="ContainerSpec.StopTimeout"/> and kills it after that; the container is gone when disposal is done.
/// </summary>
public interface IContainerSession : ISession
{
    /// <summary>64 hexadecimal digits.</summary>
    string Id { get; }

    /// <summary>Null on the networks <c>host</c> and <c>none</c>.</summary>
    IPAddress? Address { get; }

    /// <summary>Null where the network has no IPv6.</summary>
    IPAddress? AddressV6 { get; }

    /// <summary>Waits until the container is removed; gives the exit code.</summary>
    Task<int> WaitForExitAsync(CancellationToken cancellationToken = default);
}
