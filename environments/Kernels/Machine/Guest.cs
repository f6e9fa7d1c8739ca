using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Kernels.Machine;

public sealed class Guest : IAsyncDisposable
{
    // The kernel offers a free port, but another process may take it before QEMU does.
    private const int Ports = 5;
    private const string PortTaken = "Could not set up host forwarding rule";

    private readonly Lifeline _process;
    private readonly ConsoleLog _console;
    private readonly Task _reading;
    private readonly Accelerator _accelerator;

    private Guest(Lifeline process, ConsoleLog console, Task reading, Accelerator accelerator, int port) =>
        (_process, _console, _reading, _accelerator, Port) = (process, console, reading, accelerator, port);

    /// <summary>The Engine's port on this machine's loopback address.</summary>
    public int Port { get; }

    /// <summary>As <c>DOCKER_HOST</c> writes it.</summary>
    public string Endpoint => $"tcp://127.0.0.1:{Port}";

    /// <summary>The time until its Engine answered.</summary>
    public TimeSpan BootedIn { get; private set; }

    public string Release => _console.Release ?? "";

    /// <summary>What <c>dockerd --version</c> prints.</summary>
    public string Engine { get; private set; } = "";

    /// <summary>Such as <c>26.1.5+dfsg1</c>.</summary>
    public string EngineVersion => Engine.Split(' ', ',') is ["Docker", "version", var version, ..] ? version : Engine;

    /// <summary>What the features may need and the guest lacks.</summary>
    public ImmutableArray<string> Lacks => _console.Lacks;

    /// <summary>Completes with the reason when the guest ends by itself.</summary>
    public Task<string> Lost => _console.End;

    /// <summary>Boots a guest and waits until its Engine answers, which its console reports.</summary>
    /// <exception cref="GuestLostException">It panicked, gave up, ended or exceeded the limit.</exception>
    public static async Task<Guest> BootAsync(
        GuestMachine machine, string log, TimeSpan limit, CancellationToken cancellation)
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

    /// <summary>Boots a kernel without disks and network until it starts a first program, and ends it.</summary>
    /// <exception cref="GuestLostException">No program was started.</exception>
    internal static async Task TryAsync(GuestMachine machine, TimeSpan limit, CancellationToken cancellation)
    {
        var command = QemuCommand.Trial(machine, Owner.Self);
        var guest = await StartAsync(machine, command, 0, null, console => console.Booted, limit, cancellation)
            .ConfigureAwait(false);
        await guest.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Has the guest write its disk and power off.</summary>
    /// <exception cref="GuestLostException">It did not power off in time.</exception>
    public async Task PowerOffAsync(TimeSpan limit, CancellationToken cancellation)
    {
        try
        {
            await _process.Input.WriteLineAsync("off").ConfigureAwait(false);
            await _process.Input.FlushAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The guest has ended already; the code below finds out why.
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

    /// <summary>Ends the guest, and describes its loss with QEMU's last words.</summary>
    /// <param name="what">The reason, such as the one from <see cref="Lost"/>.</param>
    public async Task<GuestLostException> LossAsync(string what)
    {
        // QEMU's messages are complete only after it has ended.
        await DisposeAsync().ConfigureAwait(false);
        var failed = _console.Complaints.ProcessorFailed;
        var remedy = _accelerator == Accelerator.Kvm && (failed || _console.Release is null)
            ? $"; boot it without KVM by setting {Accelerators.Variable}=tcg"
            : "";
        return new(what + _console.Complaints, _console.Path, remedy) { ProcessorFailed = failed };
    }

    /// <summary>Ends the guest at once; what it has written is lost.</summary>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
    }

    private static async Task<Guest> BootAsync(
        GuestMachine machine, int port, string log, TimeSpan limit, CancellationToken cancellation)
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
