namespace Hooktrail.Stations.Machines;

/// <summary>This machine, or a container, perhaps on another kernel. Its processes end with this program.</summary>
public interface IMachine : IAsyncDisposable
{
    /// <summary>As in «it cannot be had <c>on this machine</c>».</summary>
    string Place { get; }

    /// <summary>Whether the processes are root's. An ordinary user needs a user namespace.</summary>
    bool IsRoot { get; }

    /// <summary>What to do where the kernel refuses namespaces to root; no full stop.</summary>
    string Advice { get; }

    string Entrance(int processId);

    /// <exception cref="HooktrailException">The program cannot be started there.</exception>
    Task<IMachineProcess> StartAsync(MachineProgram program, CancellationToken cancellation = default);
}

public sealed record MachineProgram(params ImmutableArray<string> Command)
{
    public const int Input = 0, Output = 1, Error = 2;

    /// <summary>Variables besides the machine's.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary<string, string>.Empty.Add("LC_ALL", "C");

    /// <summary>With standard input; below 200, and not 19.</summary>
    public ImmutableArray<int> Reads { get; init; } = [Input];

    /// <summary>With standard output. By default errors go to the machine.</summary>
    public ImmutableArray<int> Writes { get; init; } = [Output];
}

/// <summary>Disposing it closes this program's ends of its pipes, and ends nothing else.</summary>
public interface IMachineProcess : IAsyncDisposable
{
    /// <summary>On the machine.</summary>
    int ProcessId { get; }

    /// <summary>Disposing it ends the process's input.</summary>
    /// <remarks>Writing throws an <see cref="IOException"/> once the other end is closed.</remarks>
    Stream WriterTo(int descriptor);

    /// <summary>Ends when no process holds the descriptor.</summary>
    Stream ReaderOf(int descriptor);

    Task WaitForExitAsync(CancellationToken cancellation = default);

    /// <summary>By SIGKILL. Does nothing if the process has ended.</summary>
    void Kill();
}
