using System.Threading.Channels;

namespace Hooktrail.Stations;

/// <summary>A container's main process, or the agent in a network namespace. Disposing the session ends it.</summary>
public interface ISession : IAsyncDisposable
{
    /// <summary>The container's name in the specification; the station's name in the lab.</summary>
    string Name { get; }

    SessionWords Words { get; }

    /// <summary>In the Engine's pid namespace, or in that of this program.</summary>
    int ProcessId { get; }

    /// <summary>Disposing it closes the process's standard input, while its output stays readable to the end.</summary>
    Stream StandardInput { get; }

    /// <summary>
    /// Lines without line ends. A reader that is <see cref="LineChannel.Capacity"/> lines behind and takes none for
    /// some seconds loses the stream: reading on throws a <see cref="HooktrailException"/>.
    /// </summary>
    ChannelReader<string> StandardOutput { get; }

    /// <summary>As <see cref="StandardOutput"/>. Neither stream waits long for the other's reader.</summary>
    ChannelReader<string> StandardError { get; }

    /// <summary>Of both streams, oldest first, read or not: to show when the process failed.</summary>
    IReadOnlyList<string> LastOutput { get; }

    /// <summary>Waits; returns the error to throw where the process should have gone on.</summary>
    Task<HooktrailException> EndedAsync(CancellationToken cancellationToken = default);
}
