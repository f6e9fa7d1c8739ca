using System.Threading.Channels;
using Hooktrail.Trails;

namespace Hooktrail.Stations;

/// <summary>
/// A running process with streams that this program holds: the main process of a container, or the agent in a network
/// namespace. Disposing the session ends the process.
/// </summary>
public interface ISession : IAsyncDisposable
{
    /// <summary>The container's name in the specification; the station's name in the lab.</summary>
    string Name { get; }

    /// <summary>The words for the process in messages.</summary>
    SessionWords Words { get; }

    /// <summary>In the Engine's pid namespace, or in that of this program.</summary>
    int ProcessId { get; }

    /// <summary>Disposing it closes the process's standard input, while its output stays readable to the end.</summary>
    Stream StandardInput { get; }

    /// <summary>
    /// The lines, without line ends. Completes when the process has ended. A reader that is
    /// <see cref="LineChannel.Capacity"/> lines behind and takes none for some seconds loses the stream: reading on
    /// throws a <see cref="HooktrailException"/>.
    /// </summary>
    ChannelReader<string> StandardOutput { get; }

    /// <summary>As <see cref="StandardOutput"/>. Neither stream waits long for the other's reader.</summary>
    ChannelReader<string> StandardError { get; }

    /// <summary>The last lines of both streams, oldest first, read or not: to show when the process failed.</summary>
    IReadOnlyList<string> LastOutput { get; }

    /// <summary>Waits until the process has ended; returns the error to throw where it should have gone on.</summary>
    Task<HooktrailException> EndedAsync(CancellationToken cancellationToken = default);
}
