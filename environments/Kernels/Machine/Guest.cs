using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Kernels.Machine;

/// <summary>A running guest, whose Engine answers.</summary>
public sealed class Guest : IAsyncDisposable
{
    // Between asking the kernel for a free port and QEMU's taking it, somebody else may take it.
    private const int Ports = 5;
    private const string PortTaken = "Could not set up host forwarding rule";

    private readonly Lifeline _process;
    private readonly ConsoleLog _console;
    private readonly Task _reading;
    private readonly Accelerator _accelerator;

    private Guest(Lifeline process, ConsoleLog console, Task reading, Accelerator accelerator, int port) =>
        (_process, _console, _reading, _accelerator, Port) = (process, console, reading, accelerator, port);

    /// <summary>The port of this machine's loopback address at which its Engine answers.</summary>
    public int Port { get; }

    /// <summary>The same as <c>DOCKER_HOST</c> writes it.</summary>
    public string Endpoint => $"tcp://127.0.0.1:{Port}";

    /// <summary>How long it took until its Engine answered.</summary>
    public TimeSpan BootedIn { get; private set; }

    /// <summary>Its kernel's release.</summary>
    public string Release => _console.Release ?? "";

    /// <summary>Its Engine, as it says of itself.</summary>
    public string Engine { get; private set; } = "";

    /// <summary>What the features may need and it does not have.</summary>
    public ImmutableArray<string> Lacks => _console.Lacks;

    /// <summary>Completes when it ends by itself, with what was the matter.</summary>
    public Task<string> Lost => _console.End;

    /// <summary>Boots a guest and waits until its Engine answers, which it says on its console.</summary>
    /// <param name="machine">What it is to be.</param>
    /// <param name="log">The file that gets its console.</param>
    /// <param name="limit">The longest that it may take.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="GuestLostException">It panicked, gave up, ended or took longer.</exception>
    public static async Task<Guest> BootAsync(GuestMachine machine, string log, TimeSpan limit, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
            try
            {
                return await BootAsync(machine, FreePort(), log, limit, cancellation).ConfigureAwait(false);
            }
            catch (GuestLostException e) when (e.Message.Contains(PortTaken, StringComparison.Ordinal) && tries < Ports)
            {
            }
    }

    /// <summary>Boots a kernel, without disks and network, until it starts a first program, and ends it.</summary>
    /// <param name="machine">What it is to be.</param>
    /// <param name="limit">The longest that it may take.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="GuestLostException">It did not come so far.</exception>
    internal static async Task TryAsync(GuestMachine machine, TimeSpan limit, CancellationToken cancellation)
    {
        var command = QemuCommand.Trial(machine, Owner.Self);
        var guest = await StartAsync(machine, command, 0, null, console => console.Booted, limit, cancellation)
            .ConfigureAwait(false);
        await guest.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Has the guest write its disk and power off.</summary>
    /// <param name="limit">The longest that it may take.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="GuestLostException">It did not.</exception>
    public async Task PowerOffAsync(TimeSpan limit, CancellationToken cancellation)
    {
        try
        {
            await _process.Input.WriteLineAsync("off").ConfigureAwait(false);
            await _process.Input.FlushAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It has ended before; why is told below.
        }

        try
        {
            await _reading.WaitAsync(limit, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw await LossAsync($"did not power off within {limit.TotalSeconds:0} s").ConfigureAwait(false);
        }

        if (!_console.WentDown)
            throw await LossAsync($"{await Lost.ConfigureAwait(false)} before its disk was written")
                .ConfigureAwait(false);
    }

    /// <summary>Ends the guest, and gives what there is to say about its loss, with QEMU's own last words.</summary>
    /// <param name="what">What became of it, such as what <see cref="Lost"/> says.</param>
    public async Task<GuestLostException> LossAsync(string what)
    {
        // QEMU's words are complete only when it has ended.
        await DisposeAsync().ConfigureAwait(false);
        var failed = _console.Complaints.ProcessorFailed;
        var remedy = _accelerator == Accelerator.Kvm && (failed || _console.Release is null)
            ? $"; {Accelerators.Variable}=tcg boots it without KVM"
            : "";
        return new(what + _console.Complaints, _console.Path, remedy) { ProcessorFailed = failed };
    }

    /// <summary>Ends the guest at once; what it wrote goes with it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
    }

    private static async Task<Guest> BootAsync(GuestMachine machine, int port, string log, TimeSpan limit, CancellationToken cancellation)
    {
        var command = QemuCommand.Of(machine, port, Owner.Self);
        var guest = await StartAsync(machine, command, port, log, console => console.Engine, limit, cancellation)
            .ConfigureAwait(false);
        guest.Engine = (await guest._console.Engine.ConfigureAwait(false)).Version;
        return guest;
    }

    private static async Task<Guest> StartAsync(
        GuestMachine machine,
        IEnumerable<string> command,
        int port,
        string? log,
        Func<ConsoleLog, Task> up,
        TimeSpan limit,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var clock = Stopwatch.StartNew();
        var console = new ConsoleLog(log);
        var process = Lifeline.Start(command);
        var reading = console.ReadAsync(process.Output, process.Error);
        var guest = new Guest(process, console, reading, machine.Accelerator, port);
        try
        {
            await Task.WhenAny(up(console), guest.Lost).WaitAsync(limit, cancellation).ConfigureAwait(false);
            if (!up(console).IsCompletedSuccessfully)
                throw await guest.LossAsync(await guest.Lost.ConfigureAwait(false)).ConfigureAwait(false);
            guest.BootedIn = clock.Elapsed;
            return guest;
        }
        catch (TimeoutException)
        {
            var late = console.Release is null ? "kernel did not come up" : "Engine did not answer";
            throw await guest.LossAsync($"hung: its {late} within {limit.TotalSeconds:0} s").ConfigureAwait(false);
        }
        catch
        {
            await guest.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
