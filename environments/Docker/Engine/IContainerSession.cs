using System.Net;
using System.Threading.Channels;
using Hooktrail.Trails;

namespace Hooktrail.Docker.Engine;

/// <summary>
/// The main process of a running container, attached. Disposing the session closes the standard input, waits for the process
/// to end for <see cref="ContainerSpec.StopTimeout"/> and kills it after that; the container is gone when disposal is done.
/// </summary>
public interface IContainerSession : IAsyncDisposable
{
    /// <summary>The Engine's id of the container, 64 hexadecimal digits.</summary>
    string Id { get; }

    /// <summary>The container's name, as the specification gave it.</summary>
    string Name { get; }

    /// <summary>The id of the main process in the Engine's own pid namespace (the host's, unless the Engine is itself in a container).</summary>
    int ProcessId { get; }

    /// <summary>The IPv4 address on the container's network; null on the networks <c>host</c> and <c>none</c>.</summary>
    IPAddress? Address { get; }

    /// <summary>The IPv6 address on the container's network, where that network has IPv6.</summary>
    IPAddress? AddressV6 { get; }

    /// <summary>
    /// What is written here is read by the main process. Disposing it closes the process's standard input, while its output
    /// stays readable to the end.
    /// </summary>
    Stream StandardInput { get; }

    /// <summary>
    /// The standard output by lines, without line ends. Completes when the process has ended. A reader that is
    /// <see cref="LineChannel.Capacity"/> lines behind and takes none for some seconds loses the stream: reading on then throws
    /// a <see cref="HooktrailException"/>.
    /// </summary>
    ChannelReader<string> StandardOutput { get; }

    /// <summary>The standard error by lines, as <see cref="StandardOutput"/>. Neither stream waits long for the other's reader.</summary>
    ChannelReader<string> StandardError { get; }

    /// <summary>The last lines of both streams, oldest first, read by anybody or not: what to show when the process failed.</summary>
    IReadOnlyList<string> LastOutput { get; }

    /// <summary>Waits until the main process has ended and the Engine has removed the container; gives the exit code.</summary>
    Task<int> WaitForExitAsync(CancellationToken cancellationToken = default);
}
