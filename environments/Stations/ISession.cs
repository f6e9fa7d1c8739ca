using System.Threading.Channels;
using Hooktrail.Trails;

namespace Hooktrail.Stations;

/// <summary>
/// A running process whose streams this program holds: the main process of a container, or the agent in a network namespace.
/// Disposing the session ends the process.
/// </summary>
public interface ISession : IAsyncDisposable
{
    /// <summary>The container's name, as the specification gave it; the station's name in the lab.</summary>
    string Name { get; }

    /// <summary>How to speak of the process to people.</summary>
    SessionWords Words { get; }

    /// <summary>The id of the process: in the Engine's own pid namespace, or in that of this program.</summary>
    int ProcessId { get; }

    /// <summary>
    /// What is written here is read by the process. Disposing it closes the process's standard input, while its output
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

    /// <summary>Waits until the process has ended; gives what to say where it should have gone on.</summary>
    Task<HooktrailException> EndedAsync(CancellationToken cancellationToken = default);
}
