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

    private Guest(Lifeline process, ConsoleLog console, Task reading, int port) => (_process, _console, _reading, Port) = (process, console, reading, port);

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

    /// <summary>Has the guest write its disk and power off.</summary>
    /// <param name="limit">The longest that it may take.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="GuestLostException">It did not.</exception>
    public async Task PowerOffAsync(TimeSpan limit, CancellationToken cancellation)
    {
        await _process.Input.WriteLineAsync("off").ConfigureAwait(false);
        await _process.Input.FlushAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _reading.WaitAsync(limit, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new GuestLostException($"The guest did not power off within {limit.TotalSeconds:0} s; its console is in {_console.Path}.");
        }

        if (!_console.WentDown)
            throw new GuestLostException($"The guest {await Lost.ConfigureAwait(false)} before its disk was written; its console is in {_console.Path}.");
    }

    /// <summary>Ends the guest at once; what it wrote goes with it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
    }

    private static async Task<Guest> BootAsync(GuestMachine machine, int port, string log, TimeSpan limit, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var clock = Stopwatch.StartNew();
        var console = new ConsoleLog(log);
        var process = Lifeline.Start(QemuCommand.Of(machine, port, Owner.Self));
        var said = process.Error.ReadToEndAsync(CancellationToken.None);
        var guest = new Guest(process, console, console.ReadAsync(process.Output), port);
        try
        {
            await Task.WhenAny(console.Engine, guest.Lost).WaitAsync(limit, cancellation).ConfigureAwait(false);
            if (!console.Engine.IsCompletedSuccessfully)
            {
                var end = await guest.Lost.ConfigureAwait(false);
                await process.DisposeAsync().ConfigureAwait(false);
                var complaint = Tool.LastWords(await said.ConfigureAwait(false));
                throw new GuestLostException(
                    $"The guest {end}{(console.Release is null && complaint != Tool.NoReason ? $" ({complaint})" : "")}; its console is in {log}.");
            }

            guest.BootedIn = clock.Elapsed;
            guest.Engine = (await console.Engine.ConfigureAwait(false)).Version;
            return guest;
        }
        catch (TimeoutException)
        {
            await guest.DisposeAsync().ConfigureAwait(false);
            throw new GuestLostException(
                $"The guest hung: its {(console.Release is null ? "kernel did not come up" : "Engine did not answer")} within {limit.TotalSeconds:0} s; its console is in {log}.");
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
