using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Stations.Machines;

/// <summary>
/// Where processes of a namespace lab are started: on the machine that this program runs on, or in a container of an Engine, whose kernel may be another.
/// However this program ends, they end with it.
/// </summary>
public interface IMachine : IAsyncDisposable
{
    /// <summary>Where that is, as in «it cannot be had <c>on this machine</c>».</summary>
    string Place { get; }

    /// <summary>Whether the processes are root's, who needs no user namespace for what an ordinary user may only do in one of his own.</summary>
    bool IsRoot { get; }

    /// <summary>What is to be done where the kernel refuses namespaces to who is root already; no full stop.</summary>
    string Advice { get; }

    /// <summary>A command that enters a process's namespaces from a terminal of this machine.</summary>
    /// <param name="processId">The process.</param>
    string Entrance(int processId);

    /// <summary>Starts a process.</summary>
    /// <exception cref="HooktrailException">The program cannot be started there; says why.</exception>
    Task<IMachineProcess> StartAsync(MachineProgram program, CancellationToken cancellation = default);
}

/// <summary>A program to start, and its pipes to this program.</summary>
/// <param name="Command">The program, and its arguments.</param>
public sealed record MachineProgram(params ImmutableArray<string> Command)
{
    /// <summary>The descriptors of standard input, output and error.</summary>
    public const int Input = 0, Output = 1, Error = 2;

    /// <summary>Settings of the environment besides those that the machine has.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary<string, string>.Empty.Add("LC_ALL", "C");

    /// <summary>Which descriptors it reads from, standard input among them; below 200, and none of them 19.</summary>
    public ImmutableArray<int> Reads { get; init; } = [Input];

    /// <summary>Which descriptors it writes to, standard output among them. Standard error that is none of them is the machine's.</summary>
    public ImmutableArray<int> Writes { get; init; } = [Output];
}

/// <summary>A process on a machine. Disposing it closes this program's ends of its pipes, and ends nothing else.</summary>
public interface IMachineProcess : IAsyncDisposable
{
    /// <summary>Its id on the machine.</summary>
    int ProcessId { get; }

    /// <summary>What the process reads from that descriptor is written here. Disposing of it is the end that the process sees.</summary>
    /// <remarks>Writing throws an <see cref="IOException"/> once nobody can read any more.</remarks>
    Stream WriterTo(int descriptor);

    /// <summary>What the process writes to that descriptor is read here; at its end when nobody has the descriptor any more.</summary>
    Stream ReaderOf(int descriptor);

    /// <summary>Waits until the process has ended.</summary>
    Task WaitForExitAsync(CancellationToken cancellation = default);

    /// <summary>Kills it, by SIGKILL. Nothing if it has ended.</summary>
    void Kill();
}
