using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Stations.Machines;

/// <summary>
/// Where a namespace lab's processes are started: on the machine of this program, or in a container of an Engine,
/// perhaps on another kernel. They end with this program, however that ends.
/// </summary>
public interface IMachine : IAsyncDisposable
{
    /// <summary>As in «it cannot be had <c>on this machine</c>».</summary>
    string Place { get; }

    /// <summary>Whether the processes are root's. An ordinary user needs a user namespace.</summary>
    bool IsRoot { get; }

    /// <summary>What to do where the kernel refuses namespaces to root; no full stop.</summary>
    string Advice { get; }

    /// <summary>A command that enters a process's namespaces from a terminal of this machine.</summary>
    string Entrance(int processId);

    /// <exception cref="HooktrailException">The program cannot be started there.</exception>
    Task<IMachineProcess> StartAsync(MachineProgram program, CancellationToken cancellation = default);
}

/// <summary>A program to start, and its pipes to this program.</summary>
public sealed record MachineProgram(params ImmutableArray<string> Command)
{
    /// <summary>The descriptors of standard input, output and error.</summary>
    public const int Input = 0, Output = 1, Error = 2;

    /// <summary>Variables besides the machine's.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary<string, string>.Empty.Add("LC_ALL", "C");

    /// <summary>The descriptors that it reads from, standard input among them; below 200, and not 19.</summary>
    public ImmutableArray<int> Reads { get; init; } = [Input];

    /// <summary>The descriptors that it writes to, with standard output. By default errors go to the machine.</summary>
    public ImmutableArray<int> Writes { get; init; } = [Output];
}

/// <summary>Disposing it closes this program's ends of its pipes, and ends nothing else.</summary>
public interface IMachineProcess : IAsyncDisposable
{
    /// <summary>On the machine.</summary>
    int ProcessId { get; }

    /// <summary>For what the process reads from that descriptor. Its disposal ends the process's input.</summary>
    /// <remarks>Writing throws an <see cref="IOException"/> once the other end is closed.</remarks>
    Stream WriterTo(int descriptor);

    /// <summary>What the process writes to that descriptor; ends when no process holds the descriptor.</summary>
    Stream ReaderOf(int descriptor);

    Task WaitForExitAsync(CancellationToken cancellation = default);

    /// <summary>By SIGKILL. Does nothing if the process has ended.</summary>
    void Kill();
}
