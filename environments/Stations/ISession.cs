using System.Threading.Channels;

namespace Hooktrail.Stations;

/// <summary>A container's main process, or the agent in a network namespace. Disposing the session ends it.</summary>
public interface ISession : IAsyncDisposable
{
    /// <summary>The container's name in the specification; the station's name in the lab.</summary>
    string Name { get; }

    SessionWords Words { get; }

    /// <summary>The process id in the Engine's pid namespace, or in that of this program.</summary>
    int ProcessId { get; }

    /// <summary>Disposing it closes the process's standard input; the output stays readable to its end.</summary>
    Stream StandardInput { get; }

    /// <summary>
    /// Lines without line ends. A reader that is <see cref="LineChannel.Capacity"/> lines late and takes none for some
    /// seconds loses the stream: the next read throws a <see cref="HooktrailException"/>.
    /// </summary>
    ChannelReader<string> StandardOutput { get; }

    /// <summary>As <see cref="StandardOutput"/>. Neither stream waits long for the other one's reader.</summary>
    ChannelReader<string> StandardError { get; }

    /// <summary>
    /// The last lines of both streams, oldest first, read or not; for the message if the process fails.
    /// </summary>
    IReadOnlyList<string> LastOutput { get; }

    /// <summary>Waits until the process has ended; returns the error to throw if it should still run.</summary>
    Task<HooktrailException> EndedAsync(CancellationToken cancellationToken = default);
}
