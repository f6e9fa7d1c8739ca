namespace Hooktrail.Stations.Machines;

/// <summary>
/// This machine, or a container, which may be on another kernel. Its processes end with this program.
/// </summary>
public interface IMachine : IAsyncDisposable
{
    /// <summary>A phrase as in «it cannot be had <c>on this machine</c>».</summary>
    string Place { get; }

    /// <summary>Whether the processes belong to root. An ordinary user needs a user namespace.</summary>
    bool IsRoot { get; }

    /// <summary>The remedy if the kernel refuses namespaces to root, without a full stop.</summary>
    string Advice { get; }

    /// <summary>The descriptors that a program of the machine reads and writes are below it.</summary>
    int DescriptorLimit { get; }

    string Entrance(int processId);

    /// <exception cref="HooktrailException">The program cannot be started there.</exception>
    Task<IMachineProcess> StartAsync(MachineProgram program, CancellationToken cancellation = default);
}

public sealed record MachineProgram(params ImmutableArray<string> Command)
{
    public const int Input = 0, Output = 1, Error = 2;

    /// <summary>Variables in addition to the machine's.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty.Add("LC_ALL", "C");

    /// <summary>The descriptors that the process reads, with standard input; each below the machine's limit, and none 19.</summary>
    public ImmutableArray<int> Reads { get; init; } = [Input];

    /// <summary>The descriptors that it writes, with standard output. By default errors go to the machine.</summary>
    public ImmutableArray<int> Writes { get; init; } = [Output];
}

/// <summary>Disposing it closes this program's ends of the pipes, and ends no process.</summary>
public interface IMachineProcess : IAsyncDisposable
{
    /// <summary>The process id on the machine.</summary>
    int ProcessId { get; }

    /// <summary>Disposing it ends the process's input.</summary>
    /// <remarks>Writing throws an <see cref="IOException"/> once the other end is closed.</remarks>
    Stream WriterTo(int descriptor);

    /// <summary>A stream that ends when no process holds the descriptor.</summary>
    Stream ReaderOf(int descriptor);

    Task WaitForExitAsync(CancellationToken cancellation = default);

    /// <summary>Sends SIGKILL. Does nothing if the process has ended.</summary>
    void Kill();
}
